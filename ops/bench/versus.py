"""The tracker beside nginx's static 302 and beside a plain Python service, in turns on the same machine."""

import statistics

from baseline import Baseline
from meters import cpu_seconds
from table import say
from wrk import wrk

ROUNDS = 3
# Redirects/s of nginx's static 302, with every click durable before its answer, at 256 connections.
NGINX_MARK = 0.45
# Redirects/s of uvicorn with an INSERT per click.
BASELINE_MARK = 8.0
# Of a crowd's clicks, so many must have gone through every step; the others looked like a flood.
LEAST_SHARE = 0.9


def nginx(bench):
    """Redirects/s and CPU against nginx's static 302: the whole pipeline, and the plain redirect beside it."""
    for title, campaign, requests in (
            ("whole pipeline", bench.whole, bench.whole_hits), ("plain redirect", bench.plain, bench.plain_hits)):
        for connections in (256, 64):
            say(f"nginx, {title}, {connections} connections")
            against_nginx(bench, title, requests, connections)
        if campaign.flow:
            share = bench.clicks.share_of(campaign)
            bench.table.figure("clicks that took every step and the flow of 10 filters", f"{share:.1%}", "")
            if share < LEAST_SHARE:
                raise RuntimeError(f"only {share:.1%} of the clicks went through the whole pipeline")
    bench.clicks.check_stored()


def against_nginx(bench, title, requests, connections):
    rounds = []
    for _ in range(ROUNDS):
        before = cpu_seconds(*bench.nginx.pids())
        theirs = wrk(bench.nginx.port, requests, connections, bench.seconds)
        their_cpu = (cpu_seconds(*bench.nginx.pids()) - before) / theirs["requests"]
        ours = bench.clicks.load_and_drain(requests, connections, bench.seconds)
        rounds.append((ours["rate"], theirs["rate"], ours["cpu"], their_cpu))
    ours, theirs, our_cpu, their_cpu = map(statistics.median, zip(*rounds))
    mark = NGINX_MARK if connections == 256 and title.startswith("whole") else None
    table = bench.table
    table.ratio(f"redirects/s of nginx's static 302, {title}, {connections} connections", ours, theirs, mark)
    table.figure(f"{title}, {connections} connections: redirects/s", ours, f"nginx {theirs:,.0f}")
    table.figure(f"{title}, {connections} connections: CPU per click, stored", our_cpu * 1e6,
                 f"us (nginx {their_cpu * 1e6:.1f}, which stores nothing)")


def baseline(bench):
    """Redirects/s of the whole pipeline against uvicorn and asyncpg with one INSERT per click, on the same Postgres."""
    say("uvicorn and asyncpg with an INSERT per click")
    rounds = []
    with Baseline(bench.stack) as service:
        for _ in range(ROUNDS):
            theirs = wrk(service.port, bench.whole_hits, 256, bench.seconds)
            service.check_stored(theirs)
            ours = bench.clicks.load_and_drain(bench.whole_hits, 256, bench.seconds)
            rounds.append((ours["rate"], theirs["rate"], theirs["p99"]))
    ours, theirs, their_p99 = map(statistics.median, zip(*rounds))
    bench.table.ratio("redirects/s of uvicorn + asyncpg, whole pipeline, 256 connections", ours, theirs, BASELINE_MARK)
    bench.table.figure("uvicorn + asyncpg, an INSERT per click: redirects/s", theirs,
                       f"p99 {their_p99:.0f} ms, {service.workers} workers, uvloop, httptools")
