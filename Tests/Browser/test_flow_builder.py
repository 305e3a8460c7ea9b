"""A flow built by mouse, others by keyboard alone; the conflicts they make; a simulated visitor; a source."""

import itertools
import secrets

from shared import BrowserTest, stack

numbers = itertools.count(1)


class FlowBuilder(BrowserTest):
    def campaign(self, **fields):
        name = f"builder-{next(numbers)}-{secrets.token_hex(3)}"
        wanted = {"name": name, "slug": name, "cost_model": "none"} | fields
        return stack().admin.post("/admin/api/campaigns", wanted).expect(201).json

    def offer(self):
        name = f"Offer {secrets.token_hex(3)}"
        wanted = {"name": name, "url": "https://shop.example.org/", "payout": "1.00", "currency": "USD"}
        return stack().admin.post("/admin/api/offers", wanted).expect(201).json

    def address(self, path):
        return f"{stack().env['TRACKER_URL']}/admin{path}"

    def flows(self, campaign):
        return stack().admin.items(f"/admin/api/campaigns/{campaign['id']}/flows")

    def assert_sound(self, visit):
        self.assertEqual(visit.faults, [])
        self.assertEqual(visit.violations(), [])

    def test_a_flow_is_built_by_mouse_and_its_conflict_is_seen(self):
        campaign, offer = self.campaign(), self.offer()
        visit = self.admin()
        page = visit.page
        visit.open(self.address(f"/campaigns/{campaign['id']}/flows/new"))
        page.fill("#name", "Everybody")
        page.select_option("#type", "forced")
        page.locator("[data-item]").last.select_option(str(offer["id"]))
        page.select_option("#binding", "offer")
        page.click("form.ty-form .btn-primary")
        page.wait_for_url("**/campaigns/*")
        self.assertIn("is forced and has no filters", page.inner_text("[aria-label=Conflicts]"))
        self.assertIn("Same offer for 24 hours", page.inner_text("main"))
        self.assert_sound(visit)

        page.click("th a:text-is('Everybody')")
        page.wait_for_url("**/flows/*")
        page.select_option("[data-filter-field]", "country")
        self.assertEqual(page.locator("[data-filter-op] option[value=contains]").get_attribute("disabled"), "")
        values = page.locator("[data-filter-values]").first
        values.fill("US")
        values.press_sequentially(", ")
        offered = page.eval_on_selector_all("#values-live option", "found => found.map(option => option.value)")
        self.assertIn("US, DE", offered)
        values.press_sequentially("DE")
        self.assert_sound(visit)
        page.click("form.ty-form .btn-primary")
        page.wait_for_url("**/campaigns/*")
        self.assertIn("Country is US or DE", page.inner_text("main"))
        self.assertEqual(self.flows(campaign)[0]["filters"][0]["values"], ["US", "DE"])

    def test_a_flow_is_built_moved_copied_and_paused_by_keyboard(self):
        campaign, offer = self.campaign(offer_id=self.offer()["id"]), self.offer()
        visit = self.admin()
        page = visit.page

        def tab_to(selector, key="Tab"):
            for _ in range(120):
                if page.evaluate("selector => document.activeElement.matches(selector)", selector):
                    return
                page.keyboard.press(key)
            self.fail(f"the Tab key does not reach {selector}")

        for name in ("First", "Second"):
            visit.open(self.address(f"/campaigns/{campaign['id']}/flows/new"))
            tab_to("#name")
            page.keyboard.type(name)
            tab_to("#type")
            page.keyboard.type("Reg")
            tab_to("[data-filter-field]")
            page.keyboard.type("Language")
            tab_to("[data-filter-values]")
            page.keyboard.type("de")
            tab_to("#offers [data-item]")
            page.keyboard.type(offer["name"])
            tab_to(".card-footer .btn-primary")
            page.keyboard.press("Enter")
            page.wait_for_url(lambda found: "/flows/" not in found)
        self.assertEqual([flow["name"] for flow in self.flows(campaign)], ["First", "Second"])
        self.assertIn("identical filters", page.inner_text("[aria-label=Conflicts]"))

        tab_to("[aria-label='Move Second up']")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=was moved up")
        self.assertEqual([flow["name"] for flow in self.flows(campaign)], ["Second", "First"])
        # The row that was moved is where the Tab key goes on.
        page.keyboard.press("Tab")
        self.assertIn("Second", page.evaluate("document.activeElement.closest('tr')?.textContent ?? ''"))
        tab_to("[aria-label='Duplicate Second']")
        page.keyboard.press("Enter")
        page.wait_for_url("**/flows/*")
        copy = self.flows(campaign)[1]
        self.assertEqual((copy["name"], copy["active"]), ("Second (copy)", False))
        self.assert_sound(visit)

    def test_a_visitor_is_simulated(self):
        offer, other = self.offer(), self.offer()
        campaign = self.campaign(offer_id=other["id"])
        stack().admin.post(f"/admin/api/campaigns/{campaign['id']}/flows", {
            "name": "Germans", "type": "forced", "weight": 100,
            "filters": [{"field": "country", "op": "equals", "values": ["DE"]}],
            "offers": [{"id": offer["id"], "weight": 1}],
        }).expect(201)
        for size in ("desktop", "phone"):
            visit = self.admin(size=size)
            page = visit.page
            visit.open(self.address(f"/campaigns/{campaign['id']}"))
            page.click("text=Simulate")
            page.wait_for_url("**/simulate*")
            page.fill("#country", "DE")
            page.fill("#draws", "50")
            page.keyboard.press("Enter")
            page.wait_for_url("**country=DE*")
            self.assertIn(offer["name"], page.inner_text("main"))
            self.assertIn("All filters match", page.inner_text("main"))
            page.fill("#country", "FR")
            page.keyboard.press("Enter")
            page.wait_for_url("**country=FR*")
            self.assertIn("Not met: Country is DE", page.inner_text("main"))
            self.assertIn(other["name"], page.inner_text("main"))
            self.assertLessEqual(visit.overflow(), 0)
            visit.picture(f"simulate-{size}")
            self.assert_sound(visit)

    def test_a_source_is_filled_in_by_its_platform_without_scripts(self):
        visit = self.admin(javascript=False)
        page = visit.page
        visit.open(self.address("/sources/new"))
        page.click("text=RichAds")
        page.wait_for_url("**template=richads")
        page.fill("#name", f"Rich {secrets.token_hex(3)}")
        page.click("form.ty-form .btn-primary")
        page.wait_for_url("**/sources/*")
        self.assertIn("cost=[BID_PRICE]", page.input_value("#source-query"))
        self.assertIn("xml.auxml.com", page.input_value("#source-postback"))

    def test_the_source_pages_are_sound(self):
        visit = self.admin()
        for path in ("/sources/new", "/sources", "/sources/archived", "/offers/new"):
            visit.open(self.address(path))
            visit.picture(path.strip("/").replace("/", "-"))
            self.assert_sound(visit)
            self.assertLessEqual(visit.overflow(), 0)
