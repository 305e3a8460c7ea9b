"""The dashboard as somebody lives in it: figures, comparison, live counter, tabs, alerts, first steps."""

import re

from harness import eventually
from harness.customers import unique
from pages import SCHEMES, SIZES
from shared import BrowserTest, stack


class Dashboard(BrowserTest):
    def setUp(self):
        self.base = f"{stack().env['TRACKER_URL']}/admin"
        self.api = stack().admin

    def test_it_is_sound_in_both_sizes_and_both_schemes(self):
        for size in SIZES:
            for scheme in SCHEMES:
                with self.subTest(size=size, scheme=scheme):
                    admin = self.admin(size=size, scheme=scheme)
                    for address in ("?period=30d", "?period=today&metric=revenue", "?tab=everflow", "?tab=kadam"):
                        admin.open(self.base + address)
                        self.assertEqual(admin.violations(), [], address)
                        self.assertLessEqual(admin.overflow(), 0, address)
                    self.assertEqual(admin.faults, [])
                    admin.picture("dashboard")

    def test_figures_are_those_of_the_api(self):
        admin = self.admin()
        always = {"from": "2020-01-01", "to": "2099-12-31"}
        admin.open(f"{self.base}?from={always['from']}&to={always['to']}")
        stats = self.api.get("/admin/api/stats", query=always).expect(200).json
        shown = dict(admin.page.eval_on_selector_all(
            ".ty-figure", "all => all.map(one => [one.querySelector('dt').textContent.trim(), "
            "one.querySelector('dd').firstChild.textContent.trim()])"))
        self.assertEqual(shown["Clicks"], f"{stats['clicks']:,}")
        self.assertEqual(shown["Conversions"], f"{stats['conversions']:,}")
        self.assertEqual(shown["Revenue"].replace(",", "").lstrip("$€"), f"{float(stats['revenue']):.2f}")
        self.assertIn("AOV", shown)

    def test_a_figure_is_a_link_that_puts_it_into_the_chart(self):
        admin = self.admin()
        admin.open(f"{self.base}?period=7d")
        admin.page.click(".ty-figure a:text-is('Profit')")
        admin.page.wait_for_url(re.compile("metric=profit"))
        self.assertIn("period=7d", admin.page.url)
        self.assertEqual(admin.page.inner_text(".card:has(.ty-chart) h2"), "Profit by day")
        admin.page.wait_for_selector(".ty-chart svg")
        admin.page.click("text=The numbers as a table")
        self.assertEqual(admin.page.locator(".ty-details tbody tr").count(), 7)
        self.assertEqual(admin.faults, [])

    def test_the_counter_counts_while_somebody_looks(self):
        slug = unique("live")
        offer = self.api.post("/admin/api/offers", {
            "name": slug, "url": "https://shop.example.org/", "payout": "1.00", "currency": "USD"}).expect(201).json
        campaign = self.api.post("/admin/api/campaigns", {
            "name": slug, "slug": slug, "cost_model": "none", "offer_id": offer["id"]}).expect(201).json
        eventually(lambda: stack().tracker.get(f"/c/{slug}?test=1").status == 200, what="the campaign")
        admin = self.admin()
        admin.open(f"{self.base}?campaign_id={campaign['id']}")
        counter = admin.page.locator("[data-live-text]")
        self.assertIn("0 clicks", counter.inner_text())
        for _ in range(3):
            stack().tracker.get(f"/c/{slug}").expect(302)
        eventually(lambda: "3 clicks" in counter.inner_text(), what="the counter")
        self.assertEqual(admin.faults, [])

    def test_today_says_what_it_is_compared_with(self):
        admin = self.admin()
        admin.open(f"{self.base}?period=today")
        self.assertRegex(admin.page.inner_text("main"), r"yesterday (until \d\d:00|from 01:00 on)")

    def test_what_waits_has_a_way_there(self):
        slug = unique("nowhere")
        campaign = self.api.post("/admin/api/campaigns", {
            "name": slug, "slug": slug, "cost_model": "none"}).expect(201).json
        self.addCleanup(self.api.delete, f"/admin/api/campaigns/{campaign['id']}")
        admin = self.admin()
        admin.open(self.base)
        panel = admin.page.locator("[aria-label='What needs attention']")
        self.assertIn("Visitors get a 404 page", panel.inner_text())
        panel.locator("a:has-text('Add a flow')").first.click()
        admin.page.wait_for_url(re.compile("/admin/campaigns"))

    def test_it_works_without_scripts(self):
        admin = self.admin(javascript=False)
        admin.open(f"{self.base}?period=30d")
        self.assertGreater(admin.page.locator(".ty-figure").count(), 9)
        self.assertGreater(admin.page.locator("a:has-text('Whole report')").count(), 4)
        admin.page.click("a:has-text('Show these lists')")
        admin.page.wait_for_url(re.compile("whole=1"))
        self.assertEqual(admin.page.locator(".ty-total").count(), 5)
        self.assertIn("LTV", admin.page.inner_text("section[aria-label=Customers]"))

    def test_what_takes_longer_comes_when_the_page_stands(self):
        admin = self.admin()
        admin.open(f"{self.base}?period=30d")
        for title in ("campaigns", "offers", "sources", "countries", "landing pages"):
            admin.page.wait_for_selector(f".card:has(h2:text-is('Top {title}')):not([data-load]) .ty-total")
        customers = admin.page.wait_for_selector("section[aria-label=Customers]:not([data-load])")
        self.assertRegex(customers.inner_text(), r"CAC\s+\$[\d.,]+")
        self.assertEqual(admin.violations(), [])
        self.assertEqual(admin.faults, [])
