"""Costs entered by hand in the dashboard: shown before they are changed, undone afterwards."""

import datetime

from harness import eventually
from harness.customers import unique
from shared import BrowserTest, stack


class Costs(BrowserTest):
    def setUp(self):
        self.api = stack().admin
        self.base = stack().env["TRACKER_URL"]
        self.slug = unique("costs")
        offer = self.api.post("/admin/api/offers", {
            "name": self.slug, "url": "https://shop.example.org/", "payout": "1.00", "currency": "USD",
        }).expect(201).json
        self.campaign = self.api.post("/admin/api/campaigns", {
            "name": self.slug, "slug": self.slug, "cost_model": "none", "offer_id": offer["id"]}).expect(201).json
        eventually(lambda: stack().tracker.get(f"/c/{self.slug}?test=1").status == 200, what="the campaign")
        self.clicks = [stack().tracker.get(f"/c/{self.slug}?sub1=zone-{number % 2}").expect(302).cookie("_tly_click")
                       for number in range(3)]
        eventually(lambda: self.stats()["clicks"] == 3, what="the clicks")

    def stats(self):
        return self.api.get("/admin/api/stats", query={"campaign_id": self.campaign["id"]}).expect(200).json

    def fill(self, page, cost, **fields):
        page.select_option("#campaign_id", str(self.campaign["id"]), force=True)
        today = datetime.datetime.now(datetime.timezone.utc).date()
        page.fill("#from", str(today - datetime.timedelta(days=1)))
        page.fill("#cost", cost)
        for name, value in fields.items():
            page.select_option(f"#{name}", value) if name in ("mode", "sub_number") else page.fill(f"#{name}", value)

    def test_a_total_is_shown_first_then_divided_then_undone(self):
        admin = self.admin()
        page = admin.page
        admin.open(f"{self.base}/admin/clicks/cost")
        self.fill(page, "10.00", mode="total")
        page.click("text=Preview")
        page.wait_for_selector("text=What this would change")
        self.assertEqual(float(self.stats()["cost"]), 0.0)
        self.assertEqual(admin.violations(), [])
        page.click("text=Change 3 clicks")
        page.wait_for_selector("text=The costs of 3 clicks were changed.")
        self.assertEqual(float(self.stats()["cost"]), 10.0)
        costs = sorted(self.api.get(f"/admin/api/clicks/{click}").json["cost"] for click in self.clicks)
        self.assertEqual(costs, ["3.333333", "3.333333", "3.333334"])
        self.assertEqual(admin.violations(), [])
        page.click("tbody tr:first-child button:has-text('Undo')")
        page.click("dialog button:has-text('Undo')")
        page.wait_for_selector("text=The change was undone.")
        self.assertEqual(float(self.stats()["cost"]), 0.0)
        self.assertEqual(admin.faults, [])

    def test_only_one_zone_and_what_is_wrong(self):
        admin = self.admin()
        page = admin.page
        admin.open(f"{self.base}/admin/clicks/cost")
        self.fill(page, "much")
        page.click("text=Preview")
        page.wait_for_selector("#cost-fault")
        self.assertEqual(page.input_value("#cost"), "much")
        self.fill(page, "0.5", sub_number="1", sub_value="zone-1")
        page.click("text=Preview")
        page.click("text=Change 1 click")
        page.wait_for_selector("text=were changed.")
        self.assertEqual(float(self.stats()["cost"]), 0.5)

    def test_one_clicks_cost_at_its_page(self):
        admin = self.admin()
        page = admin.page
        admin.open(f"{self.base}/admin/clicks/{self.clicks[0]}")
        page.fill("#cost", "0.25")
        page.click("text=Save cost")
        page.wait_for_selector("text=cost was saved")
        self.assertEqual(float(self.stats()["cost"]), 0.25)
        self.assertEqual(admin.violations(), [])
