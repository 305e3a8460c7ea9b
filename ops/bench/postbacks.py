"""Postbacks beside the least that any of them could cost: pgbench inserting one row a transaction into the same
Postgres, on as many connections. A postback finds its click, applies the rules, and writes conversion, history and
log."""

import pathlib
import subprocess
import tempfile

from meters import percentile
from table import say
from wrk import request, wrk

PGBENCH = "pgbench"
CONNECTIONS = 32
CLICKS = 500


def postbacks(bench):
    say("postbacks")
    tenant, stack = bench.tenant, bench.stack
    clicks = tenant.clicks({"slug": bench.plain.slug}, CLICKS)
    bench.clicks.await_drained()
    # Each is a transaction of its own, and so a conversion of its own.
    query = "payout=1.25&status=approved&txid=@VISITOR@"
    texts = [request("GET", f"/postback?click_id={click}&{query}", {"Host": tenant.domain}) for click in clicks]
    result = wrk(stack.tracker_port, texts, CONNECTIONS, bench.seconds * 2, order="each")
    if result["refused"]:
        raise RuntimeError(f"{result['refused']} postbacks were refused")
    check_counted(bench, result["requests"])
    again = wrk(stack.tracker_port, texts[:1], CONNECTIONS, bench.seconds, population=1)
    rate, p99 = one_row_inserts(stack, bench.seconds * 2)
    bench.table.ratio("postbacks/s of one-row INSERTs of pgbench", result["rate"], rate)
    bench.table.ratio("p99 of a one-row INSERT of a postback's", p99, result["p99"])
    bench.table.figure("postbacks/s", result["rate"], f"p99 {result['p99']:.1f} ms; pgbench {rate:,.0f}, {p99:.1f} ms")
    bench.table.figure("postbacks/s that repeat one conversion", again["rate"], f"p99 {again['p99']:.1f} ms")


def check_counted(bench, answered):
    """What was answered is there, once each. wrk leaves some unanswered at its end, so there may be a few more."""
    [[stored, keys]] = bench.stack.sql(
        f"SELECT count(*), count(DISTINCT (click_id, txid)) FROM {bench.clicks.schema}.conversions")
    if int(stored) != int(keys) or int(stored) < answered:
        raise RuntimeError(f"{answered} postbacks were answered, {stored} conversions stored, {keys} of them different")


def one_row_inserts(stack, seconds):
    """(transactions/s, p99 in ms) of pgbench on the tracker's Postgres."""
    stack.sql("CREATE SCHEMA bench; CREATE TABLE bench.one_row (id uuid PRIMARY KEY, at timestamptz, amount bigint)")
    try:
        with tempfile.TemporaryDirectory(prefix="trackily-pgbench-") as folder:
            script = pathlib.Path(folder, "insert.sql")
            script.write_text(
                "INSERT INTO bench.one_row VALUES (pg_catalog.gen_random_uuid(), pg_catalog.now(), 1250000);\n")
            subprocess.run(
                [PGBENCH, "-n", "-c", str(CONNECTIONS), "-j", "2", "-T", str(seconds), "-f", script, "-l",
                 f"--log-prefix={folder}/log", stack.env["DATABASE_URL"]],
                check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            times = sorted(int(line.split()[2]) for file in pathlib.Path(folder).glob("log.*")
                           for line in file.read_text().splitlines())
    finally:
        stack.sql("DROP SCHEMA bench CASCADE")
    return len(times) / seconds, percentile(times, 0.99) / 1000
