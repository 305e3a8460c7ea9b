"""Conversions by mouse: the modal, changes of one and many, the review queue; on a desk and on a phone."""

from harness.customers import unique
from harness.waiting import eventually
from pages import SIZES
from shared import BrowserTest, stack


class Conversions(BrowserTest):
    @classmethod
    def setUpClass(cls):
        cls.api, cls.base = stack().admin, stack().env["TRACKER_URL"]
        name = unique("conversions")
        cls.offer = cls.api.post("/admin/api/offers", {
            "name": name, "url": "https://shop.example.org/", "payout": "10.00", "currency": "USD"}).expect(201).json
        cls.campaign = cls.api.post("/admin/api/campaigns", {
            "name": name, "slug": name, "offer_id": cls.offer["id"]}).expect(201).json
        eventually(lambda: cls.visit_link(test="1").status != 404, within=10, what="the new campaign being live")

    @classmethod
    def visit_link(cls, **query):
        return stack().tracker.get(f"/c/{cls.campaign['slug']}", query=query)

    def conversion(self, **more):
        click = self.visit_link().expect(302).cookie("_tly_click")
        answer = stack().tracker.get("/postback", query={"click_id": click, "payout": "7.25"} | more).expect(200)
        return answer.headers["X-Conversion-Id"]

    def read(self, conversion):
        return self.api.get(f"/admin/api/conversions/{conversion}").expect(200).json

    def list(self, visit, path="/admin/conversions"):
        visit.open(f"{self.base}{path}?campaign_id={self.campaign['id']}")
        return visit.page

    def assert_sound(self, visit):
        self.assertEqual(visit.violations(), [])
        self.assertEqual(visit.faults, [])
        self.assertLessEqual(visit.overflow(), 0)

    def test_the_modal_shows_all_and_changes_the_status(self):
        for size in SIZES:
            with self.subTest(size):
                conversion = self.conversion(status="pending", txid=unique("order"))
                visit = self.admin(size=size)
                page = self.list(visit)
                self.assert_sound(visit)
                link = page.locator(f"a[data-modal][href$='{conversion}']")
                link.click()
                page.wait_for_selector("dialog[open]")
                text = page.inner_text("dialog")
                for words in ("Pending", "$7.25", "The click's id", "History", "postback"):
                    self.assertIn(words, text)
                visit.picture("conversion-modal")
                self.assert_sound(visit)
                page.keyboard.press("Escape")
                page.wait_for_selector("dialog", state="detached")
                self.assertTrue(link.evaluate("link => link === document.activeElement"))
                link.click()
                page.select_option("dialog #new-status", "sale")
                page.fill("dialog #status-note", "Paid by card")
                page.click("dialog button:has-text('Change status')")
                page.wait_for_selector("text=The conversion is now “Sale”")
                self.assertIn("campaign_id=", page.url)
                found = self.read(conversion)
                self.assertEqual((found["status"], found["scheme_status"]), ("sale", "sale"))
                self.assertEqual(found["history"][0]["note"], "Paid by card")

    def test_many_are_chosen_and_changed(self):
        for size in SIZES:
            with self.subTest(size):
                conversions = [self.conversion() for _ in range(3)]
                visit = self.admin(size=size)
                page = self.list(visit)
                button = page.locator("[data-bulk-button]")
                self.assertTrue(button.is_disabled())
                for conversion in conversions[:2]:
                    page.check(f"input[name=ids][value='{conversion}']")
                self.assertEqual(page.inner_text("[data-selected]"), "2 selected")
                visit.picture("conversions-selected")
                page.select_option("#bulk-status", "refunded")
                page.fill("#bulk-note", "Returned")
                self.assert_sound(visit)
                button.click()
                page.wait_for_selector("text=2 changed.")
                self.assertEqual(
                    [self.read(conversion)["scheme_status"] for conversion in conversions],
                    ["refunded", "refunded", "sale"])
                # What can't be changed is named.
                page.check(f"input[name=ids][value='{conversions[0]}']")
                page.select_option("#bulk-status", "sale")
                page.click("[data-bulk-button]")
                page.wait_for_selector("text=cannot become “Sale”")
                self.assert_sound(visit)

    def test_all_of_a_page_at_once(self):
        conversions = [self.conversion() for _ in range(2)]
        visit = self.admin()
        page = self.list(visit)
        page.check("[data-select-all]")
        count = page.locator("[data-select]").count()
        self.assertEqual(page.inner_text("[data-selected]"), f"{count} selected")
        page.uncheck(f"input[name=ids][value='{conversions[0]}']")
        self.assertTrue(page.evaluate("document.querySelector('[data-select-all]').indeterminate"))
        page.check("[data-select-all]")
        page.uncheck("[data-select-all]")
        self.assertEqual(page.inner_text("[data-selected]"), "None selected")
        self.assertEqual(visit.faults, [])

    def test_the_review_queue(self):
        rule = self.api.post("/admin/api/approval-rules", {"offer_id": self.offer["id"], "approval": "manual"})
        rule = rule.expect(201).json
        try:
            for size in SIZES:
                with self.subTest(size):
                    conversions = [self.conversion() for _ in range(3)]
                    visit = self.admin(size=size)
                    page = self.list(visit, "/admin/conversions/reviews")
                    self.assertGreaterEqual(int(page.text_content(".ty-count").strip(", +")), 3)
                    visit.picture("review-queue")
                    self.assert_sound(visit)
                    page.check(f"input[name=ids][value='{conversions[0]}']")
                    page.click("button[value=reject]")
                    page.wait_for_selector("text=Reason is required")
                    page.check(f"input[name=ids][value='{conversions[0]}']")
                    page.fill("#bulk-reason", "Same phone number")
                    page.click("button[value=reject]")
                    page.wait_for_selector("text=1 changed.")
                    page.check("[data-select-all]")
                    page.click("button[value=approve]")
                    page.wait_for_selector("text=2 changed.")
                    found = [self.read(conversion) for conversion in conversions]
                    self.assertEqual([one["review"] for one in found], ["rejected", "approved", "approved"])
                    self.assertEqual(found[0]["history"][0]["note"], "Same phone number")
                    self.assertEqual(visit.faults, [])
        finally:
            self.api.delete(f"/admin/api/approval-rules/{rule['id']}").expect(204)

    def test_without_scripts_it_is_a_page_and_forms(self):
        conversion = self.conversion()
        visit = self.admin(javascript=False)
        page = self.list(visit)
        page.check(f"input[name=ids][value='{conversion}']")
        page.select_option("#bulk-status", "chargeback")
        page.click("[data-bulk-button]")
        page.wait_for_selector("text=1 changed.")
        page.click(f"a[href$='{conversion}']")
        page.wait_for_url(f"**/admin/conversions/{conversion}")
        self.assertIn("Chargeback", page.inner_text("main"))
