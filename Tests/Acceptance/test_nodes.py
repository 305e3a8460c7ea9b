"""Several processes on one database: roles, changes that are live everywhere, one journal each, no doubles."""

import signal
import unittest

from harness import Node, Stack, Tenant, eventually


class Nodes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = Stack().start()
        cls.addClassCleanup(cls.stack.stop)
        cls.tenant = Tenant(cls.stack)

    def test_a_click_node_answers_visitors_and_nobody_else(self):
        campaign = self.tenant.simple_campaign()
        with Node(self.stack, "click", "clicks-only") as node:
            there = node.client.but(host=self.tenant.domain)
            there.get(f"/c/{campaign['slug']}").expect(302)
            for path in ("/admin/login", "/admin/api/me", "/control/v1/tenants"):
                there.get(path).expect(404)
            node.client.get("/healthz").expect(200)

    def test_an_admin_node_answers_people_and_no_visitors(self):
        campaign = self.tenant.simple_campaign()
        with Node(self.stack, "admin,worker", "people-only") as node:
            there = node.client.but(host=self.tenant.domain)
            there.get("/admin/login").expect(200)
            there.get("/admin/api/me").expect(401)
            there.get(f"/c/{campaign['slug']}").expect(404)
            there.get("/postback").expect(404)
            node.client.get("/readyz").expect(200)

    def test_a_role_that_is_none_stops_the_start(self):
        said = self.stack.call("with", "tracker", "bash", "-c", "trackily serve --roles clicks 2>&1; echo $?")
        self.assertIn("roles", said)
        self.assertTrue(said.strip().endswith("64"), said)

    def test_a_change_is_live_on_all_nodes_in_a_second(self):
        with Node(self.stack, "click", "change") as node:
            there = node.client.but(host=self.tenant.domain)
            campaign = self.tenant.simple_campaign()
            visit = f"/c/{campaign['slug']}"
            eventually(lambda: there.get(visit).status == 302, within=1.5, what="the new campaign on the other node")
            self.tenant.admin.patch(f"/admin/api/campaigns/{campaign['id']}", {"status": "paused"}).expect(200)
            eventually(lambda: there.get(visit).status == 404, within=1.5, what="the pause on the other node")

    def test_two_nodes_have_a_journal_each_and_nothing_is_there_twice(self):
        campaign = self.tenant.simple_campaign()
        visit = f"/c/{campaign['slug']}"
        with Node(self.stack, "click", "second") as node:
            there = node.client.but(host=self.tenant.domain)
            answered = []
            for number in range(200):
                client = there if number % 2 else self.tenant.public
                address = f"198.18.7.{number + 1}"
                answered.append(client.but(address=address).get(visit).expect(302).cookie("_tly_click"))
            node.stop(signal.SIGKILL)
            # A click of the node that died: its journal may still hold it.
            self.tenant.postback(click_id=answered[-1], payout="3").expect(200, 202)
            node.start()
            stored = eventually(lambda: self.all_stored(campaign, len(answered)), within=30, what="all clicks stored")
            self.assertEqual(sorted(stored), sorted(answered))
            eventually(lambda: len(self.tenant.conversions(answered[-1])) == 1, within=30, what="the conversion")

    def all_stored(self, campaign, count):
        stored = self.stack.clicks(campaign["slug"])
        return stored if len(stored) >= count else None
