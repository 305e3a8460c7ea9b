"""Flows from outside: what filters see, what conflicts say, where a simulated visitor goes and a real one too."""

import unittest

import shared
from harness import eventually


class Routing(unittest.TestCase):
    def setUp(self):
        self.tenant = shared.tenant()

    def campaign(self, **fields):
        return self.tenant.campaign(offers=[self.tenant.offer()], **fields)

    def flow(self, campaign, kind, filters=(), offers=(), **fields):
        wanted = {"name": kind, "type": kind, "weight": 100, "landings": [], "binding": "none", "active": True}
        return self.tenant.create(
            f"campaigns/{campaign['id']}/flows", **(wanted | fields),
            filters=[{"field": field, "op": op, "values": values} for field, op, values in filters],
            offers=[{"id": offer["id"], "weight": weight} for offer, weight in offers])

    def simulate(self, campaign, **visitor):
        return self.tenant.admin.post(f"/admin/api/campaigns/{campaign['id']}/simulate", visitor).expect(200).json

    def conflicts(self, campaign):
        return self.tenant.admin.items(f"/admin/api/campaigns/{campaign['id']}/flows/conflicts")

    def test_a_visitor_goes_where_the_simulation_said(self):
        campaign = self.campaign()
        office, agent, other = self.tenant.offer(), self.tenant.offer(), self.tenant.offer()
        self.flow(campaign, "forced", [("ip", "in", ["198.18.7.0/24", "2001:db8::/32"])], [(office, 1)])
        self.flow(campaign, "forced", [("user_agent", "contains", ["routing-test"])], [(agent, 1)])
        self.flow(campaign, "regular", [("sub1", "equals", ["zone 9"])], [(other, 1)])
        self.tenant.await_campaign(campaign)
        for visitor, offer in [
            ({"ip": "198.18.7.200"}, office), ({"ip": "198.18.8.1", "user_agent": "Routing-Test/1"}, agent),
            ({"ip": "198.18.8.1", "sub1": "Zone 9"}, other),
        ]:
            with self.subTest(visitor):
                said = self.simulate(campaign, **visitor)
                self.assertEqual(said["decision"]["offer_id"], offer["id"])
                self.assertTrue(said["decision"]["location"].startswith(offer["url"]))
                headers = {"User-Agent": visitor.get("user_agent", "Mozilla/5.0")}
                query = {"sub1": visitor["sub1"]} if "sub1" in visitor else {}
                went = self.tenant.click(campaign, address=visitor["ip"], headers=headers, **query).expect(302)
                self.assertTrue(went.location.startswith(offer["url"]), went.location)

    def test_a_simulation_says_why_and_records_nothing(self):
        campaign = self.campaign()
        heavy, light = self.tenant.offer(), self.tenant.offer()
        flow = self.flow(campaign, "regular", [("country", "in", ["US", "CA"])], [(heavy, 100), (light, 50)])
        answer = self.simulate(campaign, country="CA", draws=9000, seed=3)
        row = next(row for row in answer["flows"] if row["id"] == flow["id"])
        self.assertEqual(row["outcome"], "matched")
        self.assertEqual([(item["weight"], item["total"]) for item in row["offers"]], [(100, 150), (50, 150)])
        drawn = {draw["offer_id"]: draw["count"] for draw in answer["draws"]}
        self.assertAlmostEqual(drawn[heavy["id"]], 6000, delta=180)
        self.assertEqual(sum(drawn.values()), 9000)
        missed = next(row for row in self.simulate(campaign, country="DE")["flows"] if row["id"] == flow["id"])
        self.assertEqual((missed["outcome"], missed["filter"]["field"]), ("missed", "country"))
        unknown = next(row for row in self.simulate(campaign)["flows"] if row["id"] == flow["id"])
        self.assertEqual((unknown["outcome"], unknown["reason"]), ("unknown", "geo_unknown"))
        self.assertEqual(self.tenant.admin.items("/admin/api/clicks", campaign_id=campaign["id"]), [])

    def test_new_and_returning_visitors_part(self):
        campaign = self.campaign()
        known = self.tenant.offer()
        self.flow(campaign, "forced", [("visitor", "equals", ["returning"])], [(known, 1)])
        self.tenant.await_campaign(campaign)
        address = "198.19.200.1"
        first = self.tenant.click(campaign, address=address).expect(302)
        self.assertFalse(first.location.startswith(known["url"]))
        second = self.tenant.click(campaign, address=address).expect(302)
        self.assertTrue(second.location.startswith(known["url"]))
        cookie = self.tenant.click(
            campaign, address="198.19.200.2", headers={"Cookie": f"_tly_vid={first.cookie('_tly_vid')}"}).expect(302)
        self.assertTrue(cookie.location.startswith(known["url"]))

    def test_conflicts_name_the_flows(self):
        campaign = self.campaign()
        offer = self.tenant.offer()
        wide = self.flow(campaign, "forced", [("country", "in", ["US", "FR"])], [(offer, 1)])
        narrow = self.flow(campaign, "regular", [("country", "equals", ["fr"])], [(offer, 1)])
        never = self.flow(
            campaign, "regular", [("country", "equals", ["US"]), ("country", "not_in", ["US"])], [(offer, 1)])
        self.flow(campaign, "default", [], [(offer, 1)])
        found = {row["code"]: row for row in self.conflicts(campaign)}
        self.assertEqual(found["several_defaults"]["severity"], "error")
        self.assertEqual(found["shadowed"]["flow_ids"], [narrow["id"], wide["id"]])
        self.assertEqual(found["unreachable"]["flow_ids"], [never["id"]])

    def test_a_paused_offer_is_never_drawn(self):
        offers = [self.tenant.offer(), self.tenant.offer()]
        campaign = self.tenant.campaign(offers=offers)
        self.tenant.await_campaign(campaign)
        self.tenant.admin.patch(f"/admin/api/offers/{offers[0]['id']}", {"status": "paused"}).expect(200)
        for number in range(20):
            went = self.tenant.click(campaign, address=f"198.18.66.{number + 1}").expect(302)
            self.assertTrue(went.location.startswith(offers[1]["url"]))

    def test_a_campaign_is_cloned_once_per_idempotency_key(self):
        campaign = self.campaign()
        path = f"/admin/api/campaigns/{campaign['id']}/clone"
        headers = {"Idempotency-Key": f"clone-{campaign['slug']}"}
        copies = [self.tenant.admin.post(path, {}, headers=headers).expect(201).json for _ in range(2)]
        self.assertEqual(copies[0]["id"], copies[1]["id"])
        self.assertEqual(copies[0]["slug"], f"{campaign['slug']}-copy")
        flows = self.tenant.admin.items(f"/admin/api/campaigns/{copies[0]['id']}/flows")
        self.assertEqual(len(flows), 1)
        eventually(lambda: self.tenant.click(copies[0]).status == 302, what="the copy taking clicks")

    def test_flows_are_copied_and_moved(self):
        campaign = self.campaign()
        flow = self.flow(campaign, "regular", [("device", "equals", ["mobile"])])
        copy = self.tenant.admin.post(f"/admin/api/flows/{flow['id']}/clone", {}).expect(201).json
        self.assertFalse(copy["active"])
        self.tenant.admin.post(f"/admin/api/flows/{copy['id']}/move", {"direction": "up"}).expect(200)
        order = [row["id"] for row in self.tenant.admin.items(f"/admin/api/campaigns/{campaign['id']}/flows")]
        self.assertLess(order.index(copy["id"]), order.index(flow["id"]))

    def test_every_filter_that_is_listed_is_taken(self):
        examples = {"ip": "192.0.2.0/24", "hour": "9-17", "weekday": "mon-fri", "visitor": "new", "country": "US"}
        for row in self.tenant.admin.items("/admin/api/flows/filters"):
            campaign = self.campaign()
            for op in row["operators"]:
                value = examples.get(row["field"], "en")
                self.flow(campaign, "regular", [(row["field"], op, [value])])
