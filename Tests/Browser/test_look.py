"""What all pages share: dialogs, undo, columns of any width, the theme, the way back, what is printed, and how soon
something is to be seen."""

import gzip
import re

from harness.customers import unique
from pages import until
from shared import BrowserTest, stack

# A phone's processor and a slow line.
SLOWER = 4
BYTES_PER_SECOND = 1_600_000 / 8
FIRST_PAINT_MS = 1_000
SCRIPTS_KB = 150
# Drawn or edited with only where that is done.
HEAVY = ("echarts", "codemirror", "tom-select")


class Look(BrowserTest):
    def setUp(self):
        self.base = stack().env["TRACKER_URL"]

    def at(self, path, **options):
        visit = self.admin(**options)
        visit.open(self.base + path)
        return visit

    def offer(self):
        return stack().admin.post("/admin/api/offers", {
            "name": unique("look"), "url": "https://shop.example.org/", "currency": "USD"}).expect(201).json

    def test_archiving_is_undone_from_the_toast(self):
        offer = self.offer()
        visit = self.at(f"/admin/offers/{offer['id']}")
        visit.page.click("button:has-text('Archive')")
        visit.page.wait_for_url("**/admin/offers")
        toast = visit.page.locator(".ty-toast")
        toast.locator(f"text={offer['name']} was archived.").wait_for()
        stack().admin.get(f"/admin/api/offers/{offer['id']}").expect(404)
        self.assertEqual(visit.violations(), [])
        visit.picture("toast-undo")
        toast.locator("button:has-text('Undo')").click()
        visit.page.wait_for_url(f"**/admin/offers/{offer['id']}")
        stack().admin.get(f"/admin/api/offers/{offer['id']}").expect(200)
        self.assertEqual(visit.faults, [])

    def test_an_archived_offer_comes_back_from_the_archive_without_scripts(self):
        offer = self.offer()
        stack().admin.delete(f"/admin/api/offers/{offer['id']}").expect(204)
        visit = self.at(f"/admin/offers/archived?q={offer['name']}", javascript=False)
        visit.page.click("button:has-text('Restore')")
        visit.page.wait_for_url(f"**/admin/offers/{offer['id']}")

    def test_what_cannot_be_undone_asks_first_and_gives_the_focus_back(self):
        profile = stack().admin.post("/admin/api/tracking-profiles", {"name": unique("look")}).expect(201).json
        visit = self.at(f"/admin/tracking-profiles/{profile['id']}")
        button = visit.page.locator("button:has-text('Delete')")
        button.focus()
        visit.page.keyboard.press("Enter")
        visit.page.wait_for_selector("dialog[open]")
        self.assertEqual(visit.violations(), [])
        for _ in range(8):
            visit.page.keyboard.press("Tab")
            self.assertTrue(visit.page.evaluate(
                "document.activeElement === document.body || !!document.activeElement.closest('dialog')"))
        visit.page.keyboard.press("Escape")
        visit.page.wait_for_selector("dialog", state="detached")
        self.assertTrue(visit.page.evaluate("document.activeElement.textContent.includes('Delete')"))
        stack().admin.get(f"/admin/api/tracking-profiles/{profile['id']}").expect(200)
        button.click()
        visit.page.click("dialog button:has-text('Delete')")
        visit.page.wait_for_url("**/admin/tracking-profiles")
        stack().admin.get(f"/admin/api/tracking-profiles/{profile['id']}").expect(404)

    def width(self, visit, column):
        return visit.page.locator(f"th[aria-label='{column}']").bounding_box()["width"]

    def test_columns_get_wider_by_mouse_and_by_keys_and_stay_so(self):
        self.offer()
        visit = self.at("/admin/offers")
        column = visit.page.locator("th[aria-label]").first.get_attribute("aria-label")
        grip = visit.page.locator(f"th[aria-label='{column}'] .ty-grip")
        before = self.width(visit, column)
        box = grip.bounding_box()
        visit.page.mouse.move(box["x"] + 4, box["y"] + 8)
        visit.page.mouse.down()
        visit.page.mouse.move(box["x"] + 84, box["y"] + 8, steps=4)
        visit.page.mouse.up()
        wide = self.width(visit, column)
        self.assertAlmostEqual(wide, before + 80, delta=3)
        grip.focus()
        visit.page.keyboard.press("ArrowLeft")
        narrower = self.width(visit, column)
        self.assertAlmostEqual(narrower, wide - 16, delta=2)
        self.assertEqual(visit.violations(), [])
        visit.open(f"{self.base}/admin/offers")
        self.assertAlmostEqual(self.width(visit, column), narrower, delta=2)
        grip = visit.page.locator(f"th[aria-label='{column}'] .ty-grip")
        grip.focus()
        visit.page.keyboard.press("Home")
        self.assertAlmostEqual(self.width(visit, column), before, delta=24)
        self.assertEqual(visit.faults, [])

    def test_a_wide_table_on_a_phone_shows_where_it_goes_on(self):
        visit = self.at("/admin/clicks", size="phone")
        area = visit.page.locator(".ty-scroll").first
        self.assertEqual(area.get_attribute("data-more"), "right")
        area.evaluate("area => { area.scrollLeft = area.scrollWidth }")
        until(visit.page, "document.querySelector('.ty-scroll').dataset.more === 'left'")
        self.assertLessEqual(visit.overflow(), 0)

    def test_the_theme_is_remembered_and_follows_the_system_until_then(self):
        visit = self.at("/admin/offers", scheme="dark")
        theme = "document.documentElement.dataset.bsTheme"
        self.assertEqual(visit.page.evaluate(theme), "dark")
        visit.page.emulate_media(color_scheme="light")
        until(visit.page, f"{theme} === 'light'")
        visit.page.click("[data-theme-toggle]")
        self.assertEqual(visit.page.evaluate(theme), "dark")
        visit.open(f"{self.base}/admin/campaigns")
        self.assertEqual(visit.page.evaluate(theme), "dark")

    def test_landmarks_a_skip_link_and_a_way_back(self):
        visit = self.at("/admin/offers/new")
        for landmark in ("nav[aria-label=Sections]", "nav[aria-label=Breadcrumb]", "main", "header", "aside"):
            self.assertEqual(visit.page.locator(landmark).count(), 1, landmark)
        visit.page.keyboard.press("Tab")
        self.assertEqual(visit.page.evaluate("document.activeElement.textContent"), "Skip to content")
        visit.page.keyboard.press("Enter")
        self.assertTrue(visit.page.evaluate("document.activeElement.id === 'content' || location.hash === '#content'"))
        visit.page.click("nav[aria-label=Breadcrumb] a")
        visit.page.wait_for_url("**/admin/offers")

    def test_the_question_mark_leads_to_the_pages_section_of_the_help(self):
        for size in ("desktop", "phone"):
            visit = self.at("/admin/offers", size=size)
            visit.page.click("[aria-label='Help: Offers']")
            visit.page.wait_for_url("**/admin/help#offers")
            self.assertTrue(visit.page.locator("#offers:target").is_visible())
            self.assertLessEqual(visit.overflow(), 0)
            self.assertEqual(visit.violations() + visit.faults, [])
            visit.picture("help")

    def test_the_open_menu_of_a_phone_keeps_the_keyboard(self):
        visit = self.at("/admin/offers", size="phone")
        visit.page.click("[data-drawer-open]")
        self.assertTrue(visit.page.evaluate("document.activeElement.closest('.ty-rail') !== null"))
        self.assertTrue(visit.page.evaluate("document.querySelector('.ty-main').inert"))
        visit.page.keyboard.press("Escape")
        self.assertTrue(visit.page.evaluate("document.activeElement.matches('[data-drawer-open]')"))
        self.assertFalse(visit.page.evaluate("document.querySelector('.ty-main').inert"))

    def test_on_paper_there_is_only_what_is_read(self):
        visit = self.at("/admin/offers")
        visit.page.emulate_media(media="print")
        for around in (".ty-rail", ".ty-top", ".ty-actions"):
            self.assertFalse(visit.page.locator(around).first.is_visible(), around)
        self.assertTrue(visit.page.locator("main h1").is_visible())


class Weight(BrowserTest):
    """First what is seen, then what it weighs."""

    def slow(self, visit):
        session = visit.context.new_cdp_session(visit.page)
        session.send("Network.enable")
        session.send("Network.emulateNetworkConditions", {
            "offline": False, "latency": 0, "downloadThroughput": BYTES_PER_SECOND,
            "uploadThroughput": BYTES_PER_SECOND})
        session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        session.send("Network.setCacheDisabled", {"cacheDisabled": True})

    def paint(self, visit, address):
        visit.open(address)
        return visit.page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")

    def test_something_is_seen_within_a_second_on_a_slow_phone(self):
        paints = {}
        for who, path in (("admin", "/admin"), ("admin", "/admin/campaigns"), ("vendor", "/admin/licenses")):
            visit = getattr(self, who)(size="phone")
            base = stack().env["TRACKER_URL" if who == "admin" else "LICENSE_URL"]
            self.slow(visit)
            # What else the machine does is not the page's.
            paints[f"{who} {path}"] = min(self.paint(visit, base + path) for _ in range(3))
            visit.close()
        print("first contentful paint, ms:", {page: round(time) for page, time in paints.items()})
        self.assertLessEqual(max(paints.values()), FIRST_PAINT_MS, paints)

    def test_the_scripts_of_a_page_are_light(self):
        visit = self.admin()
        scripts = {}
        visit.page.on("response", lambda answer: scripts.setdefault(answer.url, answer)
                      if answer.request.resource_type == "script" else None)
        for path in ("/admin", "/admin/campaigns/new", "/admin/offers"):
            scripts.clear()
            visit.open(stack().env["TRACKER_URL"] + path)
            weight = sum(len(gzip.compress(answer.body())) for url, answer in scripts.items()
                         if not re.search("|".join(HEAVY), url))
            print(f"scripts of {path}: {weight / 1024:.1f} kB in {len(scripts)} files")
            self.assertLess(weight / 1024, SCRIPTS_KB, path)
