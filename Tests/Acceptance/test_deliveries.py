"""Postbacks out: each status of each conversion is told once, in spite of crashes with the same event id, and what was
given up can be sent again."""

import collections
import signal
import threading
import unittest
from concurrent.futures import ThreadPoolExecutor

from delivery_target import DeliveryTarget
from harness import Stack, Tenant, eventually
from harness.customers import unique


class Deliveries(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = Stack(environment={
            "OUTBOUND_ALLOW": "127.0.0.1", "POSTBACK_ATTEMPTS": "3", "POSTBACK_RETRY_SECONDS": "1",
            "POSTBACK_TIMEOUT_SECONDS": "5"}).start()
        cls.addClassCleanup(cls.stack.stop)
        cls.tenant = Tenant(cls.stack)
        cls.target = DeliveryTarget()
        cls.addClassCleanup(cls.target.close)

    def source(self, path, **fields):
        """A source that is told at this path of the target, and a campaign that buys there."""
        source = self.tenant.create(
            "sources", name=unique("source"), postback_url=f"{self.target.url}{path}?id={{external_id}}", **fields)
        return source, self.tenant.simple_campaign(source_id=source["id"])

    def click(self, campaign, external_id="ext-1", address="198.18.1.1"):
        answer = self.tenant.click(campaign, address=address, click_id=external_id).expect(302)
        return answer.cookie("_tly_click")

    def deliveries(self, **filters):
        return self.tenant.admin.items("/admin/api/deliveries", **filters)

    def await_delivery(self, source, state, within=60):
        def found():
            rows = self.deliveries(source_id=source["id"])
            return rows[0] if len(rows) == 1 and rows[0]["state"] == state else None
        return eventually(found, within=within, what=f"one delivery that is {state}")

    def test_sixty_four_identical_postbacks_are_one_conversion_and_one_delivery(self):
        source, campaign = self.source("/same")
        click = self.click(campaign)
        with ThreadPoolExecutor(64) as pool:
            answers = list(pool.map(lambda _: self.tenant.postback(click_id=click, payout="5"), range(64)))
        self.assertEqual({answer.status for answer in answers}, {200})
        self.assertEqual(len(self.tenant.conversions(click)), 1)
        delivery = self.await_delivery(source, "delivered")
        self.assertEqual(self.target.ids("/same"), [delivery["id"]])
        kinds = [entry["kind"] for entry in self.tenant.admin.items(f"/admin/api/clicks/{click}/events")]
        self.assertIn("delivery", kinds)

    def test_after_kill_9_every_repeat_bears_the_same_event_id(self):
        source, campaign = self.source("/crash")
        gate = self.target.answers["/crash"] = threading.Event()
        clicks = [self.click(campaign, f"ext-{number}", f"198.18.2.{number + 1}") for number in range(20)]
        for click in clicks:
            self.tenant.postback(click_id=click, payout="5").expect(200)
        eventually(lambda: len(self.target.ids("/crash")) >= 8, within=60, what="deliveries under way")
        self.stack.kill("tracker", signal.SIGKILL)
        gate.set()
        self.stack.start_service("tracker")
        eventually(
            lambda: {row["state"] for row in self.deliveries(source_id=source["id"])} == {"delivered"},
            within=120, what="every delivery made")
        told = self.deliveries(source_id=source["id"], limit=100)
        self.assertEqual(len({row["conversion_id"] for row in told}), 20)
        counts = collections.Counter(self.target.ids("/crash"))
        self.assertEqual(set(counts), {row["id"] for row in told})
        self.assertGreater(max(counts.values()), 1)

    def test_a_dead_letter_is_sent_again_by_hand(self):
        source, campaign = self.source("/dead")
        self.target.answers["/dead"] = (500, "out of order")
        click = self.click(campaign)
        self.tenant.postback(click_id=click, payout="5").expect(200)
        dead = self.await_delivery(source, "dead")
        self.assertEqual((dead["attempts"], dead["response_status"]), (3, 500))
        self.assertEqual(dead["response_body"], "out of order")
        [postback] = self.tenant.admin.items(f"/admin/api/sources/{source['id']}/postbacks")
        self.tenant.admin.patch(
            f"/admin/api/source-postbacks/{postback['id']}", {"url": f"{self.target.url}/alive?id={{external_id}}"}
        ).expect(200)
        self.tenant.admin.post("/admin/api/deliveries/retry", {"source_id": source["id"]}).expect(200)
        again = self.await_delivery(source, "delivered")
        self.assertEqual((again["id"], self.target.ids("/alive")), (dead["id"], [dead["id"]]))
        found = self.tenant.admin.get(f"/admin/api/sources/{source['id']}").expect(200).json
        self.assertIn("/alive", found["postback_url"])

    def test_an_answer_of_200_may_still_be_an_error(self):
        source, campaign = self.source("/exo", template="exoclick")
        self.target.answers["/exo"] = (200, "ERROR: no such goal")
        self.tenant.postback(click_id=self.click(campaign), payout="5").expect(200)
        self.assertIn("ERROR:", self.await_delivery(source, "dead")["problem"])

    def test_a_private_target_is_never_asked(self):
        source = self.tenant.create("sources", name=unique("source"), postback_url="http://10.1.2.3/?id={external_id}")
        campaign = self.tenant.simple_campaign(source_id=source["id"])
        self.tenant.postback(click_id=self.click(campaign), payout="5").expect(200)
        self.assertIn("private", self.await_delivery(source, "dead")["problem"])

    def test_a_template_waits_for_the_users_own_values(self):
        source = self.tenant.create("sources", name=unique("source"), template="propellerads")
        [postback] = self.tenant.admin.items(f"/admin/api/sources/{source['id']}/postbacks")
        self.assertEqual((postback["active"], postback["placeholders"]), (False, ["ACC"]))
        url = postback["url"].replace("ACC", "77")
        self.tenant.admin.patch(f"/admin/api/sources/{source['id']}", {"postback_url": url}).expect(200)
        [postback] = self.tenant.admin.items(f"/admin/api/sources/{source['id']}/postbacks")
        self.assertEqual((postback["active"], postback["url"]), (True, url))

    def test_a_source_that_is_deleted_hears_nothing_more(self):
        source, campaign = self.source("/gone")
        self.target.answers["/gone"] = (503, "later")
        click = self.click(campaign)
        self.tenant.admin.patch(f"/admin/api/campaigns/{campaign['id']}", {"source_id": None}).expect(200)
        self.tenant.postback(click_id=click, payout="5").expect(200)
        self.tenant.admin.delete(f"/admin/api/sources/{source['id']}").expect(204)
        state = self.deliveries(source_id=source["id"])[0]["state"]
        self.assertIn(state, ("cancelled", "dead"))
