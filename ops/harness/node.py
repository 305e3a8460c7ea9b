"""A further tracker process of a copy: the same database and keys, a port and a journal of its own."""

import os
import signal
import subprocess

from harness.client import Client
from harness.stack import HOME, free_ports
from harness.waiting import eventually


class Node:
    """`with Node(stack, "click") as node:` it answers /readyz."""

    def __init__(self, stack, roles="click,admin,worker", name="node"):
        self.stack, self.roles, self.name = stack, roles, name
        self.port = free_ports(1)[0]
        self.url = f"http://127.0.0.1:{self.port}"
        self.state = stack.folder / name
        # Environment on top of the tracker's.
        self.settings = {}
        self.process = None

    def start(self):
        self.state.mkdir(mode=0o700, exist_ok=True)
        with open(self.stack.folder / f"{self.name}.log", "ab") as log:
            # bash is replaced by the program, so the signals below reach it.
            self.process = subprocess.Popen(
                [HOME / "ops" / "with", "tracker", "env", f"PORT={self.port}", f"STATE_DIR={self.state}",
                 *(f"{name}={value}" for name, value in self.settings.items()), "trackily", "serve", "--roles",
                 self.roles],
                env=os.environ | {"RUN_DIR": str(self.stack.run_dir)}, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True)
        eventually(self.is_ready, within=30, what=f"{self.name} being ready")
        return self

    def is_ready(self):
        try:
            return self.client.get("/readyz").status == 200
        except OSError:
            return False

    @property
    def client(self):
        return Client(self.url)

    def stop(self, how=signal.SIGTERM):
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, how)
            self.process.wait(timeout=60)
        self.process = None

    def log(self):
        return (self.stack.folder / f"{self.name}.log").read_text(errors="replace")

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()
