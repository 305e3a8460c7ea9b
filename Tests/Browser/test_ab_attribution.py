"""The tabs beside the reports, with the demo's traffic: funnels, A/B tests, attribution, journeys."""

import re

from pages import SCHEMES, SIZES
from shared import BrowserTest, stack

TABS = {
    "/admin/reports/funnel": "Funnel", "/admin/reports/ecommerce": "E-commerce",
    "/admin/reports/ab-test": "A/B Test", "/admin/reports/attribution": "Attribution",
}
PAGES = [*TABS, "/admin/reports/attribution/journeys"]


class ReportTabs(BrowserTest):
    def setUp(self):
        self.base = stack().env["TRACKER_URL"]

    def test_every_tab_in_every_size_and_scheme(self):
        for size in SIZES:
            for scheme in SCHEMES:
                admin = self.admin(size=size, scheme=scheme)
                for path in PAGES:
                    with self.subTest(path, size=size, scheme=scheme):
                        self.assertEqual(admin.open(f"{self.base}{path}?period=30d").status, 200)
                        admin.picture(path.strip("/").replace("/", "-"))
                        self.assertEqual(admin.faults, [])
                        self.assertEqual(admin.violations(), [])
                        self.assertLessEqual(admin.overflow(), 0)

    def test_without_scripts_they_are_links_and_forms(self):
        # The sign-in works without scripts, too.
        admin = self.admin(javascript=False)
        for path in PAGES:
            admin.open(f"{self.base}{path}")
            self.assertGreater(admin.page.locator("main form, main nav a").count(), 0, path)

    def test_days_and_campaign_come_along_from_tab_to_tab(self):
        campaign = stack().admin.get("/admin/api/campaigns").expect(200).json["items"][0]["id"]
        admin = self.admin()
        page = admin.page
        admin.open(f"{self.base}/admin/reports/funnel?period=30d&campaign_id={campaign}&country=US")
        for path, title in TABS.items():
            page.get_by_role("navigation", name="Reports").get_by_role("link", name=title, exact=True).click()
            page.wait_for_url(re.compile(re.escape(path)))
            self.assertIn("period=30d", page.url)
            self.assertIn(f"campaign_id={campaign}", page.url)
            self.assertEqual(page.input_value("#campaign_id"), str(campaign))

    def test_models_side_by_side_and_one_level_down(self):
        admin = self.admin()
        page = admin.page
        admin.open(f"{self.base}/admin/reports/attribution?period=30d")
        for model in ("First click", "Linear", "Time decay", "Position"):
            page.get_by_role("group", name="Model").get_by_role("link", name=model).click()
            page.wait_for_load_state()
            self.assertEqual(page.locator("[aria-label=Model] [aria-current=true]").inner_text(), model)
        self.assertIn("model=position", page.url)
        page.locator("tbody th a").first.click()
        page.wait_for_url(re.compile("touch_source_id="))
        self.assertIn("by=campaign", page.url)
        self.assertEqual(page.locator(".ty-chip").count(), 1)
        page.locator(".ty-chip a").first.click()
        page.wait_for_url(lambda url: "touch_source_id" not in url)
        page.get_by_role("link", name="Journeys").first.click()
        page.wait_for_url(re.compile("/attribution/journeys"))
        self.assertGreater(page.locator("main table").count(), 0)
        self.assertEqual(admin.faults, [])

    def test_a_test_says_who_is_better_and_takes_another_control(self):
        admin = self.admin()
        page = admin.page
        admin.open(f"{self.base}/admin/reports/ab-test?period=30d")
        cards = page.locator("main section.card")
        if cards.count() == 0:
            self.assertIn("No test in these days", page.inner_text("main"))
            return
        words = cards.first.inner_text()
        self.assertRegex(words, "is better than|No winner yet|Keep it")
        control = page.get_by_role("link", name=re.compile("Make control")).first
        control.click()
        page.wait_for_url(re.compile("control="))
        self.assertEqual(page.locator("main section.card").count(), 1)
        self.assertEqual(admin.violations(), [])
