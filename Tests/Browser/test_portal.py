"""Somebody buys a licence, runs a tracker on it and takes a bigger plan, all in a browser."""

import email
import email.policy
import re
import secrets

from harness import eventually
from harness.customers import unique
from shared import BrowserTest, stack


class Portal(BrowserTest):
    def setUp(self):
        self.email = f"{unique('buyer')}@example.com"
        self.portal = self.visit()

    # --- what people do ---

    def link(self, kind):
        """The newest address of that kind in a mail to the buyer."""
        def newest():
            texts = []
            for raw in stack().mails():
                mail = email.message_from_string(raw, policy=email.policy.default)
                if self.email in str(mail["To"]):
                    texts.append(mail.get_body(("plain",)).get_content())
            found = [re.search(rf"http\S+/portal/{kind}/\S+", text) for text in texts]
            return [match.group() for match in found if match][-1:]
        return eventually(newest, what=f"a mail with a {kind} link")[0]

    def order(self, plan):
        page = self.portal.page
        self.portal.open(f"{stack().env['LICENSE_URL']}/portal/sign-up?plan={plan}")
        page.fill("input[name=name]", "Ada Lovelace")
        page.fill("input[name=email]", self.email)
        page.click("main button.btn-primary")
        page.wait_for_url("**/portal/checkout/**")
        self.assertIn("Please transfer", page.inner_text("main"))
        self.portal.picture("portal-checkout")
        return re.search(r"\d{4}-\d{6}", page.inner_text("main")).group()

    def mark_paid(self, number):
        staff = self.vendor().page
        staff.goto(f"{stack().env['LICENSE_URL']}/admin/invoices")
        staff.fill(f"input[aria-label='Reference of the payment of {number}']", "wire 4711")
        staff.press(f"input[aria-label='Reference of the payment of {number}']", "Enter")
        staff.wait_for_selector(f"text=Invoice {number} is paid.")

    def sign_in(self):
        self.portal.open(self.link("link"))
        self.portal.page.click("main button")
        self.portal.page.wait_for_url("**/portal")

    def reveal(self):
        page = self.portal.page
        page.click("text=Manage")
        page.click("text=Show the key")
        key = page.input_value("input[id^='license-key-']")
        self.assertRegex(key, r"^[0-9a-f-]{36}$")
        self.assertIn(key, page.input_value("#install-command"))
        self.portal.picture("portal-licence")
        return key

    def tracker(self):
        """A new tenant's admin, in a browser of their own. Browsers find *.localhost here."""
        env = stack().env
        slug, password = unique("portal"), secrets.token_urlsafe(18)
        domain = f"{slug}.localhost"
        key = stack().license.signed_in(env["VENDOR_EMAIL"], env["VENDOR_PASSWORD"], "/api/login").post(
            "/api/licenses", {"plan": "starter", "customer_email": f"{slug}@example.com"}).expect(201).json["key"]
        stack().tracker.but(token=env["CONTROL_TOKEN"]).post("/control/v1/tenants", {
            "slug": slug, "name": slug, "license_key": key, "domains": [domain],
            "admin": {"email": f"admin@{slug}.example.com", "password": password}}).expect(201)
        port = env["TRACKER_URL"].rsplit(":", 1)[1]
        self.tracker_url = f"http://{domain}:{port}"
        return self.visit().sign_in(f"{self.tracker_url}/admin/login", f"admin@{slug}.example.com", password)

    # --- what is tested ---

    def test_from_sign_up_to_the_features_of_a_bigger_plan(self):
        self.mark_paid(self.order("starter"))
        self.sign_in()
        key = self.reveal()

        tracker = self.tracker()
        tracker.open(f"{self.tracker_url}/admin/license")
        tracker.page.fill("input[name=license_key]", key)
        tracker.page.press("input[name=license_key]", "Enter")
        tracker.page.wait_for_selector("text=The Starter plan is active.")
        self.assertIn("Needs Pro", tracker.page.inner_text("main"))

        page = self.portal.page
        page.reload()
        self.assertIn("Active", page.inner_text("table"))
        page.click("text=Plan and renewal")
        page.select_option("select[name=change]", "pro.month")
        page.click("text=See what would happen")
        preview = page.inner_text("main")
        for part in ("Starter → Pro", "Due now", "79.00 USD a month", "You get"):
            self.assertIn(part, preview)
        self.assertEqual(self.portal.violations(), [])
        self.portal.picture("portal-plan-change")
        page.click("text=Change to Pro")
        page.wait_for_url("**/portal/invoices/**")
        self.assertIn("Please pay", page.inner_text("main"))
        self.portal.picture("portal-invoice")

        tracker.page.click("text=Refresh now")
        tracker.page.wait_for_selector(".ty-plan:has-text('Pro')")
        self.assertNotIn("Needs Pro", tracker.page.inner_text("main"))
        tracker.open(f"{self.tracker_url}/admin/blacklist")
        self.assertNotIn("plan has it", tracker.page.inner_text("main"))
        self.assertEqual(tracker.faults + self.portal.faults, [])

    def test_every_page_of_the_portal_works_on_a_phone_and_for_screen_readers(self):
        self.mark_paid(self.order("pro"))
        self.sign_in()
        address = self.link("link")
        pages = ["", "/invoices", "/billing", "/team", "/account", "/account/two-factor", "/downloads", "/help"]
        cookies = self.portal.context.cookies()
        phone = self.visit(size="phone", scheme="dark")
        phone.context.add_cookies(cookies)
        for path in pages:
            with self.subTest(path or "/"):
                phone.open(f"{address.split('/portal/')[0]}/portal{path}")
                self.assertNotIn("/login", phone.page.url)
                self.assertEqual(phone.violations(), [])
                self.assertLessEqual(phone.overflow(), 0)
        self.assertEqual(phone.faults, [])

    def test_a_password_is_set_and_signs_in(self):
        self.mark_paid(self.order("pro"))
        self.sign_in()
        page = self.portal.page
        page.goto(f"{page.url.rstrip('/')}/account")
        page.fill("input[name=new]", "a long enough passphrase")
        page.click("text=Set password")
        page.wait_for_selector("text=Your password is set")
        page.click("[aria-label='Sign out']")
        page.wait_for_url("**/portal/login")
        page.fill("input[name=email]", self.email)
        page.fill("input[name=password]", "a long enough passphrase")
        page.press("input[name=password]", "Enter")
        page.wait_for_url("**/portal")
        self.assertEqual(self.portal.faults, [])
