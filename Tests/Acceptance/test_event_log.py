"""One click through the whole funnel, on one endpoint; and a debug link that records nothing."""

import re
import unittest

import shared
from harness import eventually


class EventLog(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.tenant = shared.tenant()

    def log(self, click):
        return self.tenant.admin.get(f"/admin/api/clicks/{click}/events").expect(200).json["items"]

    def test_arrival_decision_offer_postback_and_status_in_their_order(self):
        landing = self.tenant.landing(kind="local", url=None, html='<a href="{{offer_url}}">go</a>')
        offer = self.tenant.offer()
        campaign = self.tenant.campaign(landings=[landing], offers=[offer])
        self.tenant.await_campaign(campaign)
        page = self.tenant.click(campaign).expect(200)
        click = page.cookie("_tly_click")
        link = re.search(r'href="(/offer/[^"]+)"', page.text)[1].replace("&amp;", "&")
        self.tenant.public.get(link).expect(302)
        self.tenant.postback(click_id=click, payout="4", status="lead").expect(200)
        self.tenant.postback(click_id=click, payout="4", status="sale").expect(200)
        kinds = eventually(lambda: self.kinds(click, "offer"), within=15, what="the offer visit in the log")
        self.assertEqual(kinds[0], "arrival")
        self.assertEqual([kind for kind in kinds if kind in ("offer", "postback", "conversion")],
                         ["offer", "postback", "conversion", "postback", "conversion"])
        items = self.log(click)
        codes = [item["code"] for item in items if item["kind"] == "decision"]
        self.assertTrue(any(code.startswith("flow:") for code in codes), codes)
        self.assertIn(f"landing:{landing['id']}", " ".join(codes))
        self.assertEqual([item["detail"]["to"] for item in items if item["kind"] == "conversion"], ["lead", "sale"])
        self.assertEqual([item["at"] for item in items], sorted(item["at"] for item in items))

    def kinds(self, click, wanted):
        kinds = [item["kind"] for item in self.log(click)]
        return kinds if wanted in kinds else None

    def test_of_nobody_else(self):
        self.tenant.admin.get("/admin/api/clicks/019f0000-0000-7000-8000-000000000000/events").expect(404)
        self.tenant.public.get("/admin/api/clicks/019f0000-0000-7000-8000-000000000000/events").expect(401)

    def test_the_debug_link_explains_and_records_nothing(self):
        campaign = self.tenant.simple_campaign()
        before = self.tenant.stats(campaign)["clicks"]
        for path, query in ((f"/c/{campaign['slug']}", {"test": "1"}),
                            ("/click", {"campaign": campaign["slug"], "test": "1"})):
            answer = self.tenant.public.get(path, query=query).expect(200)
            self.assertFalse(answer.json["recorded"])
            self.assertIsNone(answer.cookie("_tly_click"))
            self.assertTrue(answer.json["trace"])
        self.assertEqual(self.tenant.stats(campaign)["clicks"], before)
