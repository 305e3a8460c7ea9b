"""ops/install.sh without installing anything: what it refuses and with which exit code, what a dry run says, that a
cut script does nothing, and its parts by themselves. The whole of it runs in clean systems: ops/installer-test."""

import io
import os
import pathlib
import platform
import shutil
import socket
import subprocess
import tarfile
import tempfile
import unittest

from fake_releases import FakeReleases

KEY = "6f2d1c1e-0b7a-4f0e-9f6d-3b1f5a7c9d21"
ARCHITECTURE = platform.machine()


def free_port():
    """One that nobody listens on, as text."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return str(listener.getsockname()[1])


def archive(version, mark="good"):
    """A release whose program only tells its version."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as tar:
        for name, text, mode in (("bin/trackily", f"#!/bin/sh\necho {version}\n", 0o755),
                                 ("VERSION", f"{version}\n", 0o644), ("mark", mark, 0o666)):
            entry = tarfile.TarInfo(f"trackily-{version}/{name}")
            entry.size, entry.mode = len(text), mode
            tar.addfile(entry, io.BytesIO(text.encode()))
    return stream.getvalue()


class Installer(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="trackily-install-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.server = FakeReleases(self.folder)
        self.server.codes[KEY] = "VALID"
        serving = self.server.serving()
        serving.__enter__()
        self.addCleanup(serving.__exit__, None, None, None)

    def run_script(self, *arguments, script=None, path=None, **environment):
        """As `curl ... | bash -s -- ARGUMENTS` does."""
        environment = {"PATH": path or os.environ["PATH"]} | environment
        if "--port" not in arguments and "--dry-run" in arguments:
            arguments = ("--port", free_port(), *arguments)
        return subprocess.run(["bash", "-s", "--", *arguments], input=script or self.server.script(), env=environment,
                              capture_output=True, text=True, timeout=60)

    def call(self, *commands, script=None):
        """Runs commands with the script's functions, everything of theirs below our folder."""
        definitions = (script or self.server.script()).removesuffix('main "$@"\n')
        folders = f"prefix={self.folder}/opt work={self.folder}/work settings={self.folder}/env log=/dev/null" \
            f" trusted_key={self.folder}/trusted architecture={ARCHITECTURE}" \
            " dry_run=0 version=latest channel=stable trust_new_key=0"
        text = "\n".join([definitions, folders, f"mkdir -p {self.folder}/work", *commands])
        return subprocess.run(["bash", "-s"], input=text, capture_output=True, text=True, timeout=60)


class DryRuns(Installer):
    def test_a_dry_run_checks_everything_and_changes_nothing(self):
        self.server.publish("1.4.0", archive("1.4.0"), ARCHITECTURE)
        # Whatever listens on 80 and 443 here is taken for the web server that would carry the site.
        (self.folder / "pgrep").write_text("#!/bin/sh\n")
        (self.folder / "pgrep").chmod(0o755)
        path = f"{self.folder}:{os.environ['PATH']}"
        answer = self.run_script(KEY, "--dry-run", "--domain", "track.example.com", path=path)
        self.assertEqual(answer.returncode, 0, answer.stderr)
        for line in ("Trackily 1.4.0, signature good", "would make the system user", "would unpack it",
                     "would write the site for", "Nothing was changed."):
            self.assertIn(line, answer.stdout)
        self.assertFalse(any(ARCHITECTURE in request for request in self.server.requests), "the archive was fetched")

    def test_wrong_arguments_name_the_argument(self):
        for arguments, words in (((KEY, "--domain", "not a host"), "--domain"), (("short",), "licence key"),
                                 ((KEY, "--port", "99999"), "--port"), ((KEY, "--purge"), "--uninstall"),
                                 (("--what",), "--what"), ((KEY, KEY), "one licence key"), (("--email",), "--email"),
                                 ((KEY, "--version", "1.4"), "--version"), ((KEY, "--proxy", "apache"), "--proxy")):
            answer = self.run_script(*arguments)
            self.assertEqual(answer.returncode, 64, arguments)
            self.assertIn(words, answer.stderr)

    def test_a_wrong_key_is_refused_before_anything_is_fetched(self):
        self.server.publish("1.4.0", archive("1.4.0"), ARCHITECTURE)
        for code, words in (("NOT_FOUND", "not known"), ("REVOKED", "REVOKED"), ("EXPIRED", "EXPIRED")):
            self.server.codes["some-other-key"] = code
            answer = self.run_script("some-other-key", "--dry-run")
            self.assertEqual((answer.returncode, words in answer.stderr), (5, True), answer.stderr)
        self.assertEqual(self.server.requests, [])

    def test_the_key_comes_from_the_environment_or_standard_input_too(self):
        self.server.publish("1.4.0", archive("1.4.0"), ARCHITECTURE)
        answer = self.run_script("--dry-run", TRACKILY_LICENSE_KEY=KEY)
        self.assertIn("it is good", answer.stdout)
        script = self.folder / "install.sh"
        script.write_text(self.server.script())
        command = ["bash", script, "--key-stdin", "--dry-run", "--port", free_port()]
        answer = subprocess.run(command, input=KEY + "\n", capture_output=True, text=True, timeout=60)
        self.assertIn("it is good", answer.stdout)
        self.assertEqual(answer.returncode, 0, answer.stderr)

    def test_the_key_is_on_no_command_line_and_in_no_output(self):
        self.server.publish("1.4.0", archive("1.4.0"), ARCHITECTURE)
        seen = self.folder / "seen"
        programs = self.folder / "programs"
        programs.mkdir()
        for name in ("curl", "sed", "awk", "openssl", "sha256sum"):
            (programs / name).write_text(f'#!/bin/sh\necho "$0 $*" >>{seen}\nexec {shutil.which(name)} "$@"\n')
            (programs / name).chmod(0o755)
        answer = self.run_script("--dry-run", path=f"{programs}:{os.environ['PATH']}", TRACKILY_LICENSE_KEY=KEY)
        self.assertEqual(answer.returncode, 0, answer.stderr)
        self.assertIn("validate", seen.read_text())
        self.assertNotIn(KEY, seen.read_text() + answer.stdout + answer.stderr)

    def test_a_server_without_releases_says_so(self):
        answer = self.run_script("--dry-run", script=self.server.script().replace(self.server.public.strip(), ""))
        self.assertEqual((answer.returncode, "publishes no release" in answer.stderr), (3, True))
        self.assertEqual(self.run_script("--dry-run").returncode, 3)

    def test_a_script_that_was_cut_short_does_nothing(self):
        script = self.server.script()
        for end in (*range(400, len(script) - 12, 1499), len(script) - 12):
            answer = self.run_script(KEY, "--dry-run", script=script[:end])
            self.assertEqual(answer.stdout, "", f"cut at {end}")
        self.assertEqual(self.server.requests, [])


class Trust(Installer):
    def test_a_release_that_is_as_it_was_signed_is_unpacked_for_all_to_read_and_none_to_write(self):
        self.server.publish("1.4.0", archive("1.4.0"), ARCHITECTURE)
        answer = self.call("find_release", "unpack_release", "cat $prefix/releases/1.4.0/mark")
        self.assertEqual((answer.returncode, answer.stdout.endswith("good")), (0, True), answer.stderr)
        self.assertEqual((self.folder / "opt/releases/1.4.0/mark").stat().st_mode & 0o777, 0o644)

    def test_another_archive_under_the_same_name_is_not_unpacked(self):
        self.server.publish("1.4.0", archive("1.4.0"), ARCHITECTURE)
        self.server.files[f"1.4.0/trackily-1.4.0-linux-{ARCHITECTURE}.tar.gz"] = archive("1.4.0", "evil")
        answer = self.call("find_release", "unpack_release")
        self.assertEqual((answer.returncode, "checksum" in answer.stderr), (4, True), answer.stderr)
        self.assertFalse((self.folder / "opt/releases").exists())

    def test_a_manifest_that_the_key_did_not_sign_is_refused(self):
        self.server.publish("1.4.0", archive("1.4.0"), ARCHITECTURE)
        self.server.files["1.4.0/MANIFEST"] = self.server.files["1.4.0/MANIFEST"].replace(b"stable", b"stablE")
        answer = self.call("find_release")
        self.assertEqual((answer.returncode, "signature" in answer.stderr), (4, True), answer.stderr)

    def test_an_installation_keeps_to_the_key_it_trusts(self):
        self.server.publish("1.4.0", archive("1.4.0"), ARCHITECTURE)
        (self.folder / "trusted").write_text("another key\n")
        answer = self.call("find_release")
        self.assertEqual((answer.returncode, "--trust-new-key" in answer.stderr), (4, True), answer.stderr)
        self.assertEqual(self.call("trust_new_key=1", "find_release").returncode, 0)

    def test_an_older_release_than_the_installed_one_is_refused(self):
        self.server.publish("1.4.0", archive("1.4.0"), ARCHITECTURE)
        link = 'mkdir -p "$prefix"; ln -s releases/1.10.0 "$prefix/current"'
        answer = self.call(link, "version=1.4.0", "find_release")
        self.assertEqual((answer.returncode, "1.4.0 is older" in answer.stderr), (2, True), answer.stderr)

    def test_when_the_installed_release_was_withdrawn_it_stays(self):
        self.server.publish("1.4.0", archive("1.4.0"), ARCHITECTURE)
        link = 'mkdir -p "$prefix"; ln -s releases/1.10.0 "$prefix/current"'
        answer = self.call(link, "find_release", "echo $version")
        self.assertEqual((answer.returncode, answer.stdout.endswith("1.10.0\n")), (0, True), answer.stderr)

    def test_openssl_and_the_built_in_check_agree(self):
        self.server.publish("1.4.0", archive("1.4.0"), ARCHITECTURE)
        (self.folder / "public").write_text(self.server.public)
        files = f"{self.folder}/MANIFEST {self.folder}/MANIFEST.sig {self.folder}/public"
        for way in ("verify", "verify_by_python"):
            self.assertEqual(self.call(f"{way} {files}").returncode, 0, way)
        signature = bytearray((self.folder / "MANIFEST.sig").read_bytes())
        for place in (0, 31, 32, 63):
            signature[place] ^= 1
            (self.folder / "MANIFEST.sig").write_bytes(signature)
            for way in ("verify", "verify_by_python"):
                self.assertNotEqual(self.call(f"{way} {files}").returncode, 0, f"{way} {place}")
            signature[place] ^= 1
        (self.folder / "MANIFEST.sig").write_bytes(signature)
        with open(self.folder / "MANIFEST", "ab") as manifest:
            manifest.write(b"\n")
        for way in ("verify", "verify_by_python"):
            self.assertNotEqual(self.call(f"{way} {files}").returncode, 0, way)

    def test_too_little_room_is_said_before_the_download(self):
        answer = self.call("check_room 999999999999")
        self.assertEqual((answer.returncode, "are needed" in answer.stderr), (2, True), answer.stderr)


class Settings(Installer):
    def test_settings_are_put_replaced_and_removed_in_a_private_file(self):
        answer = self.call(
            "put $settings PORT 3000", "put $settings DATABASE_URL 'postgresql://a:b=c@h/d?x=1&y=$z'",
            "put $settings PORT 4000", "put_new $settings PORT 5000", "put $settings GONE x", "put $settings GONE",
            'printf "%s|%s|%s" "$(get $settings PORT)" "$(get $settings DATABASE_URL)" "$(get $settings GONE)"')
        self.assertEqual(answer.stdout, "4000|postgresql://a:b=c@h/d?x=1&y=$z|", answer.stderr)
        env = self.folder / "env"
        self.assertEqual(env.stat().st_mode & 0o777, 0o600)
        self.assertEqual(env.read_text().count("PORT="), 1)

    def test_the_command_reads_them_as_they_are_written(self):
        """service/trackily.command, with its paths and the change of user taken out."""
        command = (pathlib.Path(__file__).parent.parent / "systemd" / "trackily.command").read_text()
        env = self.folder / "env"
        env.write_text("# comment\nA='x y $HOME'\nB=\"two\"\nC=three # not a comment\n\nbad line\nD=''\nE='last'")
        command = command.replace("/etc/trackily/trackily.env", str(env)).replace("/var/lib/trackily", str(self.folder))
        command = command[:command.index("exec setpriv")] + 'printf "%s|" "$A" "$B" "$C" "$D" "$E"\n'
        command = command.replace("EUID != 0", "0")
        answer = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=10)
        self.assertEqual(answer.stdout, "x y $HOME|two|three # not a comment||last|", answer.stderr)


if __name__ == "__main__":
    unittest.main()
