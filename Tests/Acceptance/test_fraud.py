"""Bots, floods and the blacklist: who is stopped, why, and in which plan."""

import unittest

import shared
from harness import Tenant, eventually

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
CURL = "curl/8.5.0"
GOOGLE = "https://www.google.com/"
FILTER = {"enabled": True}


class Fraud(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = shared.stack()
        cls.pro = Tenant(cls.stack, plan="pro")
        cls.starter = Tenant(cls.stack, plan="starter")

    def click(self, campaign, address, agent=BROWSER, tenant=None, **headers):
        return (tenant or self.pro).click(campaign, address=address, headers={"User-Agent": agent} | headers)

    def row(self, answer, tenant=None):
        path = f"/admin/api/clicks/{answer.cookie('_tly_click')}"
        admin = (tenant or self.pro).admin
        return eventually(lambda: (found := admin.get(path)).status == 200 and found.json, within=30,
                          what="the stored click")

    def stopped(self, answer, at=GOOGLE):
        return answer.expect(302).location == at

    def test_curl_is_redirected_to_google_and_recorded_as_blocked(self):
        campaign = self.pro.simple_campaign(bot_filter=FILTER)
        answer = self.click(campaign, "203.0.113.1", CURL)
        self.assertTrue(self.stopped(answer))
        row = self.row(answer)
        self.assertEqual(row["status"], "blocked")
        self.assertIn("bot:ua+40", row["trace"])
        self.assertEqual(row["trace"][-1], "bot:known")
        self.assertFalse(self.stopped(self.click(campaign, "203.0.113.1")))
        eventually(lambda: self.pro.stats(campaign)["clicks"] == 1, what="both hits in the figures")
        self.assertEqual(self.pro.stats(campaign)["blocked"], 1)

    def test_bots_go_where_the_filter_says(self):
        bots = "https://bots.example.org/?from={campaign_id}"
        campaign = self.pro.simple_campaign(bot_filter={"enabled": True, "redirect_url": bots})
        answer = self.click(campaign, "203.0.113.2", "Googlebot/2.1 (+http://www.google.com/bot.html)")
        self.assertTrue(self.stopped(answer, f"https://bots.example.org/?from={campaign['id']}"))

    def test_without_the_filter_nobody_is_blocked_but_everybody_is_scored(self):
        campaign = self.pro.simple_campaign()
        answer = self.click(campaign, "203.0.113.3", CURL)
        self.assertFalse(self.stopped(answer))
        row = self.row(answer)
        self.assertEqual((row["status"], row["fraud_score"]), ("ok", 40))

    def test_the_sixth_click_within_half_a_minute_is_a_flood_and_the_twenty_first_is_stopped(self):
        campaign = self.pro.simple_campaign(bot_filter=FILTER)
        answers = [self.click(campaign, "203.0.113.4") for _ in range(21)]
        rows = [self.row(answer) for answer in answers]
        self.assertEqual([row["fraud_score"] for row in rows], [0] * 5 + [25] * 15 + [55])
        self.assertIn("flood30+25", rows[5]["trace"])
        self.assertEqual([self.stopped(answer) for answer in answers], [False] * 20 + [True])
        self.assertEqual(rows[20]["trace"][-1], "bot:score")
        self.assertEqual(self.row(self.click(campaign, "203.0.113.5"))["fraud_score"], 0)

    def test_prefetches_heads_and_previews_count_for_no_flood(self):
        campaign = self.pro.simple_campaign(bot_filter=FILTER)
        public = self.pro.public.but(address="203.0.113.6")
        for _ in range(10):
            for method, headers in [
                ("HEAD", {"User-Agent": BROWSER}), ("GET", {"User-Agent": BROWSER, "Sec-Purpose": "prefetch"}),
                ("GET", {"User-Agent": "Slackbot-LinkExpanding 1.0"}),
            ]:
                answer = public.request(method, f"/c/{campaign['slug']}", headers=headers)
                self.assertIsNone(answer.cookie("_tly_click"))
        self.assertEqual(self.row(self.click(campaign, "203.0.113.6"))["fraud_score"], 0)

    def test_a_blacklisted_range_is_stopped_at_once_and_no_longer_when_it_is_taken_off(self):
        campaign = self.pro.simple_campaign(bot_filter=FILTER)
        self.assertFalse(self.stopped(self.click(campaign, "2001:db8:7::1")))
        entry = self.pro.create("blacklist", range="2001:db8:7::/48", reason="scrapers")
        answer = self.click(campaign, "2001:db8:7:ffff::1")
        self.assertTrue(self.stopped(answer))
        row = self.row(answer)
        self.assertEqual(row["trace"][-1], "blacklist")
        self.assertEqual(row["fraud_score"], 50)
        self.assertFalse(self.stopped(self.click(campaign, "2001:db8:8::1")))
        self.pro.admin.delete(f"/admin/api/blacklist/{entry['id']}").expect(204)
        self.assertFalse(self.stopped(self.click(campaign, "2001:db8:7:ffff::2")))

    def test_fifty_thousand_lines_and_the_fault_of_each_line(self):
        tenant = Tenant(self.stack, plan="starter")
        campaign = tenant.simple_campaign(bot_filter=FILTER)
        path = "/admin/api/blacklist/bulk"
        faulty = tenant.admin.post(path, {"text": "203.0.113.7\n203.0.113.300\n\n198.51.100.0/40\n"}).expect(422)
        self.assertEqual([fault["field"] for fault in faulty.json["errors"]], ["lines[1]", "lines[3]"])
        self.assertIn("Line 2", faulty.json["errors"][0]["message"])
        self.assertEqual(tenant.admin.items("/admin/api/blacklist"), [])
        lines = [f"100.{number >> 8}.{number & 255}.0/24" for number in range(50_000)]
        answer = tenant.admin.post(path, {"text": "\n".join(lines)}).expect(200)
        self.assertEqual(answer.json, {"added": 50_000, "unchanged": 0})
        self.assertTrue(self.stopped(self.click(campaign, "100.195.79.77", tenant=tenant)))
        self.assertFalse(self.stopped(self.click(campaign, "100.195.80.77", tenant=tenant)))
        found = tenant.admin.get("/admin/api/blacklist", query={"q": "100.195.79.77"}).json
        self.assertEqual([item["range"] for item in found["items"]], ["100.195.79.0/24"])

    def test_starter_has_known_bots_and_manual_entries_and_no_score(self):
        tenant = self.starter
        campaign = tenant.simple_campaign(bot_filter=FILTER)
        bot = self.click(campaign, "203.0.113.10", CURL, tenant)
        self.assertTrue(self.stopped(bot))
        row = self.row(bot, tenant)
        self.assertIsNone(row["fraud_score"])
        self.assertEqual(row["trace"][-1], "bot:known")
        for _ in range(25):
            answer = self.click(campaign, "203.0.113.11", tenant=tenant)
            self.assertFalse(self.stopped(answer))
        self.assertIsNone(self.row(answer, tenant)["fraud_score"])
        tenant.create("blacklist", range="203.0.113.11")
        self.assertTrue(self.stopped(self.click(campaign, "203.0.113.11", tenant=tenant)))
        refused = tenant.admin.patch("/admin/api/settings/blacklist", {"auto_hours": 1}).expect(402)
        self.assertEqual(refused.code, "feature_not_licensed")

    def test_from_eighty_on_an_address_is_blacklisted_by_itself(self):
        tenant = Tenant(self.stack, plan="pro")
        campaign = tenant.simple_campaign(bot_filter=FILTER)
        tenant.admin.patch("/admin/api/settings/blacklist", {"auto_hours": 2}).expect(200)
        address = "198.51.100.200"
        answers = [self.click(campaign, address, CURL, tenant) for _ in range(21)]
        self.assertEqual(self.row(answers[19], tenant)["fraud_score"], 65)
        row = self.row(answers[20], tenant)
        self.assertEqual(row["fraud_score"], 95)
        self.assertIn("auto_blacklist", row["trace"])
        # Once it is on the list it is so for browsers too: 25 + 30 + 50 are a hundred.
        later = self.row(self.click(campaign, address, tenant=tenant), tenant)
        self.assertEqual(later["fraud_score"], 100)
        self.assertIn("blacklist+50", later["trace"])
        items = eventually(lambda: tenant.admin.items("/admin/api/blacklist"), within=5, what="the entry being written")
        self.assertEqual([(item["range"], item["origin"]) for item in items], [(address, "automatic")])
        self.assertTrue(items[0]["reason"].startswith("score 95: bot:ua+40"))
        self.assertIsNotNone(items[0]["expires_at"])
        self.assertEqual(self.row(self.click(campaign, "198.51.100.201", tenant=tenant), tenant)["fraud_score"], 0)

    def test_loopback_is_never_blacklisted(self):
        tenant = Tenant(self.stack, plan="pro")
        campaign = tenant.simple_campaign()
        for _ in range(22):
            answer = self.click(campaign, "127.0.0.1", CURL, tenant)
        row = self.row(answer, tenant)
        self.assertEqual(row["fraud_score"], 95)
        self.assertNotIn("auto_blacklist", row["trace"])
        self.assertEqual(tenant.admin.items("/admin/api/blacklist"), [])

    def test_a_tenant_sees_its_own_list_only(self):
        entry = self.pro.create("blacklist", range="192.0.2.66")
        path = f"/admin/api/blacklist/{entry['id']}"
        self.assertEqual(self.starter.admin.get(path).json.get("range"), None)
        campaign = self.starter.simple_campaign(bot_filter=FILTER)
        self.assertFalse(self.stopped(self.click(campaign, "192.0.2.66", tenant=self.starter)))


if __name__ == "__main__":
    unittest.main()
