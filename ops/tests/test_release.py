"""ops/release with a stand-in program: what a release holds, that it is the same twice, that it is signed."""

import base64
import hashlib
import json
import os
import pathlib
import platform
import shutil
import subprocess
import tarfile
import tempfile
import unittest

OPS = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = 'int printf(const char *, ...);\nint main(void) { printf("9.8.7\\n"); return 0; }\n'


class Releases(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="trackily-release-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.programs = cls.folder / "programs"
        cls.programs.mkdir()
        (cls.folder / "program.c").write_text(PROGRAM)
        subprocess.run(["clang", "-o", cls.programs / "trackily", cls.folder / "program.c"], check=True, timeout=60)
        cls.key = cls.folder / "key.pem"
        subprocess.run([OPS / "release", "--new-key", cls.key], check=True, timeout=30, capture_output=True)
        cls.out = cls.folder / "out"
        answer = cls.release("9.8.7", cls.out)
        if answer.returncode != 0:
            raise AssertionError(answer.stderr)
        cls.made = cls.out / "9.8.7"
        cls.archive = cls.made / f"trackily-9.8.7-linux-{platform.machine()}.tar.gz"

    @classmethod
    def release(cls, version, out, *more, key=None):
        command = [OPS / "release", version, out, "--from", cls.programs, "--key", key or cls.key, *more]
        environment = os.environ | {"SOURCE_DATE_EPOCH": "1700000000"}
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)

    def unpacked(self):
        target = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        with tarfile.open(self.archive) as archive:
            archive.extractall(target)
        return target / "trackily-9.8.7"

    def test_the_program_starts_with_its_own_loader_and_libraries_only(self):
        home = self.unpacked()
        self.assertTrue(any(path.name.startswith("ld-linux") for path in (home / "lib").iterdir()))
        self.assertTrue((home / "lib" / "libc.so.6").is_file())
        link = self.folder / "link"
        link.symlink_to(home / "bin" / "trackily")
        answer = subprocess.run([link], env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, timeout=10)
        self.assertEqual(answer.stdout, "9.8.7\n", answer.stderr)

    def test_it_holds_what_the_program_and_the_installer_need(self):
        home = self.unpacked()
        for name in ("migrations/control", "migrations/tenant", "assets/app.css", ".tools/assets/tabler.min.css",
                     "share/uap-core/regexes.yaml", "share/openssl.cnf", "service/trackily.service",
                     "service/trackily.init", "service/trackily.command", "LICENSE", "licences/debian/libc6/copyright",
                     "sbom.cdx.json"):
            self.assertTrue((home / name).exists(), name)
        self.assertFalse((home / "migrations" / "license").exists())
        self.assertEqual((home / "VERSION").read_text(), "9.8.7\n")

    def test_the_same_program_gives_the_same_bytes(self):
        answer = self.release("9.8.7", self.folder / "again")
        self.assertEqual(answer.returncode, 0, answer.stderr)
        for name in ("MANIFEST", "MANIFEST.sig"):
            self.assertEqual((self.made / name).read_bytes(), (self.folder / "again" / "9.8.7" / name).read_bytes())

    def test_the_manifest_names_every_file_and_openssl_accepts_its_signature(self):
        lines = (self.made / "MANIFEST").read_text().splitlines()
        self.assertEqual(lines[:4], ["trackily-release 1", "version 9.8.7", "channel stable",
                                     "built 2023-11-14T22:13:20.000Z"])
        for line in lines[4:]:
            _, digest, size, name = line.split(" ")
            content = (self.made / name).read_bytes()
            self.assertEqual((hashlib.sha256(content).hexdigest(), len(content)), (digest, int(size)))
        self.assertEqual({line.split(" ")[3] for line in lines[4:]} | {"MANIFEST", "MANIFEST.sig"},
                         {path.name for path in self.made.iterdir()})
        command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", self.out / "release-key.pub", "-rawin",
                   "-in", self.made / "MANIFEST", "-sigfile", self.made / "MANIFEST.sig"]
        self.assertEqual(subprocess.run(command, capture_output=True, timeout=30).returncode, 0)

    def test_the_bill_of_materials_lists_packages_libraries_and_front_end(self):
        bill = json.loads((self.made / "trackily-9.8.7.cdx.json").read_text())
        self.assertEqual((bill["bomFormat"], bill["specVersion"]), ("CycloneDX", "1.5"))
        names = {component["name"] for component in bill["components"]}
        self.assertLessEqual({"swift-nio", "libc6", "uap-core", "Tabler", "swift-runtime"}, names)
        references = [component["bom-ref"] for component in bill["components"]]
        self.assertEqual(len(references), len(set(references)))
        self.assertEqual(bill["dependencies"][0]["dependsOn"], references)

    def test_a_version_is_released_once_and_must_be_the_programs(self):
        self.assertIn("is there already", self.release("9.8.7", self.out).stderr)
        self.assertIn("this program is version 9.8.7", self.release("9.9.0", self.out).stderr)
        self.assertEqual(self.release("9.8", self.out).returncode, 64)
        self.assertEqual(sorted(path.name for path in self.out.iterdir()), ["9.8.7", "release-key.pub"])

    def test_newer_libraries_get_a_fourth_number(self):
        out = self.folder / "fourth"
        answer = self.release("9.8.7.1", out, "--channel", "beta")
        self.assertEqual(answer.returncode, 0, answer.stderr)
        self.assertIn("channel beta", (out / "9.8.7.1" / "MANIFEST").read_text())

    def test_another_key_and_a_key_that_others_can_read_are_refused(self):
        other = self.folder / "other.pem"
        subprocess.run([OPS / "release", "--new-key", other], check=True, timeout=30, capture_output=True)
        self.assertIn("is of another release key", self.release("9.8.7.2", self.out, key=other).stderr)
        other.chmod(0o644)
        self.assertIn("chmod 600", self.release("9.8.7.2", self.folder / "new", key=other).stderr)
        again = subprocess.run([OPS / "release", "--new-key", other], capture_output=True, text=True, timeout=30)
        self.assertIn("never replaced by accident", again.stderr)

    def test_the_public_key_is_ed25519_in_pem(self):
        body = "".join((self.out / "release-key.pub").read_text().splitlines()[1:-1])
        self.assertEqual(base64.b64decode(body)[:12].hex(), "302a300506032b6570032100")


if __name__ == "__main__":
    unittest.main()
