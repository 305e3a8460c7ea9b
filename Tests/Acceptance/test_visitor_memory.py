"""What is remembered of visitors: caps that hold under concurrency and after a kill, first visits, bindings."""

import concurrent.futures
import signal
import time
import unittest

from harness import Stack, Tenant, eventually

ENOUGH = "https://enough.example.org/"


class VisitorMemory(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = Stack().start()
        cls.addClassCleanup(cls.stack.stop)
        cls.tenant = Tenant(cls.stack)

    def capped_campaign(self, limit=3, key="address"):
        cap = {"limit": limit, "hours": 24, "redirect_url": ENOUGH, "key": key}
        campaign = self.tenant.simple_campaign(frequency_cap=cap)
        return campaign

    def bound_campaign(self, binding):
        landings = [self.tenant.landing() for _ in range(6)]
        offers = [self.tenant.offer() for _ in range(6)]
        campaign = self.tenant.campaign(offers=offers)
        self.tenant.create(
            f"campaigns/{campaign['id']}/flows", name="bound", type="regular", weight=100, filters=[], active=True,
            binding=binding, landings=[{"id": item["id"], "weight": 1} for item in landings],
            offers=[{"id": item["id"], "weight": 1} for item in offers])
        eventually(lambda: self.tenant.explain(campaign).json["landing_id"], what="the bound flow being live")
        return campaign

    def visit_at_once(self, campaign, count, address):
        """Answers of `count` visits at the same time; one that broke is None."""
        def visit(_):
            try:
                return self.tenant.click(campaign, address=address)
            except OSError:
                return None
        with concurrent.futures.ThreadPoolExecutor(count) as pool:
            return list(pool.map(visit, range(count)))

    def passed(self, answers):
        return [answer for answer in answers if answer and not answer.location.startswith(ENOUGH)]

    def rows(self, campaign, status):
        return [row for row in self.tenant.admin.items("/admin/api/clicks", campaign_id=campaign["id"])
                if row["status"] == status]

    def row(self, answer):
        click = answer.cookie("_tly_click")
        path = f"/admin/api/clicks/{click}"
        return eventually(lambda: (found := self.tenant.admin.get(path)).status == 200 and found.json, within=30,
                          what="the stored click")

    def restart(self, how):
        self.stack.kill("tracker", how)
        if how == signal.SIGTERM:
            eventually(lambda: not self.is_running(), within=30, what="the tracker's exit")
        self.stack.start_service("tracker")

    def is_running(self):
        try:
            self.stack.pid("tracker")
        except AssertionError:
            return False
        return True

    def test_of_fifty_first_visits_at_once_exactly_three_pass(self):
        campaign = self.capped_campaign()
        answers = self.visit_at_once(campaign, 50, "198.51.100.1")
        self.assertEqual(len(self.passed(answers)), 3)
        self.assertEqual({answer.status for answer in answers}, {302})
        eventually(lambda: len(self.rows(campaign, "capped")) == 47, within=30, what="47 capped hits in the log")
        self.assertEqual(len(self.rows(campaign, "ok")), 3)
        # Somebody else is not concerned.
        self.assertEqual(len(self.passed(self.visit_at_once(campaign, 5, "198.51.100.2"))), 3)

    def test_after_a_kill_it_is_still_three(self):
        visits = [("198.51.100.10", 1), ("198.51.100.11", 2), ("198.51.100.12", 50)]
        campaigns = [self.capped_campaign() for _ in visits]
        first = [len(self.passed(self.visit_at_once(campaign, count, address)))
                 for campaign, (address, count) in zip(campaigns, visits)]
        self.restart(signal.SIGKILL)
        later = [len(self.passed(self.visit_at_once(campaign, 50, address)))
                 for campaign, (address, _) in zip(campaigns, visits)]
        self.assertEqual((first, later), ([1, 2, 3], [2, 1, 0]))

    def test_a_kill_in_the_middle_lets_no_fourth_pass(self):
        campaign = self.capped_campaign()
        passed = []
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            visits = pool.submit(self.visit_at_once, campaign, 50, "198.51.100.20")
            time.sleep(0.02)
            self.restart(signal.SIGKILL)
            passed += self.passed(visits.result())
        passed += self.passed(self.visit_at_once(campaign, 50, "198.51.100.20"))
        # A visit whose answer the kill cut off has passed all the same.
        self.assertLessEqual(len(passed), 3)
        eventually(lambda: len(self.rows(campaign, "ok")) == 3, within=30, what="three visits that passed")

    def test_a_capped_visitor_without_an_address_of_the_cap_gets_a_plain_page(self):
        campaign = self.tenant.simple_campaign(frequency_cap={"limit": 1, "hours": 1})
        self.tenant.click(campaign, address="198.51.100.30").expect(302)
        answer = self.tenant.click(campaign, address="198.51.100.30").expect(200)
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        self.assertEqual(self.row(answer)["status"], "capped")

    def test_a_visitor_is_unique_once_whatever_happens_to_the_tracker(self):
        campaign = self.tenant.simple_campaign()
        agent = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Unique/1.0"}
        first = self.tenant.click(campaign, address="198.51.100.40", headers=agent)
        self.assertTrue(self.row(first)["unique"])
        cookie = first.cookie("_tly_vid")
        for how in (signal.SIGKILL, signal.SIGTERM):
            self.restart(how)
            again = self.tenant.click(campaign, address="198.51.100.40", headers=agent)
            moved = self.tenant.click(
                campaign, address="198.51.100.41", headers={"Cookie": f"_tly_vid={cookie}"})
            self.assertFalse(self.row(again)["unique"])
            self.assertFalse(self.row(moved)["unique"])
        other = self.tenant.click(campaign, address="198.51.100.42", headers=agent)
        self.assertTrue(self.row(other)["unique"])

    def test_a_bound_visitor_returns_to_the_same_landing_and_offer_after_a_restart(self):
        campaigns = [(binding, self.bound_campaign(binding)) for binding in ("landing", "offer", "landing_offer")]
        visitors = []
        for binding, campaign in campaigns:
            first = self.tenant.click(campaign, address="198.51.100.50")
            cookie = {"Cookie": f"_tly_vid={first.cookie('_tly_vid')}"}
            visitors.append((binding, campaign, cookie, self.row(first)))
        for how in (signal.SIGKILL, signal.SIGTERM):
            self.restart(how)
            for binding, campaign, cookie, shown in visitors:
                for _ in range(4):
                    row = self.row(self.tenant.click(campaign, address="198.51.100.51", headers=cookie))
                    for name in ("landing", "offer"):
                        if name in binding:
                            self.assertEqual(row[f"{name}_id"], shown[f"{name}_id"], (binding, row["trace"]))
                            self.assertIn(f"{name}:{shown[f'{name}_id']} bound", row["trace"])

    def test_a_tracker_with_a_broken_checkpoint_starts_and_remembers_from_the_journal(self):
        campaign = self.capped_campaign(limit=1)
        self.assertEqual(len(self.passed(self.visit_at_once(campaign, 1, "198.51.100.60"))), 1)
        self.stack.kill("tracker", signal.SIGTERM)
        eventually(lambda: not self.is_running(), within=30, what="the tracker's exit")
        checkpoint = self.stack.run_dir / "state/visitor-memory/checkpoint"
        with open(checkpoint, "r+b") as file:
            file.truncate(100)
        self.stack.start_service("tracker")
        self.assertIn("checkpoint is not used in full", self.stack.log("tracker"))
        self.assertEqual(self.passed(self.visit_at_once(campaign, 5, "198.51.100.60")), [])
