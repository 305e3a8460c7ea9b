"""Nothing that was answered is lost or doubled: the tracker is killed under load, Postgres crashes under load, the
tracker starts while Postgres is away."""

import signal
import time
import unittest

from harness import Load, Stack, Tenant, eventually


class Crash(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = Stack().start()
        cls.addClassCleanup(cls.stack.stop)
        cls.tenant = Tenant(cls.stack)

    def load(self, campaign, connections=64):
        return Load(self.stack.env["TRACKER_URL"], f"/c/{campaign['slug']}", connections, host=self.tenant.domain)

    def assert_all_stored_once(self, campaign, answered, within=60):
        """Every answered id is in the database, and no id is there twice."""
        self.assertEqual(len(answered), len(set(answered)), "an id was given out twice")

        def stored():
            rows = self.stack.clicks(campaign["slug"])
            self.assertEqual(len(rows), len(set(rows)), "a click is stored twice")
            missing = set(answered) - set(rows)
            self.assertFalse(missing, f"{len(missing)} of {len(answered)} answered clicks are not stored")
            return True
        eventually(stored, within=within, every=0.5, what="every answered click stored once")

    def wait_for_answers(self, load, more):
        """Lets the load run until `more` further clicks were answered."""
        goal = len(load.ids) + more
        eventually(lambda: len(load.ids) >= goal, within=60, what=f"{more} more answers")

    def test_kill_9_under_load_loses_and_doubles_nothing(self):
        campaign = self.tenant.simple_campaign()
        with self.load(campaign) as load:
            for _ in range(3):
                self.wait_for_answers(load, 500)
                self.stack.kill("tracker", signal.SIGKILL)
                self.stack.start_service("tracker")
            self.wait_for_answers(load, 200)
        self.assert_all_stored_once(campaign, load.ids)

    def test_sigterm_under_load_drains_and_exits_cleanly(self):
        campaign = self.tenant.simple_campaign()
        with self.load(campaign) as load:
            self.wait_for_answers(load, 300)
            self.stack.kill("tracker", signal.SIGTERM)
            eventually(lambda: not self.runs("tracker"), within=30, what="the tracker's exit")
        self.stack.start_service("tracker")
        self.assert_all_stored_once(campaign, load.ids)

    def runs(self, service):
        try:
            self.stack.pid(service)
        except AssertionError:
            return False
        return True

    def test_postgres_crashing_under_load_stops_no_visitor(self):
        offer = self.tenant.offer()
        campaign = self.tenant.campaign(landings=[self.tenant.landing()], offers=[offer])
        self.tenant.await_campaign(campaign)
        early = self.tenant.click(campaign).cookie("_tly_click")
        with self.load(campaign, connections=16) as load:
            self.wait_for_answers(load, 200)
            self.stack.stop_postgres("immediate")
            began = time.monotonic()
            try:
                self.wait_for_answers(load, 500)
                late = self.tenant.click(campaign).expect(302).cookie("_tly_click")
                answers = [self.tenant.public.get(f"/offer/{click}/{offer['id']}") for click in (early, late)]
                postbacks = [self.tenant.postback(click_id=click, payout="4") for click in (early, late)]
                self.assertEqual([answer.status for answer in answers], [302, 302])
                self.assertEqual([answer.status for answer in postbacks], [202, 202])
                self.assertIn(early, answers[0].location)
                admin = self.tenant.admin.get("/admin/api/campaigns")
                self.assertEqual(admin.status, 503)
                self.assertIn("Retry-After", admin.headers)
                self.assertEqual(self.tenant.public.get("/healthz").status, 200)
                time.sleep(max(0, 5 - (time.monotonic() - began)))
            finally:
                self.stack.start_service("postgres")
            self.wait_for_answers(load, 200)
        self.assertEqual((load.refusals, load.broken), ({}, 0))
        self.assert_all_stored_once(campaign, [early, late, *load.ids])
        for click in (early, late):
            eventually(lambda: len(self.tenant.conversions(click)) == 1, within=30, what="the replayed postback")
        self.assertEqual(float(self.tenant.stats(campaign)["revenue"]), 8)

    def test_a_tracker_started_without_postgres_serves_from_its_snapshot(self):
        campaign = self.tenant.simple_campaign()
        # The snapshot on disk has the campaign once a restart finds it there.
        self.stack.call("service", "restart", "tracker")
        self.stack.call("service", "await", "tracker")
        self.stack.stop_service("tracker")
        self.stack.stop_postgres("fast")
        try:
            self.stack.start_service("tracker", ready=False)
            answer = eventually(lambda: self.answered(campaign), within=30, what="a redirect without Postgres")
            click = answer.cookie("_tly_click")
        finally:
            self.stack.start_service("postgres")
        self.assert_all_stored_once(campaign, [click])
        eventually(lambda: self.stack.tracker.get("/readyz").status == 200, within=30, what="readiness")

    def answered(self, campaign):
        try:
            answer = self.tenant.click(campaign)
        except OSError:
            return None
        return answer if answer.status == 302 else None
