"""Full load for a while and what it leaves for later; then the rate that leaves nothing."""

import time

from meters import cpu_seconds, slope
from table import say
from wrk import Wrk

CONNECTIONS = 256
# Of what a burst and its drain carried on the average.
SHARES = (1.15, 1.0, 0.9, 0.8, 0.7, 0.6, 0.45, 0.3)
WARM_UP = 5
# Of the clicks that came: a backlog that grows more slowly is flat.
FLAT = 0.02


def measure(bench):
    """{rate, requests, drain_rate (rows/s), carried (clicks/s until all was stored)} of the whole pipeline."""
    say("burst and drain")
    clicks, seconds = bench.clicks, bench.seconds * 4
    clicks.await_drained()
    before = clicks.metrics()
    result = clicks.load(bench.whole_hits, CONNECTIONS, seconds)
    after, backlog = clicks.metrics(), clicks.backlog()
    took = clicks.await_drained()
    table = bench.table
    table.figure(f"burst of {seconds} s, {CONNECTIONS} connections: clicks/s", result["rate"], "")
    table.figure("burst: latency", f"{result['p50']:.1f} / {result['p99']:.1f}", "ms (p50 / p99)")
    table.figure("burst: backlog at its end", backlog, f"of {result['requests']:,} clicks")
    table.figure("burst: time to empty the backlog", took, "s")
    journal_counts(table, before, after)
    clicks.check_stored()
    # A drain that kept up left nothing to time by itself: it carried at least what came in.
    drain_rate = backlog / took if backlog > result["rate"] else result["rate"]
    if backlog <= result["rate"]:
        table.note("The drain kept up with the burst: rows/s into Postgres are at least what is shown.")
    return result | {"drain_rate": drain_rate, "carried": result["requests"] / (result["seconds"] + took)}


def journal_counts(table, before, after):
    """Clicks that shared one write to the disk."""
    grown = {name: after[name] - before[name] for name in after if name.startswith("trackily_journal_")}
    syncs, appended = grown["trackily_journal_fdatasync_total"], grown["trackily_journal_appended_total"]
    table.figure("burst: fdatasync calls", syncs, f"{appended / max(syncs, 1):.1f} clicks each")


def sustained(bench):
    """The highest of a few rates that leaves the backlog flat, 0 if none does."""
    say("sustained rate")
    seconds = bench.seconds * 4
    for share in SHARES:
        asked = bench.peak["carried"] * share
        result = steady(bench.clicks, bench.whole_hits, asked, seconds)
        if result["growth"] < FLAT * asked and result["rate"] > 0.95 * asked:
            bench.table.figure("sustained: clicks/s with a flat backlog", result["rate"],
                               f"backlog {result['growth']:+.0f}/s, p99 {result['p99']:.1f} ms")
            bench.table.figure("sustained: CPU per click", result["cpu"] * 1e6, "us")
            return result["rate"]
    bench.table.figure("sustained: clicks/s with a flat backlog", 0.0, "none of the rates tried")
    return 0.0


def steady(clicks, requests, rate, seconds):
    """A steady load, with `growth` of the backlog in clicks/s and `cpu` per click."""
    clicks.await_drained()
    before, samples = cpu_seconds(clicks.pid), []
    with Wrk(clicks.stack.tracker_port, requests, 128, WARM_UP + seconds, rate=rate) as load:
        time.sleep(WARM_UP)
        end = time.monotonic() + seconds - 0.5
        while time.monotonic() < end:
            samples.append((time.monotonic(), clicks.backlog()))
            time.sleep(0.5)
        result = load.finish()
    clicks.answered += result["requests"]
    clicks.await_drained()
    return result | {"growth": slope(samples), "cpu": (cpu_seconds(clicks.pid) - before) / result["requests"]}
