"""A click node that lives in the past: visitors and networks that come to it were there then."""

import mmap
import pathlib
import struct
import subprocess
import time

from harness.node import Node

HERE = pathlib.Path(__file__).resolve().parent
CLOCK = struct.Struct("3d")


class PastNode(Node):
    """`with PastNode(stack, when) as node:` its clock shows `when` (aware datetime) at its start, and time goes `speed`
    times as fast. Its journal is its own; what comes to it is in the database of all within a moment. The programs and
    their clock on the database are untouched."""

    def __init__(self, stack, when, speed=1.0, name="past"):
        super().__init__(stack, "click", name)
        self.library = stack.folder / "past.so"
        self.clock_file = stack.folder / f"{name}.clock"
        # libpq reckons its connect_timeout by the time of day: where that runs, no connection would be made in time.
        self.settings = {"LD_PRELOAD": str(self.library), "PAST_CLOCK": str(self.clock_file),
                         "DATABASE_URL": f"{stack.env['DATABASE_URL']}&connect_timeout=0"}
        self.set(when, speed)

    def start(self):
        if not self.library.exists():
            subprocess.run(["clang", "-O2", "-Wall", "-Wextra", "-shared", "-fPIC", "-o",
                            self.library, HERE / "past.c", "-ldl", "-lm"], check=True, stdin=subprocess.DEVNULL)
        return super().start()

    def set(self, when, speed=1.0):
        """Shows another time from now on."""
        now = time.time()
        if not self.clock_file.exists():
            self.clock_file.write_bytes(bytes(CLOCK.size))
        with open(self.clock_file, "r+b") as file, mmap.mmap(file.fileno(), CLOCK.size) as page:
            page[:] = CLOCK.pack(when.timestamp() - now, now, speed)
