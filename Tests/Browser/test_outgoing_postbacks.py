"""The postback builder, and the log of postbacks out with its dead letters."""

from harness import eventually
from harness.customers import unique
from shared import BrowserTest, stack


class PostbackBuilder(BrowserTest):
    def setUp(self):
        self.api = stack().admin
        self.base = stack().env["TRACKER_URL"]
        self.network = self.api.post("/admin/api/networks", {"name": unique("Network")}).expect(201).json

    def await_url(self, page, holds):
        eventually(lambda: holds(page.input_value("#built-url")), within=30, what="the new URL")

    def test_the_url_is_built_as_one_types(self):
        admin = self.admin()
        page = admin.page
        admin.open(f"{self.base}/admin/networks/postback-builder")
        page.select_option("#template", "cake")
        self.await_url(page, lambda url: "click_id=#s2#" in url)
        page.select_option("#network_id", str(self.network["id"]))
        self.await_url(page, lambda url: f"/postback/{self.network['postback_key']}?" in url)
        page.uncheck("[name=use_payout]")
        self.await_url(page, lambda url: "payout=" not in url)
        page.fill("[name=macro_txid]", "#tid#")
        self.await_url(page, lambda url: "txid=#tid#" in url)
        self.assertIn("s2={click_id}", page.input_value("#offer-parameter"))
        self.assertEqual(admin.violations(), [])
        self.assertEqual(admin.faults, [])

    def test_it_works_without_scripts_and_explains_a_test(self):
        admin = self.admin(javascript=False)
        page = admin.page
        admin.open(f"{self.base}/admin/networks/postback-builder?network_id={self.network['id']}")
        page.check("[name=use_status]")
        page.click("button:has-text('Build')")
        self.assertIn("status={status}", page.input_value("#built-url"))
        page.fill("#test_click_id", "01900000-0000-7000-8000-000000000000")
        page.click("button:has-text('Send a test')")
        self.assertIn("No click has this id", page.inner_text("main"))
        newest = self.api.get("/admin/api/clicks", query={"limit": "1"}).json["items"][0]["id"]
        before = len(self.api.items("/admin/api/conversions", click_id=newest))
        page.fill("#test_click_id", newest)
        page.click("button:has-text('Send a test')")
        self.assertIn("The click was found", page.inner_text("main"))
        self.assertEqual(len(self.api.items("/admin/api/conversions", click_id=newest)), before)


class OutgoingPostbacks(BrowserTest):
    def setUp(self):
        self.api = stack().admin
        self.base = stack().env["TRACKER_URL"]

    def dead_letter(self):
        """One that can never be delivered: to a private address."""
        source = self.api.post("/admin/api/sources", {
            "name": unique("Source"), "postback_url": "http://10.1.2.3/?id={external_id}"}).expect(201).json
        name = unique("told")
        campaign = self.api.post("/admin/api/campaigns", {
            "name": name, "slug": name, "source_id": source["id"]}).expect(201).json
        offer = self.api.post("/admin/api/offers", {
            "name": name, "url": "https://shop.example.org/", "payout": "5.00", "currency": "USD"}).expect(201).json
        self.api.post(f"/admin/api/campaigns/{campaign['id']}/flows", {
            "name": "all", "type": "default", "weight": 100, "filters": [], "binding": "none", "active": True,
            "landings": [], "offers": [{"id": offer["id"], "weight": 100}]}).expect(201)
        public = stack().tracker
        answer = eventually(
            lambda: next(
                (hit for hit in [public.get(f"/c/{name}", query={"click_id": "x1"})] if hit.status == 302), None),
            within=30, what="the campaign being live")
        public.get("/postback", query={"click_id": answer.cookie("_tly_click"), "payout": "5"}).expect(200)
        dead = eventually(
            lambda: next(iter(self.api.items("/admin/api/deliveries", source_id=source["id"], state="dead")), None),
            within=60, what="the dead letter")
        return source, dead

    def test_a_dead_letter_says_why_and_is_sent_again(self):
        source, dead = self.dead_letter()
        admin = self.admin()
        page = admin.page
        admin.open(f"{self.base}/admin/deliveries?source_id={source['id']}")
        self.assertIn("Dead letter", page.inner_text("table"))
        self.assertEqual(admin.violations(), [])
        page.click("table tbody th a")
        page.wait_for_selector("#delivery-url")
        self.assertIn("private address", page.inner_text("main"))
        self.assertEqual(page.input_value("#delivery-url"), "http://10.1.2.3/?id=x1")
        self.assertEqual(admin.violations(), [])
        page.click("button:has-text('Retry')")
        page.wait_for_selector("text=It is sent again")
        eventually(
            lambda: self.api.get(f"/admin/api/deliveries/{dead['id']}").json["state"] == "dead", within=60,
            what="the second end")
        admin.open(f"{self.base}/admin/deliveries?source_id={source['id']}")
        page.click("text=Retry dead letters")
        page.click("dialog button:has-text('Send again')")
        page.wait_for_selector("text=One postback is sent again")
        self.assertEqual(admin.faults, [])

    def test_a_source_shows_and_gets_postbacks(self):
        body = {"name": unique("Source"), "template": "exoclick"}
        source = self.api.post("/admin/api/sources", body).expect(201).json
        admin = self.admin()
        page = admin.page
        admin.open(f"{self.base}/admin/sources/{source['id']}")
        self.assertIn("Put your GOAL in", page.inner_text("main"))
        page.click("a:has-text('Add postback')")
        page.fill("#url", "https://two.example.org/?id={external_id}")
        page.check("[name=statuses][value=lead]")
        page.select_option("[name='success.kind']", "json")
        page.fill("[name='success.path']", "code")
        page.fill("[name='success.value']", "0")
        self.assertEqual(admin.violations(), [])
        page.click("button:has-text('Add postback')")
        page.wait_for_selector("text=The postback was added")
        rows = self.api.items(f"/admin/api/sources/{source['id']}/postbacks")
        self.assertEqual(rows[1]["success"], {"kind": "json", "path": "code", "value": "0"})
        self.assertEqual(rows[1]["statuses"], ["lead", "sale"])
        self.assertEqual(admin.violations(), [])
        self.assertEqual(admin.faults, [])
