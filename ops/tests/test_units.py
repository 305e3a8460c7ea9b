"""The systemd units: what systemd itself says of them, and how much they leave open."""

import pathlib
import shutil
import subprocess
import tempfile
import unittest

UNITS = pathlib.Path(__file__).resolve().parent.parent / "systemd"
PROGRAMS = {"trackily.service": "opt/trackily/current/bin/trackily",
            "license-server.service": "opt/license-server/bin/license-server"}


@unittest.skipUnless(shutil.which("systemd-analyze"), "no systemd-analyze on this machine")
class Units(unittest.TestCase):
    def analyze(self, name, *arguments):
        """Runs systemd-analyze on a root that holds the unit and a program where it expects one."""
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "etc/systemd/system").mkdir(parents=True)
            shutil.copy(UNITS / name, root / "etc/systemd/system")
            shutil.copytree("/usr/lib/systemd/system", root / "usr/lib/systemd/system", symlinks=True)
            (root / PROGRAMS[name]).parent.mkdir(parents=True)
            shutil.copy("/usr/bin/true", root / PROGRAMS[name])
            command = ["systemd-analyze", arguments[0], f"--root={root}", *arguments[1:], name]
            return subprocess.run(command, capture_output=True, text=True, timeout=60)

    def test_systemd_understands_every_line(self):
        for name in PROGRAMS:
            answer = self.analyze(name, "verify", "--man=no")
            own = [line for line in answer.stderr.splitlines() if name in line]
            self.assertEqual((answer.returncode, own), (0, []), name)

    def test_they_leave_little_open(self):
        """An exposure of 10 is a service without any hardening; systemd calls below 2.0 \"OK\"."""
        for name in PROGRAMS:
            answer = self.analyze(name, "security", "--offline=true", "--threshold=20")
            self.assertEqual(answer.returncode, 0, answer.stdout[-300:])


if __name__ == "__main__":
    unittest.main()
