"""How far visitors came on landings: steps as pages report them, and the report over them."""

import unittest

import shared
from harness import eventually


class Funnels(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.tenant = shared.tenant()

    def campaign(self):
        landing = self.tenant.landing(kind="local", url=None, html="<h1>Page</h1>")
        campaign = self.tenant.campaign(landings=[landing], offers=[self.tenant.offer()])
        self.tenant.await_campaign(campaign)
        return campaign, landing

    def visitors(self, campaign, *reached):
        """One visitor for each number: so many steps."""
        for number, steps in enumerate(reached):
            address = f"198.18.60.{number + 1}"
            click = self.tenant.click(campaign, address=address).expect(200).cookie("_tly_click")
            for step in range(1, steps + 1):
                for _ in range(2):
                    self.report(click, step, ("Page view", "E-mail", "Scan", "Offer")[step - 1], address).expect(204)

    def report(self, click, step, name, address="198.18.60.99"):
        return self.tenant.public.but(address=address).post(
            "/api/step", {"click_id": click, "step": step, "name": name})

    def steps(self, **query):
        return self.tenant.admin.get("/admin/api/funnel", query=query).expect(200).json["steps"]

    def test_steps_names_and_who_was_lost(self):
        campaign, landing = self.campaign()
        other, _ = self.campaign()
        self.visitors(campaign, 4, 3, 2, 2, 1, 1, 1, 1)
        self.visitors(other, 1)
        found = eventually(
            lambda: (steps := self.steps(campaign_id=campaign["id"])) and steps[0]["count"] == 8 and steps,
            what="the funnel")
        self.assertEqual([(step["step"], step["name"], step["count"]) for step in found],
                         [(1, "Page view", 8), (2, "E-mail", 4), (3, "Scan", 2), (4, "Offer", 1)])
        self.assertEqual([step["rate_first"] for step in found], [100, 50, 25, 12.5])
        self.assertEqual([step["rate_previous"] for step in found], [None, 50, 50, 50])
        self.assertEqual([step["drop_off"] for step in found], [None, 4, 2, 1])
        self.assertEqual([step["drop_off_rate"] for step in found], [None, 50, 50, 50])
        self.assertEqual(self.steps(landing_id=landing["id"]), found)
        self.assertEqual(self.steps(campaign_id=campaign["id"], **{"from": "2020-01-01", "to": "2020-01-02"}), [])
        self.assertEqual(self.steps(campaign_id=campaign["id"], country="ZZ"), [])
        self.tenant.admin.get("/admin/api/funnel", query={"landing": 1}).expect(422)
        self.tenant.public.get("/admin/api/funnel").expect(401)

    def test_steps_have_limits(self):
        campaign, _ = self.campaign()
        click = self.tenant.click(campaign).expect(200).cookie("_tly_click")
        for wrong in (0, -1, 101, "x"):
            self.report(click, wrong, "").expect(422)
        self.report(click, 2, "x" * 101).expect(422)
        self.report(click, 100, "The last").expect(204)
        self.report("01890a5d-ac96-774b-bcce-b302099a8057", 1, "").expect(404)
