"""When the first of a page is seen, with a processor four times slower and a line of 1.6 Mbit/s; nothing is cached."""

import json
import subprocess

from harness import Stack
from harness.stack import HOME
from table import say

# Milliseconds.
MARK = 1_000


def paint(bench):
    say("first contentful paint")
    subprocess.run([HOME / "ops/install-packages", "test"], check=True)
    subprocess.run([HOME / "ops/test-tools"], check=True)
    with Stack(demo=True, build=bench.stack.build) as stack:
        told = subprocess.run(
            [HOME / ".tools/venv/bin/python", HOME / "ops/bench/paint_pages.py"], input=json.dumps(stack.env),
            text=True, check=True, stdout=subprocess.PIPE).stdout
    found = json.loads(told)
    for name, times in found.items():
        bench.table.figure(
            f"first contentful paint: {name}", times["paint"],
            f"ms; all loaded after {times['load']:.0f} ms, {times['bytes'] / 1000:.0f} kB over the line")
    name, slowest = max(found.items(), key=lambda item: item[1]["paint"])
    bench.table.ratio(f"{MARK} ms of the slowest first contentful paint ({name})", MARK, slowest["paint"], 1.0)
