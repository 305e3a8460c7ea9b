"""The vendor's side: a running license server with signed releases, one of which does not work."""

import os
import pathlib
import shutil
import subprocess

from harness import Stack, Vendor

OPS = pathlib.Path(__file__).resolve().parent.parent
BROKEN = """\
#include <stdio.h>
#include <string.h>
int main(int count, char **words) {
  if (count > 1 && !strcmp(words[1], "--version")) return puts("%s") < 0;
  return count > 1 && !strcmp(words[1], "serve");
}
"""


class Copy(Stack):
    """A copy of programs that were built into any folder."""

    def __init__(self, programs):
        super().__init__()
        self.programs = str(programs)

    def call(self, script, *arguments, **more):
        return super().call(script, *arguments, **({"PROGRAMS": self.programs} | more))


class Releases:
    """Version `first`, `second` (the same program, packed again) and `broken`, whose `serve` ends at once."""

    def __init__(self, folder, programs):
        self.folder, self.programs = pathlib.Path(folder), pathlib.Path(programs).resolve()
        version = subprocess.run([self.programs / "trackily", "--version"], capture_output=True, text=True, check=True)
        self.first = version.stdout.strip()
        self.second, self.broken = f"{self.first}.1", f"{self.first}.2"
        self.stack = Copy(self.programs)

    def __enter__(self):
        self.stack.start()
        self.stack.stop_service("tracker")
        self.vendor = Vendor(self.stack)
        key = self.folder / "release-key.pem"
        key.unlink(missing_ok=True)
        self.release("--new-key", key)
        self.directory = self.stack.run_dir / "releases"
        for version in (self.first, self.second):
            self.release(version, self.directory, "--key", key, "--from", self.programs)
        self.release(self.broken, self.directory, "--key", key, "--from", self.broken_program())
        return self

    def __exit__(self, *_):
        self.stack.stop()

    def broken_program(self):
        folder = self.folder / "broken"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        (folder / "trackily.c").write_text(BROKEN % self.first)
        subprocess.run(["clang", "-o", folder / "trackily", folder / "trackily.c"], check=True)
        return folder

    def release(self, *arguments):
        environment = os.environ | {"SOURCE_DATE_EPOCH": "1700000000"}
        subprocess.run([OPS / "release", *arguments], env=environment, check=True, stdout=subprocess.DEVNULL)

    def offer(self, *versions):
        """Gives out these versions and no others."""
        client = self.vendor.client
        known = {release["version"]: release for release in client.items("/api/releases")}
        for version in {*versions, *known}:
            release = known.get(version)
            if release is None:
                client.post("/api/releases", {"version": version}).expect(201)
            elif version in versions and release["status"] == "withdrawn":
                client.post(f"/api/releases/{release['id']}/restore").expect(200)
            elif version not in versions and release["status"] == "published":
                client.post(f"/api/releases/{release['id']}/withdraw", {"reason": "a test"}).expect(200)

    def archive(self, version):
        return next((self.directory / version).glob("*.tar.gz"))

    def active_instances(self, license):
        return self.vendor.client.get(f"/api/licenses/{license['id']}").expect(200).json["active_instances"]

    def install(self, *arguments):
        """The documented command, with this server's address."""
        words = " ".join(str(word) for word in arguments)
        return f"curl -sSL {self.stack.env['LICENSE_URL']}/install.sh | bash -s -- {words}"
