"""Publishers, their rules and statements, by mouse in the dashboard."""

import datetime

from harness.customers import unique
from shared import BrowserTest, stack


class Publishers(BrowserTest):
    def setUp(self):
        self.api = stack().admin
        self.base = stack().env["TRACKER_URL"]

    def find(self, noun, name):
        return next(row for row in self.api.items(f"/admin/api/{noun}") if row["name"] == name)

    def test_from_the_publisher_to_the_paid_statement(self):
        name = unique("publisher")
        admin = self.admin()
        page = admin.page
        admin.open(f"{self.base}/admin/publishers")
        page.click("text=Add publisher")
        page.fill("#name", name)
        page.fill("#email", "not an address")
        page.click("button:has-text('Add publisher')")
        page.wait_for_selector("#email-fault")
        page.fill("#email", "ana@example.com")
        page.select_option("#schedule", "weekly")
        page.fill("#net_days", "7")
        page.click("button:has-text('Add publisher')")
        page.wait_for_selector(f"text={name} was added")
        publisher = self.find("publishers", name)
        self.assertEqual((publisher["schedule"], publisher["net_days"]), ("weekly", 7))
        self.assertEqual(page.input_value("#publisher-parameter"), f"pub={publisher['id']}")

        admin.open(f"{self.base}/admin/commission-rules/new")
        page.fill("#name", name)
        page.select_option("#publisher_id", str(publisher["id"]))
        page.select_option("#model", "hybrid")
        page.fill("#amount", "2.50")
        page.fill("#percent", "10")
        page.select_option("#tier_basis", "count")
        page.fill("[name=tier_after]", "1")
        page.fill("[name=tier_amount]", "5")
        page.fill("[name=tier_percent]", "20")
        page.click("button:has-text('Add commission rule')")
        page.wait_for_selector(f"text={name} was added")
        rule = self.find("commission-rules", name)
        self.assertEqual(rule["tiers"], [{"after": 1, "amount": "5.00", "percent": "20.00"}])

        offer = self.api.post("/admin/api/offers", {
            "name": name, "url": "https://shop.example/", "currency": "USD"}).expect(201).json
        slug = unique("pub")
        self.api.post("/admin/api/campaigns", {"name": slug, "slug": slug, "offer_id": offer["id"]}).expect(201)
        tracker = stack().tracker
        for _ in range(2):
            click = tracker.get(f"/c/{slug}?pub={publisher['id']}").expect(302).cookie("_tly_click")
            tracker.get(f"/postback?click_id={click}&payout=10").expect(200)

        admin.open(f"{self.base}/admin/publishers/{publisher['id']}")
        today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
        page.fill("#to", today)
        page.click("text=Make statement >> nth=-1")
        page.wait_for_url("**/admin/payouts/*")
        self.assertIn("$10.50", page.inner_text("main"))
        self.assertIn("tier 1", page.inner_text("main"))
        with page.expect_download() as download:
            page.click("text=CSV")
        self.assertTrue(download.value.suggested_filename.endswith(".csv"))
        page.click("text=Lock statement")
        page.click("dialog >> text=Lock >> nth=-1")
        page.wait_for_selector("text=The statement is locked.")
        page.fill("#reference", "SEPA 7")
        page.click("text=Mark as paid")
        page.wait_for_selector("text=marked as paid")
        admin.open(f"{self.base}/admin/payouts?state=paid&publisher_id={publisher['id']}")
        self.assertIn("SEPA 7", page.inner_text("main"))
        self.assertEqual(admin.violations(), [])
        self.assertEqual(admin.faults, [])

    def test_a_conversion_type_is_added_and_a_predefined_one_stays(self):
        title = unique("Trial")
        admin = self.admin()
        page = admin.page
        admin.open(f"{self.base}/admin/conversion-types/new")
        page.fill("#name", title)
        page.fill("#title", title)
        page.check("#counts_as_conversion")
        page.click("button:has-text('Add conversion type')")
        page.wait_for_selector("text=was added")
        types = self.api.items("/admin/api/conversion-types")
        made = next(row for row in types if row["title"] == title)
        self.assertTrue(made["counts_as_conversion"] and made["earns_revenue"])
        sale = next(row for row in types if row["name"] == "sale")
        admin.open(f"{self.base}/admin/conversion-types/{sale['id']}")
        page.uncheck("#earns_revenue")
        page.click("text=Save changes")
        page.wait_for_selector("#counts_as_conversion-fault")
        self.assertEqual(admin.violations(), [])
