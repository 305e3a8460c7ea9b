"""ops/up, ops/down, ops/run, ops/service with stand-in programs and a real Postgres: what runs, what is left alone,
what is started again, what is left behind."""

import contextlib
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest

OPS = pathlib.Path(__file__).resolve().parent.parent


# Seconds: a call takes two, on a machine whose disk is slow many times that.
PATIENCE = 300


def free_ports(count):
    with contextlib.ExitStack() as held:
        listeners = [held.enter_context(socket.socket()) for _ in range(count)]
        for listener in listeners:
            listener.bind(("127.0.0.1", 0))
        return [listener.getsockname()[1] for listener in listeners]


class Copy:
    """One RUN_DIR with its own ports and its own folder of stand-in programs."""

    def __init__(self, test, folder_name="run"):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="trackily-ops-"))
        self.run_dir = self.folder / folder_name
        self.programs = self.folder / "programs"
        self.programs.mkdir()
        for name in ("trackily", "license-server"):
            self.install(name)
        self.ports = dict(zip(("tracker", "license"), free_ports(2)))
        test.addCleanup(self.remove)

    def install(self, name):
        target = self.programs / name
        target.unlink(missing_ok=True)
        shutil.copy(OPS / "tests" / "fake_program.py", target)
        target.chmod(0o755)

    def environment(self, **more):
        return os.environ | {
            "RUN_DIR": str(self.run_dir),
            "PROGRAMS": str(self.programs),
            "PORT_TRACKER": str(self.ports["tracker"]),
            "PORT_LICENSE": str(self.ports["license"]),
            "SCRATCH": "1",
        } | more

    def call(self, script, *arguments, **more):
        command = [OPS / script, *arguments]
        return subprocess.run(command, env=self.environment(**more), capture_output=True, text=True, timeout=PATIENCE)

    def succeed(self, script, *arguments, **more):
        answer = self.call(script, *arguments, **more)
        if answer.returncode != 0:
            raise AssertionError(f"ops/{script}: exit {answer.returncode}\n{answer.stdout}{answer.stderr}")

    def up(self, **more):
        self.succeed("up", **more)

    def ready(self, program):
        """What the program says at /readyz, None when nobody listens."""
        connection = http.client.HTTPConnection("127.0.0.1", self.ports[program], timeout=PATIENCE)
        try:
            connection.request("GET", "/readyz")
            return json.loads(connection.getresponse().read())
        except ConnectionRefusedError:
            return None
        finally:
            connection.close()

    def env(self):
        return dict(line.split("=", 1) for line in (self.run_dir / "env").read_text().splitlines())

    def calls(self):
        return (self.programs / "calls").read_text().splitlines()

    def processes(self):
        """Command lines that name this copy's folder."""
        found = []
        for entry in pathlib.Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
                except OSError:
                    continue
                if str(self.folder) in line:
                    found.append(line)
        return found

    def remove(self):
        self.succeed("down")
        self.succeed("postgres", "remove", str(self.run_dir / "postgres"))
        shutil.rmtree(self.folder)


class UpAndDown(unittest.TestCase):
    def test_up_writes_the_env_and_psql_works_with_it(self):
        copy = Copy(self)
        copy.up()
        env = copy.env()
        self.assertEqual(env["TRACKER_URL"], f"http://127.0.0.1:{copy.ports['tracker']}")
        self.assertEqual(env["LICENSE_URL"], f"http://127.0.0.1:{copy.ports['license']}")
        self.assertEqual(env["DEMO_LICENSE_KEY"], "demo-key")
        self.assertEqual(copy.ready("tracker")["license_key"], "demo-key")
        for name in ("ADMIN_EMAIL", "ADMIN_PASSWORD", "VENDOR_EMAIL", "VENDOR_PASSWORD", "CONTROL_TOKEN"):
            self.assertTrue(env[name])
        self.assertEqual(oct((copy.run_dir / "env").stat().st_mode & 0o777), "0o600")
        script = f'source "{copy.run_dir}/env"; psql "$DATABASE_URL" -AtXc "SELECT current_user"; ' \
            'psql "$LICENSE_DATABASE_URL" -AtXc "SELECT current_user"'
        answer = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=30)
        self.assertEqual(answer.stdout.split(), ["trackily", "trackily_license"], answer.stderr)

    def test_neither_program_can_open_the_other_ones_database(self):
        copy = Copy(self)
        copy.up()
        url = copy.env()["DATABASE_URL"].replace("/trackily?", "/trackily_license?")
        answer = subprocess.run(["psql", url, "-c", "SELECT 1"], capture_output=True, text=True, timeout=30)
        self.assertIn("permission denied for database", answer.stderr)

    def test_a_second_up_leaves_everything_alone_and_down_stops_it_all(self):
        copy = Copy(self)
        copy.up()
        before = copy.ready("tracker"), copy.ready("license")
        copy.up()
        self.assertEqual((copy.ready("tracker"), copy.ready("license")), before)
        self.assertEqual(sum("demo" in call for call in copy.calls()), 2)
        self.assertEqual(copy.call("down").returncode, 0)
        self.assertIsNone(copy.ready("tracker"))
        self.assertEqual(copy.processes(), [])

    def test_up_starts_again_what_died_and_what_was_rebuilt(self):
        copy = Copy(self)
        copy.up()
        tracker, license = copy.ready("tracker")["pid"], copy.ready("license")["pid"]
        os.kill(tracker, signal.SIGKILL)
        copy.up()
        self.assertNotEqual(copy.ready("tracker")["pid"], tracker)
        self.assertEqual(copy.ready("license")["pid"], license)
        copy.install("license-server")
        copy.up()
        self.assertNotEqual(copy.ready("license")["pid"], license)

    def test_passwords_and_data_survive_down_and_up(self):
        copy = Copy(self)
        copy.up()
        env = copy.env()
        copy.call("down")
        copy.up()
        self.assertEqual(copy.env(), env)

    def test_without_demo_there_is_no_licence_key(self):
        copy = Copy(self)
        copy.up(DEMO="0")
        self.assertEqual(copy.env()["DEMO_LICENSE_KEY"], "")
        self.assertIsNone(copy.ready("tracker")["license_key"])
        self.assertFalse(any("demo" in call for call in copy.calls()))

    def test_two_copies_run_side_by_side(self):
        one, other = Copy(self), Copy(self)
        one.up()
        other.up()
        one.call("down")
        self.assertIsNotNone(other.ready("tracker"))
        self.assertNotEqual(one.env()["ADMIN_PASSWORD"], other.env()["ADMIN_PASSWORD"])

    def test_a_failing_migration_is_shown_and_fails_the_call(self):
        copy = Copy(self)
        answer = copy.call("up", BROKEN_MIGRATION="1")
        self.assertEqual(answer.returncode, 1)
        self.assertIn("migration 0007 failed: a made-up reason", answer.stderr)

    def test_down_kills_no_stranger_that_has_an_old_process_number(self):
        copy = Copy(self)
        copy.up()
        copy.call("service", "stop", "tracker")
        with subprocess.Popen(["sleep", "60"]) as stranger:
            (copy.run_dir / "processes" / "tracker").write_text(f"{stranger.pid} 1 0\n")
            copy.call("down")
            self.assertIsNone(stranger.poll())
            stranger.kill()

    def test_a_folder_with_blanks_and_a_long_path(self):
        copy = Copy(self, folder_name="a folder with blanks & a % sign, " + "long " * 12)
        copy.up()
        answer = subprocess.run(
            ["psql", copy.env()["DATABASE_URL"], "-AtXc", "SELECT 1"], capture_output=True, text=True, timeout=30)
        self.assertEqual(answer.stdout.strip(), "1", answer.stderr)


class Foreground(unittest.TestCase):
    def start(self, copy):
        process = subprocess.Popen(
            [OPS / "run"], env=copy.environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            start_new_session=True,
            # Whoever runs the tests in the background of a script hands down that Ctrl-C is ignored.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
        self.addCleanup(process.stdout.close)
        for line in process.stdout:
            if "Ctrl-C" in line:
                return process
        self.fail("ops/run did not start")

    def end(self, process, within):
        try:
            return process.wait(timeout=within)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise

    def test_ctrl_c_leaves_nothing_behind(self):
        copy = Copy(self)
        process = self.start(copy)
        os.killpg(process.pid, signal.SIGINT)
        self.assertEqual(self.end(process, 120), 130)
        self.assertEqual(copy.processes(), [])

    def test_when_one_part_dies_the_others_are_stopped(self):
        copy = Copy(self)
        process = self.start(copy)
        os.kill(copy.ready("license")["pid"], signal.SIGKILL)
        self.assertEqual(self.end(process, 120), 1)
        self.assertIn("license died", process.stdout.read())
        deadline = time.monotonic() + 60
        while copy.processes() and time.monotonic() < deadline:
            time.sleep(0.1)
        self.assertEqual(copy.processes(), [])


if __name__ == "__main__":
    unittest.main()
