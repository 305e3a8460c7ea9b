"""wrk as a function: requests/s and latencies of one run. One script (load.lua) drives the tracker, nginx and the
baseline, so that what wrk itself costs is in all of them."""

import contextlib
import itertools
import json
import pathlib
import signal
import subprocess
import tempfile

SCRIPT = pathlib.Path(__file__).with_name("load.lua")
# Visitors that a crowd is drawn from. Enough that few of them come so often that they look like a flood.
POPULATION = 2_000_000
seeds = itertools.count(1)


class Wrk:
    """`with Wrk(port, requests, connections, seconds) as load: result = load.finish()`.

    `rate` is requests/s in all, 0 for as many as are answered. `order` "random" draws each visitor anew out
    of `population`, "each" takes one after the other, from number `first` on. Answers with the text `count` in them are
    counted. With `answers` every click id is written into files of that name, one a thread. Requests are the texts that
    `request` makes.
    """

    def __init__(self, port, requests, connections, seconds, rate=0, order="random", first=0, population=POPULATION,
                 count="", answers=None):
        self.folder = tempfile.TemporaryDirectory(prefix="trackily-wrk-")
        file = pathlib.Path(self.folder.name, "requests")
        file.write_bytes(b"".join(text.encode() + b"\0" for text in requests))
        threads = min(2, connections)
        self.seconds = seconds
        self.command = [
            "wrk", f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", SCRIPT,
            f"http://127.0.0.1:{port}", "--", file, rate, order, first, population, next(seeds), threads, count,
            *([answers] if answers else []),
        ]
        self.process = None

    def __enter__(self):
        self.process = subprocess.Popen(
            list(map(str, self.command)), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True)
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        self.process.communicate()
        self.folder.cleanup()

    @contextlib.contextmanager
    def paused(self):
        """Nobody comes meanwhile. Where nobody listens wrk would try again at once, and take every core for that."""
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)

    def finish(self):
        """Waits for the end: {requests, seconds, rate, p50, p99, max (ms), refused (status >= 400), broken, sent,
        counted, ids (answers that had a click id)}."""
        said, _ = self.process.communicate(timeout=self.seconds + 60)
        for line in said.splitlines():
            if line.startswith("JSON"):
                result = json.loads(line[4:])
                return result | {"rate": result["requests"] / result["seconds"]}
        raise RuntimeError(f"wrk gave no result: {said}")


def wrk(*arguments, **options):
    """One run from its start to its end."""
    with Wrk(*arguments, **options) as load:
        return load.finish()


def request(method, path, headers, body=""):
    """The text of a request; `headers` name the host."""
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    if body:
        lines.append(f"Content-Length: {len(body.encode())}")
    return "\r\n".join([*lines, "", body])
