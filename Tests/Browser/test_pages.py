"""Sign-in pages, the dashboard with the demo, the keyboard, and how files are delivered."""

import urllib.parse

from pages import SCHEMES, SIZES
from shared import BrowserTest, stack

POLICY = ("script-src 'self'", "frame-ancestors")


class Pages(BrowserTest):
    def assert_page_is_sound(self, visit, text, address):
        title = urllib.parse.urlsplit(address).path.strip("/").replace("/", "-")
        answer = visit.open(address)
        visit.picture(title)
        self.assertEqual(answer.status, 200, address)
        self.assertEqual(visit.faults, [], f"{text} {address}")
        self.assertEqual(visit.violations(), [], f"{text} {address}")
        self.assertLessEqual(visit.overflow(), 0, f"{text} {address} is wider than the window")
        policy = answer.headers.get("content-security-policy", "")
        for rule in POLICY:
            self.assertIn(rule, policy)
        self.assertNotIn("unsafe-inline", policy.partition("script-src")[2].partition(";")[0])
        self.assertNotIn("unsafe-eval", policy)

    def test_the_sign_in_pages(self):
        for size in SIZES:
            for scheme in SCHEMES:
                for place in ("TRACKER_URL", "LICENSE_URL"):
                    with self.subTest(place, size=size, scheme=scheme):
                        visit = self.visit(size=size, scheme=scheme)
                        self.assert_page_is_sound(visit, "sign in", f"{stack().env[place]}/admin/login")

    def test_the_dashboard_shows_the_demo(self):
        admin = self.admin()
        always = {"from": "2020-01-01", "to": "2099-12-31"}
        figures = stack().admin.get("/admin/api/stats", query=always).expect(200).json
        self.assertGreater(figures["clicks"], 1000)
        self.assertGreater(figures["conversions"], 10)
        self.assertGreater(admin.page.locator("svg").count(), 0)
        self.assertRegex(admin.page.inner_text("main"), r"\d")

    def test_the_keyboard_reaches_the_menu_and_shows_where_it_is(self):
        admin = self.admin()
        reached = set()
        for _ in range(40):
            admin.page.keyboard.press("Tab")
            reached.add(admin.page.evaluate("document.activeElement.closest('nav') ? 'nav' : 'elsewhere'"))
        self.assertIn("nav", reached)


class Delivery(BrowserTest):
    def test_assets_are_compressed_and_cached_for_long(self):
        visit = self.visit()
        answers = []
        visit.page.on("response", lambda answer: answers.append(answer))
        visit.open(f"{stack().env['TRACKER_URL']}/admin/login")
        assets = [answer for answer in answers if answer.request.resource_type in ("script", "stylesheet")]
        self.assertTrue(assets)
        for answer in assets:
            with self.subTest(answer.url):
                self.assertEqual(answer.headers.get("content-encoding"), "gzip")
                self.assertIn("immutable", answer.headers.get("cache-control", ""))
