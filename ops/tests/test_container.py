"""The image's entrypoint with a stand-in program, and that compose file and documents name the same things."""

import os
import pathlib
import re
import subprocess
import tempfile
import unittest

DOCKER = pathlib.Path(__file__).resolve().parent.parent / "docker"
PROGRAM = """#!/bin/sh
echo "$@" >>"$CALLS"
[ "$1" = migrate ] || exit 0
left=$(cat "$CALLS.left")
echo $((left - 1)) >"$CALLS.left"
[ "$left" -le 0 ] || exit "$CODE"
"""


class Entrypoint(unittest.TestCase):
    def start(self, *arguments, failures=0, code=1, tries=5):
        with tempfile.TemporaryDirectory() as folder:
            calls = pathlib.Path(folder, "calls")
            pathlib.Path(folder, "calls.left").write_text(str(failures))
            program = pathlib.Path(folder, "trackily")
            program.write_text(PROGRAM)
            program.chmod(0o755)
            environment = {"PATH": f"{folder}:{os.environ['PATH']}", "CALLS": str(calls), "CODE": str(code),
                           "MIGRATE_TRIES": str(tries), "MIGRATE_PAUSE": "0"}
            command = [DOCKER / "entrypoint", *arguments]
            answer = subprocess.run(command, env=environment, capture_output=True, timeout=30)
            return answer.returncode, calls.read_text().splitlines()

    def test_it_migrates_and_serves(self):
        self.assertEqual(self.start("serve"), (0, ["migrate", "serve"]))

    def test_it_waits_for_postgres(self):
        self.assertEqual(self.start("serve", failures=3), (0, ["migrate"] * 4 + ["serve"]))

    def test_it_gives_up_in_the_end_and_at_once_on_wrong_settings(self):
        self.assertEqual(self.start("serve", failures=99), (1, ["migrate"] * 5))
        self.assertEqual(self.start("serve", failures=99, code=78), (78, ["migrate"]))

    def test_other_commands_run_as_they_are(self):
        self.assertEqual(self.start("doctor", "--json"), (0, ["doctor --json"]))


class Files(unittest.TestCase):
    def test_the_documents_show_the_files_that_are_there(self):
        text = (DOCKER.parent.parent / "docs" / "installing.md").read_text()
        for name in ("docker-compose.yml", "env.example"):
            self.assertIn((DOCKER / name).read_text().strip(), text, name)

    def test_the_image_keeps_its_state_on_a_volume_and_runs_as_nobody_special(self):
        text = (DOCKER / "Dockerfile").read_text()
        self.assertRegex(text, re.compile(r"^VOLUME /var/lib/trackily$", re.MULTILINE))
        self.assertRegex(text, re.compile(r"^USER 10001:10001$", re.MULTILINE))
        self.assertIn("- state:/var/lib/trackily", (DOCKER / "docker-compose.yml").read_text())


if __name__ == "__main__":
    unittest.main()
