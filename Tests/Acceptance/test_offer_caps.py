"""Offer caps: exact under concurrency, after a kill, on every node; and the event that tells of them."""

import concurrent.futures
import signal
import unittest

from harness import Node, Stack, Tenant, eventually


class OfferCaps(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = Stack().start()
        cls.addClassCleanup(cls.stack.stop)
        cls.tenant = Tenant(cls.stack)

    def campaign(self, **caps):
        """A campaign whose flow has the capped offer and one to fall back on; (campaign, capped, spare)."""
        capped, spare = self.tenant.offer(**caps), self.tenant.offer()
        campaign = self.tenant.campaign(offers=[(capped, 1_000_000), (spare, 1)])
        self.tenant.await_campaign(campaign)
        return campaign, capped, spare

    def offer_of(self, answer):
        return answer.location.split("?")[0]

    def convert(self, click, public=None):
        return (public or self.tenant.public).get("/postback", query={"click_id": click, "payout": "5"})

    def caps(self, offer):
        return self.tenant.admin.get(f"/admin/api/offers/{offer['id']}/caps").expect(200).json

    def events(self, offer):
        return [event for event in self.tenant.admin.items("/admin/api/events", kind="offer_capped")
                if event["detail"]["offer_id"] == offer["id"]]

    def test_the_click_after_the_last_conversion_gets_the_next_offer(self):
        campaign, capped, spare = self.campaign(cap_daily=3)
        for number in range(3):
            click = self.tenant.click(campaign).expect(302)
            self.assertEqual(self.offer_of(click), capped["url"], f"conversion {number} of 3")
            self.convert(click.cookie("_tly_click")).expect(200)
        after = self.tenant.click(campaign).expect(302)
        self.assertEqual(self.offer_of(after), spare["url"])
        self.assertTrue(self.caps(capped)["capped"])
        event, = self.events(capped)
        self.assertEqual((event["detail"]["scope"], event["detail"]["cap"]), ("daily", 3))

    def test_a_rejected_conversion_makes_room_again(self):
        campaign, capped, spare = self.campaign(cap_total=1)
        click = self.tenant.click(campaign).cookie("_tly_click")
        self.convert(click).expect(200)
        self.assertEqual(self.offer_of(self.tenant.click(campaign)), spare["url"])
        self.tenant.postback(click_id=click, payout="5", status="rejected").expect(200)
        self.assertEqual(self.offer_of(self.tenant.click(campaign)), capped["url"])

    def test_leads_and_upsells_do_not_count(self):
        campaign, capped, _ = self.campaign(cap_total=1)
        click = self.tenant.click(campaign).cookie("_tly_click")
        self.tenant.postback(click_id=click, payout="1", status="lead").expect(200)
        self.tenant.postback(click_id=click, payout="1", conversion_type="upsell", txid="u").expect(200)
        self.assertEqual(self.offer_of(self.tenant.click(campaign)), capped["url"])

    def test_100_under_64_concurrent_postbacks_and_a_kill_in_the_middle(self):
        campaign, capped, spare = self.campaign(cap_daily=100)
        clicks = [self.tenant.click(campaign).expect(302).cookie("_tly_click") for _ in range(100)]

        def convert_all(some):
            with concurrent.futures.ThreadPoolExecutor(64) as pool:
                return list(pool.map(self.convert, some))

        for answer in convert_all(clicks[:60]):
            answer.expect(200)
        self.stack.kill("tracker", signal.SIGKILL)
        self.stack.start_service("tracker")
        self.assertEqual(self.offer_of(self.tenant.click(campaign)), capped["url"])
        for answer in convert_all(clicks[60:]):
            answer.expect(200)
        found = {self.offer_of(self.tenant.click(campaign)) for _ in range(50)}
        self.assertEqual(found, {spare["url"]})
        self.stack.kill("tracker", signal.SIGKILL)
        self.stack.start_service("tracker")
        self.assertEqual(self.offer_of(self.tenant.click(campaign)), spare["url"])
        self.assertEqual(len(self.events(capped)), 1)

    def test_other_nodes_know_within_a_second(self):
        with Node(self.stack, "click") as node:
            there = node.client.but(host=self.tenant.domain)
            campaign, capped, spare = self.campaign(cap_total=1)
            visit = f"/c/{campaign['slug']}"
            eventually(lambda: there.get(visit).status == 302, within=2, what="the campaign on the other node")
            click = self.tenant.click(campaign).cookie("_tly_click")
            self.convert(click).expect(200)
            eventually(lambda: self.offer_of(there.get(visit)) == spare["url"], within=1.5,
                       what="the other node knowing that the offer is full")
