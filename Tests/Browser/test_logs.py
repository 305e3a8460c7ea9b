"""The logs: filters, columns that stay chosen, paging, a click's event log."""

import datetime
import re

from pages import SCHEMES, SIZES
from shared import BrowserTest, stack


class Logs(BrowserTest):
    def setUp(self):
        self.base = stack().env["TRACKER_URL"]
        self.api = stack().admin

    def rows(self, page):
        return page.locator("main table tbody tr")

    def test_they_are_sound_in_both_sizes_and_both_schemes(self):
        for size in SIZES:
            for scheme in SCHEMES:
                with self.subTest(size=size, scheme=scheme):
                    admin = self.admin(size=size, scheme=scheme)
                    for path in ("clicks", "conversions"):
                        admin.open(f"{self.base}/admin/{path}")
                        admin.page.click("summary:has-text('More filters')")
                        admin.page.click("summary:has-text('Columns')")
                        self.assertEqual(admin.violations(), [], path)
                        self.assertLessEqual(admin.overflow(), 0, path)
                        admin.picture(path)
                    self.assertEqual(admin.faults, [])

    def test_a_filter_shows_what_the_api_finds(self):
        admin = self.admin()
        found = self.api.get("/admin/api/clicks", query={"limit": 1}).expect(200).json["items"][0]
        for name in ("country", "os", "browser", "device", "language", "campaign_id", "external_id"):
            value = found[name]
            if value is None:
                continue
            with self.subTest(name):
                items = self.api.get("/admin/api/clicks", query={name: value, "limit": 50}).expect(200).json["items"]
                admin.open(f"{self.base}/admin/clicks")
                admin.page.click("summary:has-text('More filters')")
                field = admin.page.locator(f"#{name}")
                field.select_option(str(value)) if name.endswith("_id") and name != "external_id" else field.fill(value)
                admin.page.click(".ty-log-filters button:has-text('Show')")
                admin.page.wait_for_url(re.compile(f"[?&]{name}="))
                self.assertEqual(self.rows(admin.page).count(), len(items))
        self.assertEqual(admin.faults, [])

    def test_pages_follow_each_other_without_gap(self):
        admin = self.admin()
        admin.open(f"{self.base}/admin/clicks")
        seen = []
        for _ in range(3):
            seen += admin.page.eval_on_selector_all(
                "main tbody th a", "links => links.map(link => link.href.split('/').pop())")
            admin.page.click("a[rel=next]")
            admin.page.wait_for_load_state()
        self.assertEqual(len(seen), 150)
        self.assertEqual(seen, sorted(set(seen), reverse=True))

    def test_columns_stay_as_chosen(self):
        admin = self.admin()
        page = admin.page
        admin.open(f"{self.base}/admin/clicks?status=ok")
        page.click("summary:has-text('Columns')")
        chosen = page.locator("[name=columns]:checked")
        while chosen.count():
            chosen.first.uncheck()
        page.check("[name=columns][value=city]")
        page.check("[name=columns][value=campaign]")
        page.click("text=Keep for me")
        page.wait_for_load_state()
        self.assertIn("status=ok", page.url)
        heads = lambda: [head.inner_text().strip() for head in page.locator("main thead th").all()]
        self.assertEqual(sorted(heads()[1:]), ["Campaign", "City"])
        again = self.admin()
        again.open(f"{self.base}/admin/clicks")
        self.assertIn("City", again.page.inner_text("main thead"))
        page.click("summary:has-text('Columns')")
        page.click("text=Standard columns")
        page.wait_for_load_state()
        self.assertIn("Language", " ".join(heads()))
        self.assertEqual(admin.faults, [])

    def test_a_click_has_its_event_log(self):
        admin = self.admin()
        admin.open(f"{self.base}/admin/clicks?status=ok")
        admin.page.click("main tbody tr:first-child th a")
        admin.page.wait_for_url(re.compile("/admin/clicks/[0-9a-f-]{36}"))
        self.assertIn("Event log", admin.page.inner_text("main"))
        self.assertGreater(admin.page.locator(".ty-steps li").count(), 1)

    def test_days_without_clicks_say_so(self):
        admin = self.admin()
        past = datetime.date(2001, 1, 1)
        admin.open(f"{self.base}/admin/clicks?from={past}&to={past}")
        self.assertIn("No click fits", admin.page.inner_text("main"))
        admin.page.click("text=Show all clicks")
        self.assertGreater(self.rows(admin.page).count(), 1)
