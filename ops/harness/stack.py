"""One copy of both programs on free ports in a folder of its own, brought up and down by the scripts under ops/."""

import os
import pathlib
import shutil
import socket
import subprocess
import tempfile

from harness.client import Client

HOME = pathlib.Path(__file__).resolve().parent.parent.parent


def free_ports(count):
    """Ports that nobody listens on, distinct from each other."""
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [listener.getsockname()[1] for listener in listeners]
    for listener in listeners:
        listener.close()
    return ports


class Stack:
    """`with Stack() as stack:` both programs are ready. Settings: demo data or not, `build` debug or release, `durable`
    turns fsync of Postgres on, `environment` is handed to the programs on top of their own."""

    def __init__(self, demo=False, build="debug", durable=False, environment=None):
        self.build, self.demo, self.durable, self.extra = build, demo, durable, environment or {}
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="trackily-stack-"))
        self.folder.chmod(0o711)  # user postgres passes through
        self.run_dir = self.folder / "run"
        self.tracker_port, self.license_port = free_ports(2)
        self.env = {}

    # --- the whole copy ---

    def start(self):
        try:
            self.up()
        except BaseException:
            self.stop()
            raise
        return self

    def up(self):
        """Starts what does not run; what runs stays."""
        self.call("up")
        lines = (self.run_dir / "env").read_text().splitlines()
        self.env = dict(line.split("=", 1) for line in lines)

    def stop(self):
        self.call("down", check=False)
        self.call("postgres", "remove", self.run_dir / "postgres", check=False)
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def call(self, script, *arguments, check=True, timeout=600, **more):
        """Runs a script of ops/ for this copy and returns what it printed."""
        environment = os.environ | self.extra | {
            "RUN_DIR": str(self.run_dir),
            "PORT_TRACKER": str(self.tracker_port),
            "PORT_LICENSE": str(self.license_port),
            "DEMO": "1" if self.demo else "0",
            "BUILD": self.build,
            "PROGRAMS": str(HOME / ".build" / self.build),
            "SCRATCH": "" if self.durable else "1",
        } | more
        command = [str(HOME / "ops" / script), *map(str, arguments)]
        done = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout)
        if check and done.returncode != 0:
            said = done.stdout[-2000:] + done.stderr[-6000:]
            raise AssertionError(f"ops/{script} failed with {done.returncode}:\n{said}")
        return done.stdout

    def program(self, place, *command, timeout=600):
        """Runs `trackily ...` or `license-server ...` with the environment of "tracker" or "license"; its output."""
        return self.call("with", place, *command, timeout=timeout)

    # --- its parts: postgres, license, tracker, mail-sink ---

    def pid(self, service):
        return int(self.call("service", "pid", service))

    def kill(self, service, signal):
        os.kill(self.pid(service), signal)

    def start_service(self, service, ready=True):
        self.call("service", "start", service)
        if ready:
            self.call("service", "await", service)

    def stop_service(self, service):
        self.call("service", "stop", service)

    def stop_postgres(self, mode="immediate"):
        """`immediate` is Postgres's own crash: connections break, nothing is flushed."""
        self.call("postgres", "stop", self.run_dir / "postgres", mode)

    def log(self, service):
        return (self.run_dir / "logs" / f"{service}.log").read_text(errors="replace")

    # --- clients ---

    @property
    def tracker(self):
        return Client(self.env["TRACKER_URL"])

    @property
    def license(self):
        return Client(self.env["LICENSE_URL"])

    @property
    def admin(self):
        """The default tenant's first admin, signed in."""
        return self.tracker.signed_in(self.env["ADMIN_EMAIL"], self.env["ADMIN_PASSWORD"])

    def mails(self):
        """Every mail the license server sent so far, as text, oldest first."""
        return [path.read_text() for path in sorted(pathlib.Path(self.env["MAIL_DIR"]).glob("*.eml"))]

    # --- psql ---

    def sql(self, query, url=None, timeout=120):
        """Rows of a query as lists of strings, as the tracker's own role unless another URL is given."""
        done = self.psql(query, url, timeout)
        if done.returncode != 0:
            raise AssertionError(f"psql: {done.stderr}")
        return [line.split("\x1f") for line in done.stdout.split("\x1e") if line]

    def psql(self, query, url=None, timeout=120):
        command = ["psql", "-XqAt", "-F", "\x1f", "-R", "\x1e", "-P", "null=", "-v", "ON_ERROR_STOP=1",
                   "-v", "VERBOSITY=verbose", url or self.env["DATABASE_URL"]]
        done = subprocess.run(command, input=query, capture_output=True, text=True, timeout=timeout)
        done.stdout = done.stdout.removesuffix("\n").removesuffix("\x1e")
        return done

    def schemas(self):
        """Every tenant schema, pre-built ones too."""
        return [row[0] for row in self.sql(
            "SELECT DISTINCT table_schema FROM information_schema.tables "
            r"WHERE table_schema LIKE 't\_%' AND table_name = 'clicks' ORDER BY 1")]

    def clicks(self, slug):
        """The ids of every stored click of the campaigns with this slug, duplicates kept."""
        parts = [f"SELECT k.id FROM {schema}.clicks k JOIN {schema}.campaigns c ON c.id = k.campaign_id "
                 f"WHERE c.slug = '{slug}'" for schema in self.schemas()]
        return [row[0] for row in self.sql(" UNION ALL ".join(parts))]
