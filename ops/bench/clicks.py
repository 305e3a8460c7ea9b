"""Clicks: redirects/s and CPU against nginx's static 302, what the journal does meanwhile, and how it is drained."""

import statistics
import time

from meters import cpu_seconds, metrics
from wrk import visitors, wrk

ROUNDS = 3
SECONDS = 5
# Of nginx's static 302, with every click durable before its answer, at 256 connections.
FIRST_MARK = 0.30


class Clicks:
    def __init__(self, stack, campaign):
        self.stack, self.slug = stack, campaign["slug"]
        self.requests = visitors(f"/c/{self.slug}", f"127.0.0.1:{stack.tracker_port}")
        [self.schema] = [schema for schema in stack.schemas()
                         if stack.sql(f"SELECT 1 FROM {schema}.campaigns WHERE slug = '{self.slug}'")]
        self.answered = 0

    def load(self, connections, seconds, pause_ms=0):
        result = wrk(self.stack.tracker_port, self.requests, connections, seconds, pause_ms)
        if result["refused"]:
            raise RuntimeError(f"the tracker refused {result['refused']} clicks")
        self.answered += result["requests"]
        return result

    def metrics(self):
        return metrics(self.stack.tracker, self.stack.env["METRICS_TOKEN"])

    def stored(self):
        return int(self.stack.sql(f"SELECT count(*) FROM {self.schema}.clicks")[0][0])

    def await_drained(self, within=600):
        """Waits until every answered click is stored. wrk leaves some clicks unanswered when it ends, so there may be a
        few more rows than answers; rows that stop growing are all there will be. (seconds, rows) of the wait."""
        begin, before = time.monotonic(), self.stored()
        last, since = before, time.monotonic()
        while True:
            time.sleep(0.2)
            now = self.stored()
            if now != last:
                last, since = now, time.monotonic()
            elif now >= self.answered and time.monotonic() - since > 1:
                return max(since - begin, 0.001), last - before
            if time.monotonic() - begin > within:
                raise RuntimeError(f"{self.answered} clicks were answered, {now} are stored after {within} s")

    # --- against nginx ---

    def against(self, nginx, table):
        for connections in (256, 64):
            rounds = [self.round(nginx, connections) for _ in range(ROUNDS)]
            ours, theirs, our_cpu, their_cpu = (statistics.median(values) for values in zip(*rounds))
            mark = f"first mark {FIRST_MARK:.2f}" if connections == 256 else ""
            table.ratio(f"redirects/s of nginx's static 302, {connections} connections", ours, theirs, mark)
            table.ratio(f"CPU per request of nginx's, {connections} connections", our_cpu, their_cpu)
            table.figure(f"redirects/s, {connections} connections", ours, f"nginx {theirs:,.0f}")
            table.figure(
                f"CPU per request, {connections} connections", our_cpu * 1e6, f"us (nginx {their_cpu * 1e6:.1f})")
            if connections == 256 and ours / theirs < FIRST_MARK:
                table.note(f"Short of the first mark: {ours / theirs:.2f} of nginx. The tracker kept "
                           f"{ours * our_cpu:.1f} cores busy; the rest was wrk, Postgres or waiting for the disk.")

    def round(self, nginx, connections):
        before = cpu_seconds(*nginx.pids())
        theirs = wrk(nginx.port, self.requests, connections, SECONDS)
        their_cpu = (cpu_seconds(*nginx.pids()) - before) / theirs["requests"]
        pid = self.stack.pid("tracker")
        before = cpu_seconds(pid)
        ours = self.load(connections, SECONDS)
        our_cpu = (cpu_seconds(pid) - before) / ours["requests"]
        self.await_drained()
        return ours["rate"], theirs["rate"], our_cpu, their_cpu

    # --- burst, drain, sustained ---

    def burst(self, table, seconds=20):
        """Full load for a while: what is left for later, and how long later takes. Rows/s of the drain alone."""
        self.await_drained()
        before, stored_before = self.metrics(), self.stored()
        result = self.load(256, seconds)
        after, backlog = self.metrics(), self.answered - self.stored()
        took, rows = self.await_drained()
        table.figure(f"burst of {seconds} s, 256 connections: clicks/s", result["rate"], "")
        table.figure("burst: latency", f"{result['p50']:.1f} / {result['p99']:.1f}", "ms (p50 / p99)")
        table.figure("burst: backlog at its end", backlog, f"of {result['requests']:,} clicks")
        table.figure("burst: time to empty the backlog", took, "s")
        self.journal_counts(table, before, after, result["requests"])
        stored = self.stored() - stored_before
        if stored < result["requests"]:
            raise RuntimeError(f"{result['requests']} clicks were answered and {stored} stored")
        # A drain that kept up left nothing to time by itself: it carried at least what came in.
        return rows / took if backlog > result["rate"] else result["rate"]

    @staticmethod
    def journal_counts(table, before, after, clicks):
        """The counters of the journal over the burst, beside the clicks that were answered."""
        found = False
        for name in sorted(after):
            count = after[name] - before.get(name, 0)
            if name.endswith("_total") and ("fdatasync" in name or "batch" in name) and count > 0:
                table.figure(f"burst: {name}", count, f"{clicks / count:.1f} clicks each")
                found = True
        if not found:
            table.note("/metrics has no counter of fdatasync calls or batches: not shown.")

    def sustained(self, table, drain_rate, seconds=20):
        """The highest rate, of a few tried, that leaves the backlog flat."""
        for share in (1.0, 0.8, 0.65, 0.5, 0.35, 0.2):
            self.await_drained()
            connections = 128
            pause = max(1, round(connections * 1000 / (drain_rate * share)))
            self.load(connections, 5, pause)
            behind = self.answered - self.stored()
            result = self.load(connections, seconds, pause)
            growth = (self.answered - self.stored()) - behind
            # A batch or two more or less is not a trend.
            if growth < max(0.02 * result["requests"], 4000):
                table.figure("sustained: clicks/s with a flat backlog", result["rate"],
                             f"backlog {growth:+,} in {seconds} s, p99 {result['p99']:.1f} ms")
                self.await_drained()
                return
        self.await_drained()
        table.figure("sustained: clicks/s with a flat backlog", 0.0, "none of the rates tried")

    # --- COPY ---

    def copy(self, table, drain_rate, work):
        """psql's \\copy of the rows that were drained, into a table of the same shape, partition and all."""
        rows, file, schema = self.stored(), work / "clicks.copy", self.schema
        limit = min(rows, 500_000)
        self.run_sql(f"\\copy (SELECT * FROM {schema}.clicks LIMIT {limit}) TO '{file}'")
        self.run_sql(f"CREATE SCHEMA bench; CREATE TABLE bench.clicks (LIKE {schema}.clicks INCLUDING ALL) "
                     "PARTITION BY RANGE (ts); CREATE TABLE bench.clicks_all PARTITION OF bench.clicks "
                     "FOR VALUES FROM ('2020-01-01') TO ('2100-01-01')")
        begin = time.monotonic()
        self.run_sql(f"\\copy bench.clicks FROM '{file}'")
        psql = limit / (time.monotonic() - begin)
        self.run_sql("DROP SCHEMA bench CASCADE")
        file.unlink()
        table.ratio("rows/s from journal to Postgres of psql's \\copy of the same rows", drain_rate, psql)
        table.figure("rows/s from journal to Postgres", drain_rate, f"psql's \\copy {psql:,.0f}")

    def run_sql(self, text):
        done = self.stack.psql(text)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
