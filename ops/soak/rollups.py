#!/usr/bin/python3
"""An hour of everything that moves a figure after its hour was rolled up: clicks of now and of past days, late
conversions, other verdicts, costs and rates by hand, kill -9 of the tracker and of a node. Every ten minutes all rests
for a moment, and the rollups are checked against raw clicks: no difference is allowed. SOAK_MINUTES=2
ops/soak/rollups.py is a short one.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import time

OPS = pathlib.Path(__file__).resolve().parent.parent
sys.dont_write_bytecode = True
sys.path[1:1] = [str(OPS)]

from harness import Stack
from harness.torture import Torture

# Between two checks.
REST = 10


def main():
    options = read_options()
    subprocess.run([OPS / "install-packages", "run"], check=True)
    subprocess.run([OPS / "assets"], check=True)
    if not options.as_built:
        subprocess.run([OPS / "build", options.build], check=True)
    print(f"rollups: {options.minutes:g} minutes, seed {options.seed}", flush=True)
    with Stack(build=options.build) as stack:
        torture = Torture(stack, options.seed)
        checks = round(options.minutes / REST)
        torture.run(options.minutes * 60, checks=checks)
        did = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in sorted(torture.done.items()))
        print(f"rollups: {len(torture.clicks):,} clicks answered; {did}")
        print(f"rollups: checked {checks + 1} times, {torture.checked} hours and days at the end, no difference")


def read_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=float(os.environ.get("SOAK_MINUTES", 60)))
    parser.add_argument("--seed", type=int, default=time.time_ns() % 10_000)
    parser.add_argument("--build", choices=["release", "debug"], default="release")
    parser.add_argument("--as-built", action="store_true", help="take the programs that are there")
    return parser.parse_args()


if __name__ == "__main__":
    main()
