"""Reports over thirty days of clicks: how long the tracker takes, how long the same question takes by hand, and whether
visitors notice. Every time is one over HTTP, from the first byte sent to the last one received."""

import datetime
import itertools
import threading
import time

import by_hand
import campaigns
import open_loop
from clicks import Clicks
from harness import Stack, Tenant, eventually, rollups
from harness.pages import SignedInPages
from meters import memory_mib, percentile
from table import say
from traffic import DAY, DAYS, PastTraffic

ROUNDS = 20
# Milliseconds at the 95th percentile; times faster than by hand; milliseconds of a filtered report on raw clicks.
MARK_P95, MARK_FASTER, MARK_RAW = 300, 50, 2_000
# How much longer the slowest hundredth of visitors may wait while reports are made.
MARK_VISITORS = 2
# Clicks/s meanwhile.
VISITORS = 500
ZONE = {"tz": "UTC"}
# Lists of the best, which the dashboard fetches when its page stands.
TOPS = ("campaign", "offer", "source", "country", "landing")


def reports(bench):
    with Stack(build=bench.stack.build, durable=bench.stack.durable) as stack:
        tenant = Tenant(stack)
        clicks = Clicks(stack, tenant)
        say(f"{bench.options.clicks:,} clicks of {DAYS} days")
        traffic = PastTraffic(stack, tenant)
        traffic.make(bench.options.clicks, clicks.stored)
        Reports(bench, stack, tenant, clicks, traffic).measure()


class Reports:
    def __init__(self, bench, stack, tenant, clicks, traffic):
        self.table, self.stack, self.tenant, self.clicks, self.traffic = bench.table, stack, tenant, clicks, traffic
        self.seconds = bench.seconds * 4
        self.pages = SignedInPages(tenant.public, tenant.email, tenant.password)
        today = datetime.datetime.now(datetime.timezone.utc).date()
        self.first, self.last = today - DAYS * DAY, today - DAY
        self.month = ZONE | {"from": str(self.first), "to": str(self.last)}

    def measure(self):
        table, stored = self.table, self.clicks.stored()
        waited = self.await_rollups()
        table.figure(
            f"reports: {stored:,} clicks and {self.traffic.conversions:,} conversions of the past made, clicks/s",
            self.traffic.rate, f"rolled up {waited:.0f} s later")
        self.stack.sql("VACUUM ANALYZE", timeout=1_800)
        before, _ = memory_mib(self.stack.pid("tracker"))
        self.dashboard()
        self.groupings()
        self.raw()
        self.visitors()
        now, peak = memory_mib(self.stack.pid("tracker"))
        table.figure("reports: resident memory, before / after / peak", f"{before:.0f} / {now:.0f} / {peak:.0f}", "MiB")
        self.disk(stored)
        say("the rollups' check")
        checked = rollups.check(self.stack, self.tenant.slug, self.first, self.last)
        table.figure("reports: hours and days of rollups checked against clicks", checked, "no difference")

    # --- the parts ---

    def await_rollups(self):
        """Seconds until reports of the past need no raw clicks any more."""
        begin, schema = time.monotonic(), self.clicks.schema
        state = f"""
            SELECT (SELECT count(*) FROM {schema}.rollup_buckets
                    WHERE span = 'day' AND since >= '{self.first}' AND until <= '{self.last + DAY}') >= {DAYS}
              AND NOT EXISTS (SELECT FROM {schema}.rollup_marks WHERE since < '{self.last + DAY}')"""
        eventually(lambda: self.stack.sql(state) == [["t"]], within=3_600, every=1, what="the rollups of the past")
        return time.monotonic() - begin

    def ask(self, path, query):
        return self.tenant.admin.get(path, query=query).expect(200)

    def dashboard(self):
        say("dashboard")
        month = {"period": "30d"}
        worst = 0
        for what, path, query in (("page", "", {}), ("customers", "/dashboard/people", {}),
                                  *((f"best by {name}", "/dashboard/top", {"of": name}) for name in TOPS)):
            times = timed(lambda: self.pages.get(f"/admin{path}", query=month | query).expect(200))
            worst = max(worst, self.mark(f"the dashboard's {what}, 30 days", times)[1])
        self.table.ratio(f"{MARK_P95} ms of the dashboard's slowest part's p95", MARK_P95, worst, 1.0)

    def mark(self, what, times, note=""):
        p50, p95 = percentile(times, 0.5), percentile(times, 0.95)
        self.table.figure(f"reports: {what}", f"{p50:.0f} / {p95:.0f}", f"ms (p50 / p95){note}")
        return p50, p95

    def groupings(self):
        """Each grouping over thirty days, beside psql on the raw rows; the slowest and the least faster count."""
        end, worst, least = self.last + DAY, ("", 0.0), ("", float("inf"))
        for name in by_hand.GROUPINGS:
            say(f"grouped by {name}")
            times = timed(lambda: self.ask("/admin/api/stats/grouped", self.month | {"group_by": name}))
            hand = 1_000 * by_hand.seconds(
                self.stack, by_hand.question(self.clicks.schema, [name], self.first, end))
            faster = hand / percentile(times, 0.5)
            _, p95 = self.mark(f"by {name}, 30 days", times, f"; by hand {hand:,.0f} ms, {faster:,.0f} times")
            worst, least = max(worst, (name, p95), key=second), min(least, (name, faster), key=second)
        self.table.ratio(f"{MARK_P95} ms of the slowest grouping's p95 ({worst[0]})", MARK_P95, worst[1], 1.0)
        self.table.ratio(f"by hand of a grouping, the least ({least[0]})", least[1], 1.0, MARK_FASTER)

    def raw(self):
        """Two dimensions and a filter that no rollup has, on seven days."""
        say("two dimensions, filtered")
        first = self.last - 6 * DAY
        query = ZONE | {"from": str(first), "to": str(self.last), "group_by": "country,sub1",
                        "filter[device]": "Mobile", "filter[sub3]": "site-1"}
        times = timed(lambda: self.ask("/admin/api/stats/grouped", query), 8)
        hand = 1_000 * by_hand.seconds(self.stack, by_hand.question(
            self.clicks.schema, ["country", "sub1"], first, self.last + DAY, "device = 'Mobile' AND sub3 = 'site-1'"))
        _, p95 = self.mark("two dimensions, two filters, 7 days", times, f"; by hand {hand:,.0f} ms")
        self.table.ratio(f"{MARK_RAW} ms of a filtered two-dimension report's p95, 7 days", MARK_RAW, p95, 1.0)

    def visitors(self):
        """The slowest hundredth of visitors who come steadily, alone and while two people look at reports."""
        say("visitors, alone and beside reports")
        campaign = campaigns.whole(self.tenant, bot_filter=False, cap=None)
        alone = self.waits(campaign)
        with Readers(self, 2) as readers:
            beside = self.waits(campaign)
        self.table.figure(f"reports: {VISITORS} visitors/s alone / beside reports, p99", f"{alone:.1f} / {beside:.1f}",
                          f"ms, {readers.count} reports in {self.seconds} s")
        self.table.ratio("visitors' p99 alone of that beside reports", alone, beside, 1 / MARK_VISITORS)

    def waits(self, campaign):
        """Milliseconds of the 99th percentile."""
        times, _ = open_loop.while_all_ran(open_loop.arrivals(self.clicks, campaign, VISITORS, self.seconds))
        return percentile(times, 0.99) / 1_000

    def disk(self, rows):
        sizes = {name: int(size) for name, size in self.stack.sql(f"""
            SELECT CASE WHEN c.relname LIKE 'clicks%' THEN 'clicks' WHEN c.relname LIKE '%rollup%' THEN 'rollups' END,
              sum(pg_catalog.pg_total_relation_size(c.oid))
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = '{self.clicks.schema}' AND c.relkind = 'r'
              AND (c.relname LIKE 'clicks\\_%' OR c.relname LIKE '%rollup%') GROUP BY 1""")}
        raw, rolled = sizes["clicks"] / rows, sizes.get("rollups", 0) / rows
        self.table.figure("reports: disk for a click, raw rows with indices / rollups", f"{raw:.0f} / {rolled:.1f}",
                          f"bytes; rollups {rolled / raw:.1%} of the raw rows")


class Readers:
    """People who look at one report after the other."""

    def __init__(self, reports, people):
        self.reports, self.count, self.ending = reports, 0, threading.Event()
        self.threads = [threading.Thread(target=self.read, args=(number,), daemon=True) for number in range(people)]

    def read(self, number):
        for name in itertools.islice(itertools.cycle(by_hand.GROUPINGS), number * 7, None):
            if self.ending.is_set():
                return
            self.reports.ask("/admin/api/stats/grouped", self.reports.month | {"group_by": name})
            self.reports.pages.get("/admin", query={"period": "30d"}).expect(200)
            self.count += 2

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.ending.set()
        for thread in self.threads:
            thread.join(timeout=60)


def second(pair):
    return pair[1]


def timed(ask, rounds=ROUNDS):
    """Milliseconds of each round, in order; a first one, which fills caches, is left out."""
    ask()
    times = []
    for _ in range(rounds):
        begin = time.monotonic()
        ask()
        times.append(1_000 * (time.monotonic() - begin))
    return sorted(times)
