"""Runs baseline_service.py: uvicorn with a worker per core, on the same Postgres as the tracker."""

import os
import pathlib
import subprocess

from harness import Client, eventually
from harness.stack import HOME, free_ports

TABLE = """
CREATE SCHEMA baseline;
CREATE TABLE baseline.clicks (
  id uuid PRIMARY KEY, ts timestamptz NOT NULL, campaign text NOT NULL, ip inet NOT NULL, user_agent text,
  referrer text, language text, sub1 text, sub2 text, sub3 text
);
CREATE INDEX ON baseline.clicks (campaign, ts)
"""


class Baseline:
    """`with Baseline(stack) as service:` it answers on `service.port`."""

    def __init__(self, stack):
        self.stack = stack
        self.workers = os.cpu_count()
        self.answered = 0

    def __enter__(self):
        subprocess.run([HOME / "ops" / "test-tools", "bench"], check=True)
        self.stack.sql(TABLE)
        [self.port] = free_ports(1)
        with open(self.stack.folder / "baseline.log", "wb") as log:
            self.process = subprocess.Popen(
                [HOME / ".tools/bench-venv/bin/python", "-m", "uvicorn", "baseline_service:application",
                 "--port", str(self.port), "--workers", str(self.workers), "--loop", "uvloop", "--http", "httptools",
                 "--no-access-log", "--log-level", "warning", "--backlog", "4096"],
                cwd=pathlib.Path(__file__).parent, stdout=log, stderr=log,
                env=os.environ | {"DATABASE_URL": self.stack.env["DATABASE_URL"], "PYTHONDONTWRITEBYTECODE": "1"})
        eventually(self.is_ready, within=30, what="the baseline being ready")
        return self

    def is_ready(self):
        if self.process.poll() is not None:
            raise RuntimeError("the baseline ended: " + (self.stack.folder / "baseline.log").read_text()[-2000:])
        try:
            return Client(f"http://127.0.0.1:{self.port}").get("/ready").status == 200
        except OSError:
            return False

    def check_stored(self, result):
        self.answered += result["requests"]
        stored = int(self.stack.sql("SELECT count(*) FROM baseline.clicks")[0][0])
        if result["refused"] or stored < self.answered:
            raise RuntimeError(
                f"the baseline answered {self.answered} and stored {stored}; {result['refused']} refused")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=30)
        self.stack.sql("DROP SCHEMA baseline CASCADE")
