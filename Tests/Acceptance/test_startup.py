"""How the programs refuse to start: every problem at once, one line each, naming the variable, and no secret said."""

import os
import pathlib
import subprocess
import tempfile
import unittest

import shared
from harness.stack import HOME, free_ports


class Startup(unittest.TestCase):
    def run_program(self, name, *arguments, **variables):
        with tempfile.TemporaryDirectory() as folder:
            environment = {"PATH": os.environ["PATH"], "HOME": folder, "TRACKILY_HOME": str(HOME), "STATE_DIR": folder}
            command = [str(HOME / ".build" / "debug" / name), *arguments]
            return subprocess.run(command, env=environment | variables, cwd=folder, stdin=subprocess.DEVNULL,
                                  capture_output=True, text=True, timeout=60)

    def test_a_missing_database_url_is_named(self):
        for name in ("trackily", "license-server"):
            with self.subTest(name):
                done = self.run_program(name, "serve")
                self.assertNotEqual(done.returncode, 0)
                self.assertIn("DATABASE_URL", done.stderr + done.stdout)

    def test_every_wrong_value_is_named_at_once(self):
        done = self.run_program(
            "trackily", "serve", DATABASE_URL="mysql://root:hunter2-secret@localhost/x", PORT="99999",
            TRUSTED_PROXIES="everyone", LOG_FORMAT="xml", PUBLIC_URL="not a url")
        said = done.stderr + done.stdout
        self.assertNotEqual(done.returncode, 0)
        for name in ("DATABASE_URL", "PORT", "TRUSTED_PROXIES", "LOG_FORMAT", "PUBLIC_URL"):
            self.assertIn(name, said)
        self.assertNotIn("hunter2-secret", said)

    def test_another_secret_key_is_named(self):
        database = shared.stack().env["DATABASE_URL"]
        for command in (("serve",), ("user", "create", "a@example.net")):
            with self.subTest(command):
                done = self.run_program(
                    "trackily", *command, DATABASE_URL=database, SECRET_KEY="of another installation " * 2,
                    PORT=str(free_ports(1)[0]), ADMIN_PASSWORD="a long enough password")
                self.assertEqual(done.returncode, 78, done.stderr)
                self.assertIn("SECRET_KEY", done.stderr)

    def test_serve_refuses_an_unmigrated_database(self):
        stack = shared.stack()
        cluster = stack.run_dir / "postgres"
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(
                [HOME / "ops" / "postgres", "database", cluster, "unmigrated", "unmigrated", "CREATEROLE"],
                input="a-password\n", capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 0, done.stderr)
            socket = stack.call("postgres", "socket", cluster).strip()
            done = self.run_program(
                "trackily", "serve", PORT="0", ADMIN_PASSWORD="correct horse battery staple", STATE_DIR=folder,
                DATABASE_URL=f"postgresql://unmigrated:a-password@/unmigrated?host={socket}")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("migrate", done.stderr + done.stdout)
        self.assertNotIn("a-password", done.stderr + done.stdout)

    def test_help_is_complete(self):
        commands = {
            "trackily": "serve migrate tenant user license demo healthcheck doctor".split(),
            "license-server": "serve migrate keys license plan demo".split(),
        }
        for name, wanted in commands.items():
            with self.subTest(name):
                done = self.run_program(name, "--help")
                self.assertEqual(done.returncode, 0, done.stderr)
                for command in wanted:
                    self.assertIn(command, done.stdout)

    def test_healthcheck_and_doctor_of_a_running_tracker(self):
        stack = shared.stack()
        stack.program("tracker", "trackily", "healthcheck")
        stack.program("tracker", "trackily", "doctor")

    def test_the_tracker_can_be_migrated_again(self):
        shared.stack().program("tracker", "trackily", "migrate")
        shared.stack().program("license", "license-server", "migrate")

    def test_logs_hold_no_credentials(self):
        stack = shared.stack()
        shared.tenant()
        logs = "".join(path.read_text(errors="replace") for path in pathlib.Path(stack.run_dir, "logs").glob("*.log"))
        for path in (stack.run_dir / "secrets").iterdir():
            self.assertNotIn(path.read_text().strip(), logs, path.name)
        for secret in (shared.tenant().password, shared.tenant().admin.token, shared.tenant().license["key"]):
            self.assertNotIn(secret, logs)
