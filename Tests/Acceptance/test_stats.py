"""The figures of /stats and /stats/grouped against a calculator."""

import datetime
import unittest

import shared
from harness import eventually


class Stats(unittest.TestCase):
    """20 clicks at 0.05 by 16 visitors; 3 sales of 10.00, 20.00 and 5.50; one lead; one rejected sale."""

    @classmethod
    def setUpClass(cls):
        cls.tenant = tenant = shared.tenant()
        cls.cheap, cls.dear = tenant.landing(), tenant.landing()
        cls.campaign = tenant.campaign(
            landings=[cls.cheap, cls.dear], offers=[tenant.offer()], cost="0.05", currency="USD")
        tenant.await_campaign(cls.campaign)
        ids = []
        for number in range(20):
            visitor = {"address": f"203.0.113.{number % 16 + 1}", "headers": {"User-Agent": "Mozilla/5.0 A"}}
            click = tenant.click(cls.campaign, sub1=f"zone-{number % 4}", **visitor)
            ids.append(click.expect(302).cookie("_tly_click"))
        for click, payout in zip(ids, ("10.00", "20.00", "5.50")):
            tenant.postback(click_id=click, payout=payout).expect(200)
        tenant.postback(click_id=ids[5], conversion_type="lead", payout="0").expect(200)
        tenant.postback(click_id=ids[6], payout="99", status="rejected").expect(200)
        eventually(lambda: tenant.stats(cls.campaign)["clicks"] == 20, what="20 clicks in the stats")

    def test_totals(self):
        stats = self.tenant.stats(self.campaign)
        counts = {name: stats[name] for name in ("clicks", "blocked", "leads", "conversions")}
        self.assertEqual(counts, {"clicks": 20, "blocked": 0, "leads": 1, "conversions": 3})
        self.assertEqual(stats["currency"], "USD")
        money = {name: float(stats[name]) for name in ("cost", "revenue", "profit")}
        self.assertEqual(money, {"cost": 1.0, "revenue": 35.5, "profit": 34.5})
        self.assertAlmostEqual(float(stats["epc"]), 35.5 / 20, places=4)
        self.assertAlmostEqual(float(stats["cpa"]), 1.0 / 3, places=4)
        self.assertAlmostEqual(float(stats["cpl"]), 1.0, places=4)
        # Ratios may be given as fractions or as percentages; either way they belong together.
        self.assertIn(round(float(stats["roi"]), 2), (34.5, 3450.0))
        self.assertIn(round(float(stats["cr"]), 4), (0.15, 15.0))

    def test_division_by_zero_is_null(self):
        stats = self.tenant.stats(self.tenant.simple_campaign())
        for name in ("roi", "cr", "epc", "cpa", "cpl"):
            self.assertIsNone(stats[name], name)

    def grouped(self, by, **query):
        query = {"group_by": by, "from": "2020-01-01", "to": "2099-12-31", "tz": "UTC",
                 "campaign_id": self.campaign["id"]} | query
        return self.tenant.admin.get("/admin/api/stats/grouped", query=query).expect(200).json

    def test_groups_add_up_to_the_totals(self):
        for by in ("campaign", "landing", "offer", "flow", "date", "hour", "sub1", "sub1,landing"):
            with self.subTest(by):
                report = self.grouped(by)
                for metric in ("clicks", "conversions"):
                    self.assertEqual(sum(row["metrics"][metric] for row in report["rows"]), report["totals"][metric])
                for metric in ("cost", "revenue"):
                    total = sum(float(row["metrics"][metric]) for row in report["rows"])
                    self.assertAlmostEqual(total, float(report["totals"][metric]), places=4)
                self.assertEqual(report["totals"]["clicks"], 20)
                self.assertEqual(float(report["totals"]["revenue"]), 35.5)

    def test_sub1_has_five_clicks_each(self):
        report = self.grouped("sub1", sort="-clicks")
        found = {str(row["keys"]["sub1"]): row["metrics"]["clicks"] for row in report["rows"]}
        self.assertEqual(found, {f"zone-{number}": 5 for number in range(4)})

    def test_the_range_is_in_local_days_and_inclusive(self):
        today = datetime.datetime.now(datetime.timezone.utc).date()
        days = {"from": str(today - datetime.timedelta(days=1)), "to": str(today)}
        self.assertEqual(self.tenant.stats(self.campaign, **days)["clicks"], 20)
        past = {"from": "2020-01-01", "to": str(today - datetime.timedelta(days=2))}
        self.assertEqual(self.tenant.stats(self.campaign, **past)["clicks"], 0)

    def test_bad_ranges_are_refused(self):
        backwards = {"from": "2099-12-31", "to": "2020-01-01"}
        for query in ({"from": "yesterday"}, {"to": "2026-02-30"}, {"tz": "Mars/Base"}, backwards):
            with self.subTest(query):
                wanted = {"from": "2020-01-01", "to": "2020-01-02", "tz": "UTC"} | query
                answer = self.tenant.admin.get("/admin/api/stats", query=wanted)
                self.assertIn(answer.status, (400, 422))
