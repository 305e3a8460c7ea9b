"""Attribution from outside: visitors who come several times, by several sources, before they buy."""

import decimal
import unittest

import shared
from harness import Tenant, eventually

MODELS = ("last", "first", "linear", "time_decay", "position")


class Attribution(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        tenant = cls.tenant = Tenant(shared.stack())
        cls.sources = [tenant.create("sources", name=f"Source {number}", template="custom") for number in range(3)]
        cls.campaigns = [tenant.simple_campaign(source_id=source["id"]) for source in cls.sources]
        cls.clicks = []
        for visitor, way in enumerate([(0, 1, 2), (0, 0), (2,), (1, 2, 0, 1)]):
            cls.clicks.append(cls.walk(visitor, way))
        for visitor, payout in enumerate(("100", "10", "7.123457", "0.01")):
            tenant.postback(click_id=cls.clicks[visitor][-1], payout=payout, txid=f"order-{visitor}").expect(200)
        eventually(lambda: cls.answer()["totals"]["journeys"] == 4 and cls.touches() == [4, 1, 2, 3],
                   within=20, what="the journeys")

    @classmethod
    def walk(cls, visitor, way):
        """One visitor's clicks, with the cookie of the first."""
        clicks, cookie = [], None
        for campaign in way:
            answer = cls.tenant.click(
                cls.campaigns[campaign], address=f"198.18.77.{visitor + 1}",
                headers={"Cookie": f"_tly_vid={cookie}"} if cookie else None).expect(200, 302)
            cookie = answer.cookie("_tly_vid") or cookie
            clicks.append(answer.cookie("_tly_click"))
        return clicks

    @classmethod
    def answer(cls, **query):
        return cls.tenant.admin.get("/admin/api/attribution", query=query).expect(200).json

    @classmethod
    def journeys(cls, **query):
        return cls.tenant.admin.items("/admin/api/attribution/journeys", **query)

    @classmethod
    def touches(cls):
        return [journey["touch_count"] for journey in cls.journeys()]

    def test_credits_add_up_to_the_reports_revenue(self):
        revenue = self.tenant.admin.get("/admin/api/stats").expect(200).json["revenue"]
        for by in ("source", "campaign", "landing"):
            for model in MODELS:
                with self.subTest(by, model=model):
                    answer = self.answer(by=by, model=model)
                    self.assertEqual(answer["totals"]["revenue"], revenue)
                    self.assertEqual(sum(decimal.Decimal(row["revenue"]) for row in answer["rows"]),
                                     decimal.Decimal(revenue))
                    self.assertEqual(answer["totals"]["conversions"], 4)
                    for row in answer["rows"]:
                        self.assertEqual(row["revenue"], row["models"][model])

    def test_journeys_and_their_credit(self):
        journey = self.journeys(model="linear")[-1]
        self.assertEqual([touch["click_id"] for touch in journey["touches"]], self.clicks[0])
        self.assertEqual([touch["source_id"] for touch in journey["touches"]],
                         [source["id"] for source in self.sources])
        self.assertEqual([touch["credit"] for touch in journey["touches"]], ["33.333333", "33.333333", "33.333334"])
        journey = self.journeys(model="first", limit=1)[0]
        self.assertEqual([touch["credit"] for touch in journey["touches"]], ["0.01", "0.00", "0.00", "0.00"])

    def test_one_sources_credit_by_campaign(self):
        whole = {row["id"]: row["revenue"] for row in self.answer(model="linear")["rows"]}
        for source, campaign in zip(self.sources, self.campaigns, strict=True):
            answer = self.answer(model="linear", by="campaign", touch_source_id=source["id"])
            self.assertEqual([row["id"] for row in answer["rows"]], [campaign["id"]])
            self.assertEqual(answer["totals"]["revenue"], whole[source["id"]])

    def test_how_many_clicks_lead_to_a_conversion(self):
        self.assertEqual([(path["touches"], path["journeys"]) for path in self.answer()["path_lengths"]],
                         [(1, 1), (2, 1), (3, 1), (4, 1)])

    def test_a_campaigns_conversions_and_no_others(self):
        campaign = self.campaigns[2]["id"]
        answer = self.answer(campaign_id=campaign, model="first")
        self.assertEqual(answer["totals"]["revenue"], self.tenant.stats(self.campaigns[2])["revenue"])
        self.assertEqual(answer["totals"]["journeys"], 2)
