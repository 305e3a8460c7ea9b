"""The product catalogue, its CSV import, the product report and customers, by mouse in the dashboard."""

import json
import uuid

from harness import eventually
from harness.customers import unique
from shared import BrowserTest, stack


def csv(text):
    return {"name": "products.csv", "mimeType": "text/csv", "buffer": text.encode()}


class Products(BrowserTest):
    def setUp(self):
        self.api = stack().admin
        self.base = stack().env["TRACKER_URL"]

    def product(self, sku):
        found = self.api.get("/admin/api/products", query={"sku": sku}).expect(200).json["items"]
        return found[0] if found else None

    def check(self, admin):
        """No breach of the policy, no console error, nothing axe objects to."""
        self.assertEqual(admin.violations(), [])
        self.assertEqual(admin.faults, [])

    def test_a_product_is_added_changed_and_deleted(self):
        name = unique("shoe")
        admin = self.admin()
        page = admin.page
        admin.open(f"{self.base}/admin/products")
        page.click("text=Add product")
        page.fill("#name", name)
        page.fill("#sku", f"{name}-SKU")
        page.fill("#price", "cheap")
        page.click("button:has-text('Add product')")
        page.wait_for_selector("#price-fault")
        page.fill("#price", "59.99")
        page.fill("#category", "Footwear")
        page.fill("#image_url", "https://shop.example/shoe.jpg")
        page.click("button:has-text('Add product')")
        page.wait_for_selector(f"text={name} was added")
        product = self.product(f"{name}-SKU")
        self.assertEqual((product["price"], product["category"], product["source"]), ("59.99", "Footwear", "manual"))
        admin.open(f"{self.base}/admin/products/{product['id']}")
        self.assertEqual(page.get_attribute("text=Open the picture", "href"), "https://shop.example/shoe.jpg")
        self.assertEqual(page.locator("main img").count(), 0)
        self.check(admin)
        page.click("text=Delete")
        page.click("dialog >> text=Delete >> nth=-1")
        page.wait_for_selector(f"text={name} was deleted")
        self.assertIsNone(self.product(f"{name}-SKU"))

    def test_a_file_is_shown_before_it_changes_anything(self):
        sku = unique("file")
        admin = self.admin()
        page = admin.page
        admin.open(f"{self.base}/admin/products/import")
        page.set_input_files("#file", csv(f"sku,name,price\n{sku},Hat,free\n"))
        page.click("text=Check the file")
        page.wait_for_selector("text=Line 2: price must be a decimal amount")
        self.assertIsNone(self.product(sku))
        self.check(admin)
        admin.open(f"{self.base}/admin/products/import")
        page.set_input_files("#file", csv(f'sku,name,price,colour\n{sku},"=Hat, ""red""",9.50,red\n'))
        page.click("text=Check the file")
        page.wait_for_selector("text=What would change")
        self.assertIn("colour", page.inner_text("main"))
        self.assertIsNone(self.product(sku))
        self.check(admin)
        page.click("text=Import 1 products")
        page.wait_for_selector("text=1 added, 0 changed")
        self.assertEqual(self.product(sku)["name"], '=Hat, "red"')
        with page.expect_download() as download:
            page.click("text=Export CSV")
        text = open(download.value.path(), encoding="utf-8", newline="").read()
        self.assertIn(f"{sku},\"'=Hat, \"\"red\"\"\",9.50", text)
        admin.open(f"{self.base}/admin/products/import")
        page.set_input_files("#file", csv(text))
        page.click("text=Check the file")
        page.wait_for_selector("text=Nothing would change")

    def test_what_was_sold_and_who_bought_it(self):
        name = unique("bag")
        offer = self.api.post("/admin/api/offers", {
            "name": name, "url": "https://shop.example/", "currency": "USD"}).expect(201).json
        campaign = self.api.post("/admin/api/campaigns", {
            "name": name, "slug": name, "offer_id": offer["id"], "cost_model": "none"}).expect(201).json
        self.api.post("/admin/api/products", {
            "name": name, "sku": name, "price": "20", "category": name}).expect(201)
        tracker = stack().tracker
        click = tracker.get(f"/c/{name}").expect(302).cookie("_tly_click")
        body = {"event": "purchase", "event_id": uuid.uuid4().hex, "click_id": click, "data": {
            "order_id": name, "revenue": 45, "currency": "USD",
            "products": [{"name": "Bag", "sku": name, "price": 20, "qty": 2}]}}
        tracker.request("POST", "/api/pixel", body=json.dumps(body).encode(), headers={
            "Content-Type": "text/plain"}).expect(200)
        eventually(lambda: self.api.get("/admin/api/products/report", query={
            "campaign_id": campaign["id"]}).json["items"], what="the line")

        for size, scheme in (("desktop", "light"), ("phone", "dark")):
            admin = self.admin(size=size, scheme=scheme)
            page = admin.page
            admin.open(f"{self.base}/admin/products/report?campaign_id={campaign['id']}")
            text = page.inner_text("main")
            self.assertIn("$40.00", text)
            self.assertIn("$45.00", text)
            self.check(admin)
            page.click("nav[aria-label=Rows] >> text=Categories")
            page.click(f"main table >> text={name}")
            page.wait_for_url("**category=*")
            self.assertIn("$40.00", page.inner_text("main"))

            admin.open(f"{self.base}/admin/customers?campaign_id={campaign['id']}")
            self.assertIn("$45.00", page.inner_text("main"))
            self.check(admin)
            page.click("main tbody th a")
            page.wait_for_selector("text=Journey")
            self.assertIn("2 × Bag", page.inner_text("main"))
            self.check(admin)
            page.click("text=Customers >> nth=-1")
            admin.open(f"{self.base}/admin/customers/cohorts")
            self.assertIn("First month", page.inner_text("main"))
            page.click("text=LTV so far")
            page.wait_for_url("**show=value*")
            self.check(admin)
