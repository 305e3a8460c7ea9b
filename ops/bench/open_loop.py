"""Latency under a steady arrival of visitors who do not wait for each other, at half of the sustained rate: h2load.

It prints no percentiles: they are taken from its log of every request. It sends the same headers always, and on all its
connections at the same moment, so there are many of it with a few connections each, all with a browser and an address
of their own. So few visitors are a flood and come again and again: their campaign has bot filter and frequency cap
off; the score is worked out all the same.
"""

import math
import pathlib
import subprocess
import tempfile

import campaigns
from agents import crowd
from meters import percentile
from table import say

PROCESSES = 64
# Each second, of one connection: h2load's own clock ticks no more often than that.
MOST_REQUESTS = 50
WARM_UP = 2


def open_loop(bench):
    rate = bench.sustained_rate / 2
    if not rate:
        bench.table.note("Open loop: no sustained rate to take half of.")
        return
    say(f"open loop at {rate:,.0f} clicks/s")
    clicks, seconds = bench.clicks, bench.seconds * 4
    campaign = campaigns.whole(bench.tenant, bot_filter=False, cap=None)
    clicks.await_drained()
    found = arrivals(clicks, campaign, rate, seconds)
    report(bench.table, *while_all_ran(found), rate)
    clicks.check_stored()


def arrivals(clicks, campaign, rate, seconds):
    """Rows of every process's log; see read()."""
    with tempfile.TemporaryDirectory(prefix="trackily-h2load-") as folder:
        logs = [pathlib.Path(folder, str(number)) for number in range(PROCESSES)]
        url = f"http://{clicks.host}/c/{campaign.slug}?sub1=zone-1&sub2=creative-2&sub3=push"
        running = [subprocess.Popen(command(url, clicks.stack.tracker_port, rate, seconds, log, number),
                                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
                   for number, log in enumerate(logs)]
        if any(process.wait(timeout=seconds + 60) for process in running):
            raise RuntimeError("h2load failed")
        found = [read(log.read_text()) for log in logs]
    requests = [row for rows in found for row in rows]
    if failed := sum(1 for _, status, _ in requests if not 300 <= status < 400):
        raise RuntimeError(f"{failed} of {len(requests)} requests of the open loop failed")
    clicks.answered += len(requests)
    return found


def command(url, port, rate, seconds, log, number):
    connections = math.ceil(rate / PROCESSES / MOST_REQUESTS)
    browser = crowd(PROCESSES)[number] | {"X-Forwarded-For": f"198.18.{number}.{number + 1}"}
    headers = [word for name, value in browser.items() for word in ("-H", f"{name}: {value}")]
    return ["h2load", "--h1", f"--rps={rate / PROCESSES / connections:.4f}", "-c", str(connections), "-D",
            str(WARM_UP + seconds), f"--log-file={log}", f"--connect-to=127.0.0.1:{port}", *headers, url]


def read(log):
    """(begin in microseconds, status, microseconds it took) of every line."""
    return [tuple(map(int, line.split("\t")[:3])) for line in log.splitlines()]


def while_all_ran(found):
    """Of requests by process: how long each took, in order, that began while all processes were sending, without the
    first second of that; and how many that were a second."""
    begin = max(rows[0][0] for rows in found) + 1_000_000
    end = min(rows[-1][0] for rows in found)
    times = sorted(took for rows in found for start, _, took in rows if begin <= start < end)
    return times, len(times) / ((end - begin) / 1e6)


def report(table, times, sent, rate):
    p50, p99, p999 = (percentile(times, share) / 1000 for share in (0.5, 0.99, 0.999))
    table.figure("open loop, half of the sustained rate: latency", f"{p50:.2f} / {p99:.2f} / {p999:.2f}",
                 f"ms (p50 / p99 / p99.9), slowest {times[-1] / 1000:.1f}")
    table.figure("open loop: requests/s", sent, f"{rate:,.0f} asked for")
    if sent < 0.98 * rate:
        table.note("The open loop fell behind its schedule: its latencies are too good.")
