"""The command palette, the search behind it, and the keys: on both servers, with the keyboard alone."""

import urllib.parse

from harness.customers import Vendor, unique
from shared import BrowserTest, stack


class Palette(BrowserTest):
    def path(self, visit):
        return urllib.parse.urlsplit(visit.page.url).path

    def tracker(self, path="/admin", **options):
        visit = self.admin(**options)
        visit.open(stack().env["TRACKER_URL"] + path)
        return visit

    def open_palette(self, visit):
        visit.page.keyboard.press("Control+k")
        visit.page.wait_for_selector(".ty-palette[open]")

    def test_a_page_is_reached_by_a_few_letters(self):
        visit = self.tracker()
        self.open_palette(visit)
        self.assertEqual(visit.violations(), [])
        visit.picture("palette")
        visit.page.keyboard.type("traff so")
        visit.page.wait_for_selector("[role=option][aria-selected=true]:has-text('Traffic Sources')")
        visit.page.keyboard.press("Enter")
        visit.page.wait_for_url("**/admin/sources")
        self.assertEqual(visit.faults, [])

    def test_a_campaign_is_found_by_its_name_and_a_click_by_its_id(self):
        name = unique("palette")
        campaign = stack().admin.post("/admin/api/campaigns", {"name": name, "slug": name}).expect(201).json
        click = stack().admin.get("/admin/api/clicks", query={"limit": 1}).expect(200).json["items"][0]["id"]
        visit = self.tracker("/admin/offers")
        for typed, path in ((name, f"/admin/campaigns/{campaign['id']}"), (click, f"/admin/clicks/{click}")):
            self.open_palette(visit)
            visit.page.keyboard.type(typed)
            visit.page.wait_for_selector(f"[role=option]:has-text('{typed}')")
            visit.page.keyboard.press("Enter")
            visit.page.wait_for_url(f"**{path}")
        self.assertEqual(visit.faults, [])

    def test_arrows_choose_escape_closes_and_the_focus_goes_back(self):
        visit = self.tracker("/admin/offers")
        visit.page.focus("[data-theme-toggle]")
        self.open_palette(visit)
        first = visit.page.inner_text("[role=option][aria-selected=true]")
        visit.page.keyboard.press("ArrowDown")
        self.assertNotEqual(visit.page.inner_text("[role=option][aria-selected=true]"), first)
        active = visit.page.get_attribute(".ty-palette-field", "aria-activedescendant")
        self.assertEqual(visit.page.get_attribute(f"#{active}", "aria-selected"), "true")
        visit.page.keyboard.press("Escape")
        visit.page.wait_for_selector(".ty-palette", state="detached")
        self.assertTrue(visit.page.evaluate("document.activeElement.matches('[data-theme-toggle]')"))

    def test_nothing_found_is_said_and_so_is_a_search_that_fails(self):
        visit = self.tracker("/admin/offers")
        self.open_palette(visit)
        visit.page.keyboard.type("zzqqxx-none")
        visit.page.wait_for_selector("text=Nothing found for")
        visit.page.route("**/search/suggestions*", lambda route: route.abort())
        visit.page.keyboard.type("1")
        visit.page.wait_for_selector("text=The search did not answer")

    def test_go_keys_lead_to_pages_but_not_while_one_types(self):
        visit = self.tracker("/admin/offers")
        visit.page.keyboard.press("g")
        visit.page.keyboard.press("c")
        visit.page.wait_for_url("**/admin/campaigns")
        visit.page.keyboard.press("/")
        self.assertTrue(visit.page.evaluate("document.activeElement.type === 'search'"))
        visit.page.keyboard.type("go")
        self.assertEqual(visit.page.input_value("main input[type=search]"), "go")
        self.assertEqual(self.path(visit), "/admin/campaigns")

    def test_the_list_of_keys_and_switching_them_off(self):
        visit = self.tracker("/admin/offers")
        visit.page.keyboard.press("?")
        visit.page.wait_for_selector("dialog.ty-shortcuts[open]")
        self.assertEqual(visit.violations(), [])
        self.assertIn("Campaigns", visit.page.inner_text("dialog.ty-shortcuts"))
        visit.picture("shortcuts")
        visit.page.uncheck("dialog.ty-shortcuts input[role=switch]")
        visit.page.keyboard.press("Escape")
        visit.page.wait_for_selector("dialog.ty-shortcuts", state="detached")
        visit.page.keyboard.press("g")
        visit.page.keyboard.press("c")
        visit.page.keyboard.press("?")
        visit.page.wait_for_selector("dialog.ty-shortcuts[open]")
        self.assertEqual(self.path(visit), "/admin/offers")

    def test_without_scripts_the_button_leads_to_the_search(self):
        visit = self.tracker("/admin/offers", javascript=False)
        visit.page.click("[data-palette]")
        visit.page.wait_for_url("**/admin/search")
        visit.page.fill("main input[name=q]", "a@b")
        visit.page.press("main input[name=q]", "Enter")
        visit.page.wait_for_selector("text=Nothing found")

    def test_the_vendors_staff_find_a_customer(self):
        email = f"{unique('found')}@example.com"
        customer = Vendor(stack()).client.post("/api/customers", {"email": email}).expect(201).json
        visit = self.vendor()
        visit.open(f"{stack().env['LICENSE_URL']}/admin/licenses")
        self.open_palette(visit)
        visit.page.keyboard.type(email[:14])
        visit.page.wait_for_selector(f"[role=option]:has-text('{email}')")
        self.assertEqual(visit.violations(), [])
        visit.page.keyboard.press("Enter")
        visit.page.wait_for_url(f"**/admin/customers/{customer['id']}")
        self.assertEqual(visit.faults, [])

    def test_on_a_phone_it_opens_by_its_button(self):
        visit = self.tracker("/admin/offers", size="phone")
        visit.page.click("[data-palette]")
        visit.page.wait_for_selector(".ty-palette[open]")
        self.assertLessEqual(visit.overflow(), 0)
        self.assertEqual(visit.violations(), [])
        visit.page.click(".ty-palette >> text=Close")
        visit.page.wait_for_selector(".ty-palette", state="detached")
