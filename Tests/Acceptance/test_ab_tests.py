"""A/B tests from outside: what the API says of variants, reckoned again by scipy from the same clicks."""

import math
import unittest

import shared
from harness import eventually
from scipy import integrate, stats

CLICKS = 320


class ABTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.tenant = shared.tenant()
        cls.landings = [cls.tenant.landing() for _ in range(2)]
        cls.campaign = cls.tenant.campaign(landings=cls.landings, offers=[cls.tenant.offer()])
        cls.tenant.await_campaign(cls.campaign)
        cls.tenant.clicks(cls.campaign, CLICKS)
        cls.clicks = eventually(cls.all_clicks, within=20, what="the clicks")
        cls.revenue = {click["id"]: 0.0 for click in cls.clicks}
        for place, landing in enumerate(cls.landings):
            own = [click["id"] for click in cls.clicks if click["landing_id"] == landing["id"]]
            for number, click in enumerate(own[:len(own) // (12 - 7 * place)]):
                payout = (5, 12.5, 40)[number % 3]
                cls.tenant.postback(click_id=click, payout=payout, txid=f"{click}-1").expect(200)
                cls.revenue[click] += payout

    @classmethod
    def all_clicks(cls):
        found = cls.tenant.admin.items("/admin/api/clicks", campaign_id=cls.campaign["id"], limit=500)
        return found if len(found) == CLICKS else None

    def answer(self, **query):
        return self.tenant.admin.get(
            "/admin/api/ab-test", query={"campaign_id": self.campaign["id"]} | query).expect(200).json

    def variants(self, **query):
        tests = self.answer(**query)["tests"]
        self.assertEqual([test["campaign_id"] for test in tests], [self.campaign["id"]])
        return {variant["id"]: variant for variant in tests[0]["variants"]}, tests[0]

    def counts(self):
        """(conversions, clicks) and each click's revenue, by landing page, in the order they were made."""
        found = []
        for landing in self.landings:
            revenue = [self.revenue[click["id"]] for click in self.clicks if click["landing_id"] == landing["id"]]
            found.append((sum(value > 0 for value in revenue), len(revenue), revenue))
        return found

    def test_the_numbers_are_those_of_the_reports(self):
        variants, _ = self.variants()
        rows = self.tenant.admin.get("/admin/api/stats/grouped", query={
            "group_by": "landing", "campaign_id": self.campaign["id"]}).expect(200).json["rows"]
        for row in rows:
            variant = variants[row["keys"]["landing"]]
            for name in ("clicks", "conversions", "revenue", "cr", "epc"):
                self.assertEqual(variant[name], row["metrics"][name], name)

    def test_scipy_says_the_same(self):
        variants, test = self.variants()
        (k1, n1, revenue1), (k2, n2, revenue2) = self.counts()
        control, other = (variants[landing["id"]] for landing in self.landings)
        self.assertTrue(control["is_control"])
        self.assertGreaterEqual(min(n1, n2), 100)
        chi = stats.chi2_contingency([[k1, n1 - k1], [k2, n2 - k2]], correction=False)
        self.near(other["p"], chi.pvalue)
        self.near(other["confidence"], 1 - chi.pvalue)
        self.near(other["uplift"], (k2 / n2) / (k1 / n1) - 1)
        welch = stats.ttest_ind(revenue2, revenue1, equal_var=False)
        self.near(other["epc_p"], welch.pvalue)
        for variant, k, n in ((control, k1, n1), (other, k2, n2)):
            wilson = stats.binomtest(k, n).proportion_ci(0.95, method="wilson")
            self.near(variant["cr_interval"][0], wilson.low)
            self.near(variant["cr_interval"][1], wilson.high)
        first, second = stats.beta(1 + k1, 1 + n1 - k1), stats.beta(1 + k2, 1 + n2 - k2)
        best = integrate.quad(lambda x: second.pdf(x) * first.cdf(x), 0, 1, points=[k1 / n1, k2 / n2], limit=500)[0]
        self.near(other["probability_best"], best)
        self.near(control["probability_best"], 1 - best)
        self.assertEqual(test["verdict"], "winner")
        self.assertEqual(test["winner_id"], other["id"])
        self.assertIn("is better than", test["sentence"])

    def test_an_interval_that_holds_however_often_one_looks(self):
        variants, _ = self.variants()
        (k1, n1, _), (k2, n2, _) = self.counts()
        other = variants[self.landings[1]["id"]]
        low, high = other["difference_interval"]
        self.near((low + high) / 2, k2 / n2 - k1 / n1)
        plain = 1.959964 * math.sqrt(sum(k / n * (1 - k / n) / n for k, n in ((k1, n1), (k2, n2))))
        self.assertGreater((high - low) / 2, plain)
        self.assertGreaterEqual(other["p_any_time"], other["p"])

    def test_another_control_and_other_subjects(self):
        variants, test = self.variants(control=self.landings[1]["id"])
        self.assertEqual(test["control_id"], self.landings[1]["id"])
        self.assertLess(variants[self.landings[0]["id"]]["uplift"], 0)
        self.assertEqual(test["verdict"], "control_wins")
        _, test = self.variants(by="offer")
        self.assertEqual(test["verdict"], "nothing_to_compare")
        self.assertEqual(self.answer(**{"from": "2020-01-01", "to": "2020-01-02"})["tests"], [])

    def near(self, found, expected):
        self.assertAlmostEqual(found, expected, delta=1e-6)
