"""psql's \\copy of the rows that were drained, into a table of the same shape, partition and all."""

import time

from table import say

MOST_ROWS = 500_000


def copy(bench):
    drain_rate = bench.peak["drain_rate"]
    say("COPY")
    stack, schema = bench.stack, bench.clicks.schema
    file = stack.folder / "clicks.copy"
    rows = min(bench.clicks.stored(), MOST_ROWS)
    run(stack, f"\\copy (SELECT * FROM {schema}.clicks LIMIT {rows}) TO '{file}'")
    run(stack, f"CREATE SCHEMA bench; CREATE TABLE bench.clicks (LIKE {schema}.clicks INCLUDING ALL) "
               "PARTITION BY RANGE (ts); CREATE TABLE bench.clicks_all PARTITION OF bench.clicks "
               "FOR VALUES FROM ('2020-01-01') TO ('2100-01-01')")
    begin = time.monotonic()
    run(stack, f"\\copy bench.clicks FROM '{file}'")
    psql = rows / (time.monotonic() - begin)
    run(stack, "DROP SCHEMA bench CASCADE")
    file.unlink()
    bench.table.ratio("rows/s from journal to Postgres of psql's \\copy of the same rows", drain_rate, psql)
    bench.table.figure("rows/s from journal to Postgres", drain_rate, f"psql's \\copy {psql:,.0f}")


def run(stack, text):
    done = stack.psql(text)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
