"""Every page, endpoint and export gives the same totals for the same days, to the micro: those of a calculator that
looked on while visitors came, in five zones, on the days around a change of the clocks, before and after figures were
rolled up."""

import csv
import datetime
import decimal
import io
import unittest

import past_traffic
import shared
from harness import PastNode, Tenant, rollups
from harness.pages import SignedInPages
from past_traffic import DAY, ZONES, PastTraffic, expected, micros

MONEY = ("cost", "revenue", "profit")
COUNTS = ("clicks", "unique", "blocked", "leads", "conversions", "hold")
# Two names of one thing, and a grouping that most rows have no value of.
PAIRS = ("campaign,date", "country,sub4", "offer,hour,sub1")


def exact(metrics):
    """The metrics of an answer as whole numbers and micros."""
    return {name: int(metrics[name]) for name in COUNTS} | {name: micros(str(metrics[name])) for name in MONEY}


def added(rows):
    """What rows come to together."""
    found = [exact(row) for row in rows]
    return {name: sum(row[name] for row in found) for name in (*COUNTS, *MONEY)}


class TotalsEqual(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = shared.stack()
        cls.tenant = tenant = Tenant(cls.stack)
        cls.admin = tenant.admin
        offers, landings = [tenant.offer(), tenant.offer()], [tenant.landing(), tenant.landing()]
        settings = {"cost": "0.01", "bot_filter": {"enabled": True}}
        cls.campaigns = [tenant.campaign(landings, offers[:1], **settings), tenant.campaign([], offers, **settings),
                         tenant.campaign(landings[:1], offers, **settings)]
        for campaign in cls.campaigns:
            tenant.await_campaign(campaign)
        now = datetime.datetime.now(datetime.timezone.utc)
        cls.changes = past_traffic.changes(now)
        with PastNode(cls.stack, now) as node:
            cls.traffic = PastTraffic(node, tenant, cls.campaigns)
            for name, change in cls.changes:
                for when in past_traffic.moments(name, change):
                    cls.traffic.visit(when)
            for minutes in range(1, 9):
                cls.traffic.visit(now - datetime.timedelta(minutes=minutes))
            cls.traffic.settle()
        cls.pages = SignedInPages(tenant.public, tenant.email, tenant.password)
        document = cls.admin.get("/admin/api/openapi.json").expect(200).json
        [grouped] = [parameter["description"] for parameter in document["paths"]["/stats/grouped"]["get"]["parameters"]
                     if parameter["name"] == "group_by"]
        cls.groupings = grouped.partition("Out of ")[2].partition(", separated")[0].split(", ")

    # --- what is asked for ---

    def questions(self):
        """(zone, first day, last day) around every change of the clocks, in every zone."""
        for name, change in self.changes:
            day = change.astimezone(past_traffic.zone(name)).date()
            for zone in ZONES:
                yield zone, day, day
                yield zone, day - DAY, day + DAY

    def all_days(self):
        first = min(change for _, change in self.changes).date() - 3 * DAY
        return first, max(change for _, change in self.changes).date() + 3 * DAY

    def stats(self, path, zone, first, last, **query):
        query = {"tz": zone, "from": first, "to": last} | query
        return self.admin.get(f"/admin/api/{path}", query=query).expect(200).json

    # --- by the API ---

    def check_stats(self):
        for zone, first, last in self.questions():
            for basis in ("click", "conversion"):
                with self.subTest(zone, first=str(first), last=str(last), time=basis):
                    wanted = expected(self.traffic.clicks, zone, first, last, basis)
                    self.assertEqual(exact(self.stats("stats", zone, first, last, time=basis)), wanted)

    def check_groupings(self):
        for zone, first, last in self.questions():
            wanted = expected(self.traffic.clicks, zone, first, last)
            for by in (*self.groupings, *PAIRS):
                with self.subTest(by, zone=zone, first=str(first), last=str(last)):
                    report = self.stats("stats/grouped", zone, first, last, group_by=by)
                    self.assertEqual(exact(report["totals"]), wanted)
                    self.assertEqual(added(row["metrics"] for row in report["rows"]), wanted)

    def test_1_the_stats_are_what_the_calculator_says(self):
        self.assertGreaterEqual(len(self.traffic.clicks), 40)
        self.check_stats()

    def test_1_every_grouping_adds_up_to_the_totals(self):
        self.check_groupings()

    def test_days_add_up_in_conversion_time_too(self):
        first, last = self.all_days()
        for zone in ZONES:
            with self.subTest(zone):
                wanted = expected(self.traffic.clicks, zone, first, last, "conversion")
                report = self.stats("stats/grouped", zone, first, last, group_by="date", time="conversion")
                self.assertEqual(exact(report["totals"]), wanted)
                self.assertEqual(added(row["metrics"] for row in report["rows"]), wanted)
                for row in report["rows"]:
                    day = datetime.date.fromisoformat(row["keys"]["date"])
                    self.assertEqual(
                        exact(row["metrics"]), expected(self.traffic.clicks, zone, day, day, "conversion"), row["keys"])

    def test_a_filter_leaves_what_the_group_has(self):
        first, last = self.all_days()
        for campaign in self.campaigns:
            wanted = expected(self.traffic.clicks, "Europe/Berlin", first, last, campaign=campaign["id"])
            with self.subTest(campaign["slug"]):
                found = self.stats("stats", "Europe/Berlin", first, last, campaign_id=campaign["id"])
                self.assertEqual(exact(found), wanted)
                rows = self.stats("stats/grouped", "Europe/Berlin", first, last, group_by="campaign")["rows"]
                [row] = [row for row in rows if int(row["keys"]["campaign"]) == campaign["id"]]
                self.assertEqual(exact(row["metrics"]), wanted)

    def test_what_is_compared_with_is_what_it_is_alone(self):
        for zone, first, last in self.questions():
            with self.subTest(zone, first=str(first), last=str(last)):
                days = last - first + DAY
                found = self.stats("stats", zone, first, last, compare="previous")
                self.assertEqual(
                    exact(found["previous"]), expected(self.traffic.clicks, zone, first - days, last - days))
                self.assertEqual(exact(found), expected(self.traffic.clicks, zone, first, last))

    def test_credits_and_variants_are_the_revenue_of_reports(self):
        first, last = self.all_days()
        for zone in ZONES:
            with self.subTest(zone):
                wanted = expected(self.traffic.clicks, zone, first, last)
                for by in ("source", "campaign", "landing"):
                    report = self.stats("attribution", zone, first, last, by=by)
                    self.assertEqual(micros(report["totals"]["revenue"]), wanted["revenue"])
                    for model in report["totals"]["models"]:
                        credits = sum(micros(row["models"][model]) for row in report["rows"])
                        self.assertEqual((model, credits), (model, wanted["revenue"]))
                tests = {test["campaign_id"]: test for test in self.stats("ab-test", zone, first, last)["tests"]}
                campaign = self.campaigns[0]["id"]
                variants = tests[campaign]["variants"]
                wanted = expected(self.traffic.clicks, zone, first, last, campaign=campaign)
                self.assertEqual(sum(variant["clicks"] for variant in variants), wanted["clicks"])
                self.assertEqual(sum(variant["conversions"] for variant in variants), wanted["conversions"])
                self.assertEqual(sum(micros(variant["revenue"]) for variant in variants), wanted["revenue"])

    # --- by pages and files ---

    def settle_on(self, zone):
        self.admin.patch("/admin/api/settings/general", {"timezone": zone}).expect(200)
        self.addCleanup(self.admin.patch, "/admin/api/settings/general", {"timezone": "UTC"})

    def test_pages_show_and_files_have_the_same(self):
        metrics = ",".join((*COUNTS, *MONEY))
        for zone, first, last in self.questions():
            wanted = expected(self.traffic.clicks, zone, first, last)
            query = {"from": first, "to": last, "group_by": "campaign,date", "metrics": metrics}
            with self.subTest(zone, first=str(first), last=str(last)):
                self.settle_on(zone)
                self.assert_report(query, wanted)
                self.assert_files(query, wanted)
                self.assert_dashboard({"from": first, "to": last}, wanted)

    def assert_report(self, query, wanted):
        tables = self.pages.tables("/admin/reports", query=query | {"wait": "1"})
        if not wanted["clicks"] + wanted["blocked"]:
            return
        [totals] = [row for table in tables for row in table if row and row[0].startswith("Total")]
        self.assertEqual(totals[1:], [shown(name, wanted[name]) for name in (*COUNTS, *MONEY)])

    def assert_files(self, query, wanted):
        answer = self.pages.get("/admin/reports/export", query=query | {"format": "json"}).expect(200).json
        self.assertEqual(exact(answer["totals"]), wanted)
        self.assertEqual(added(row["metrics"] for row in answer["rows"]), wanted)
        text = self.pages.get("/admin/reports/export", query=query | {"format": "csv"}).expect(200).text
        _, *lines, totals = csv.reader(io.StringIO(text.lstrip("\ufeff")))
        names = (*COUNTS, *MONEY)
        self.assertEqual(exact(dict(zip(names, totals[-len(names):]))), wanted)
        self.assertEqual(added(dict(zip(names, line[-len(names):])) for line in lines), wanted)

    def assert_dashboard(self, query, wanted):
        figures = self.pages.figures("/admin", query=query)
        for title, name in (("Clicks", "clicks"), ("Unique clicks", "unique"), ("Conversions", "conversions"),
                            ("Cost", "cost"), ("Revenue", "revenue"), ("Profit", "profit")):
            self.assertEqual(figures[title].split()[0], shown(name, wanted[name]), title)
        names = ("clicks", "conversions", "cost", "revenue", "profit")
        for table in self.pages.tables("/admin", query=query | {"whole": "1"}):
            for row in table:
                if row and row[0].startswith("All"):
                    self.assertEqual(row[1:6], [shown(name, wanted[name]) for name in names], table[0][0])

    def test_the_list_of_campaigns_shows_todays(self):
        today = datetime.datetime.now(past_traffic.UTC).date()
        [table] = [rows for rows in self.pages.tables("/admin/campaigns") if "Clicks today" in rows[0]]
        first = table[0].index("Clicks today")
        for campaign in self.campaigns:
            [row] = [row for row in table if campaign["name"] in row]
            wanted = expected(self.traffic.clicks, "UTC", today, today, campaign=campaign["id"])
            names = ("clicks", "conversions", "cost", "revenue", "profit")
            self.assertEqual(row[first:first + len(names)], [shown(name, wanted[name]) for name in names])

    # --- and again, when all is rolled up ---

    def test_2_rollups_say_the_same_to_the_micro(self):
        first, last = self.all_days()
        self.assertGreater(rollups.rebuild(self.stack, self.tenant.slug, first, last), 0)
        source = self.stats("stats/grouped", "UTC", first, last, group_by="country")["source"]
        self.assertNotEqual(source["kind"], "raw")
        self.check_stats()
        self.check_groupings()
        self.assertGreater(rollups.check(self.stack, self.tenant.slug, first, last), 0)


def shown(name, value):
    """As pages show a figure: counts whole, money to the cent, halves to even."""
    if name in COUNTS:
        return f"{value:,}"
    cents = (decimal.Decimal(abs(value)) / 1_000_000).quantize(decimal.Decimal("0.01"), decimal.ROUND_HALF_EVEN)
    sign = "\u2212" if value < 0 and cents else ""
    return f"{sign}${cents:,}"
