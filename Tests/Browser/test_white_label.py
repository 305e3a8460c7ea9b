"""A reseller makes its brand, sells a licence, and its customer sees nothing but that brand: in the portal, and in the
tracker that runs on the licence."""

import pathlib
import secrets
import struct
import tempfile
import zlib

from harness.customers import unique
from pages import until
from shared import BrowserTest, stack

PASSWORD = "a reseller's long password"


def picture_of(red, green, blue, side=32):
    """A PNG file of one colour."""
    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))
    rows = (b"\0" + bytes((red, green, blue)) * side) * side
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


class WhiteLabel(BrowserTest):
    def setUp(self):
        self.name = unique("acme")
        # Browsers find *.localhost here.
        self.domain = f"{self.name}.localhost"
        self.license_url = stack().env["LICENSE_URL"]
        self.portal_url = f"http://{self.domain}:{self.license_url.rsplit(':', 1)[1]}"
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.logo = self.folder / "logo.png"
        self.logo.write_bytes(picture_of(10, 119, 68))

    # --- what people do ---

    def reseller(self):
        """The owner of a new reseller, signed in on the reseller's own host by the link that staff got."""
        staff = self.vendor()
        page = staff.page
        staff.open(f"{self.license_url}/admin/resellers/new")
        page.fill("input[name=name]", self.name)
        page.fill("input[name=email]", f"owner@{self.name}.example")
        page.fill("input[name=portal_domain]", self.domain)
        page.check("input[name=white_label]")
        staff.picture("reseller-new")
        page.click("text=Add reseller")
        link = page.inner_text("#secret")
        self.assertEqual(staff.violations(), [])
        self.assertEqual(staff.faults, [])

        visit = self.visit()
        visit.open(self.portal_url + link[link.index("/reseller/"):])
        visit.page.fill("input[name=password]", PASSWORD)
        visit.page.press("input[name=password]", "Enter")
        visit.page.wait_for_url("**/reseller/customers")
        return visit

    def make_brand(self, visit):
        page = visit.page
        visit.open(f"{self.portal_url}/reseller/branding")
        page.click("text=Make the brand of all domains")
        page.fill("input[name=product_name]", "Acme Track")
        page.fill("input[name=primary]", "#0a7744")
        # The preview follows before anything is saved.
        self.assertEqual(page.inner_text("[data-preview=name]"), "Acme Track")
        button = page.locator("[data-brand-preview] .btn-primary")
        self.assertEqual(button.evaluate("it => getComputedStyle(it).backgroundColor"), "rgb(10, 119, 68)")
        page.set_input_files("input[name=logo]", self.logo)
        until(page, "document.querySelector('[data-preview=logo]')?.naturalWidth === 32")
        self.assertEqual(visit.violations(), [])
        visit.picture("branding-editor")
        page.click("text=Save brand")
        page.wait_for_selector("text=The brand is saved.")
        self.assert_branded(visit)

    def sell(self, visit):
        """The key of a licence sold to a new customer."""
        page = visit.page
        visit.open(f"{self.portal_url}/reseller/customers")
        self.customer = f"{unique('client')}@example.com"
        page.fill("input[name=email]", self.customer)
        page.click("text=Add customer")
        page.wait_for_selector("text=Sell a licence")
        page.select_option("select[name=offer]", "pro month")
        page.fill("input[name=retail]", "70.00")
        page.click("main >> text=Sell licence")
        key = page.inner_text("#license-key")
        self.assertRegex(key, r"^[0-9a-f-]{36}$")
        visit.picture("reseller-customer")
        visit.open(f"{self.portal_url}/reseller/margins")
        text = page.inner_text("main")
        for part in ("55.30 USD", "70.00 USD", "14.70 USD"):
            self.assertIn(part, text)
        self.assertEqual(visit.violations(), [])
        visit.picture("reseller-margins")
        return key

    def tracker(self, key):
        """The admin of a new tenant that runs on the key."""
        env, slug, password = stack().env, unique("white"), secrets.token_urlsafe(18)
        stack().tracker.but(token=env["CONTROL_TOKEN"]).post("/control/v1/tenants", {
            "slug": slug, "name": slug, "license_key": key, "domains": [f"{slug}.localhost"],
            "admin": {"email": f"admin@{slug}.example", "password": password}}).expect(201)
        self.tracker_url = f"http://{slug}.localhost:{env['TRACKER_URL'].rsplit(':', 1)[1]}"
        return self.visit(), f"admin@{slug}.example", password

    def assert_branded(self, visit):
        page = visit.page
        self.assertTrue(page.title().endswith("· Acme Track"), page.title())
        self.assertIn("Acme Track", page.inner_text(".ty-brand"))
        self.assertNotIn("Trackily", page.inner_text(".ty-brand"))
        self.assertEqual(page.locator(".ty-brand .ty-logo").first.evaluate("it => it.naturalWidth"), 32)
        color = page.evaluate(
            "getComputedStyle(document.documentElement).getPropertyValue('--ty-primary').trim()")
        self.assertEqual(color, "#0a7744")
        self.assertIn("Powered by Trackily", page.inner_text("body"))

    # --- what is tested ---

    def test_from_the_reseller_to_the_branded_portal_and_tracker(self):
        owner = self.reseller()
        self.make_brand(owner)
        key = self.sell(owner)

        portal = self.visit()
        portal.open(f"{self.portal_url}/portal/login")
        self.assert_branded(portal)
        self.assertEqual(portal.violations(), [])
        portal.picture("portal-branded")
        plain = self.visit()
        plain.open(f"{self.license_url}/portal/login")
        self.assertIn("Trackily", plain.page.title())

        tracker, email, password = self.tracker(key)
        tracker.open(f"{self.tracker_url}/admin/login")
        self.assert_branded(tracker)
        self.assertEqual(tracker.violations(), [])
        tracker.picture("tracker-branded-sign-in")
        tracker.sign_in(f"{self.tracker_url}/admin/login", email, password)
        self.assert_branded(tracker)
        self.assertEqual(tracker.violations(), [])
        tracker.picture("tracker-branded")
        tracker.open(f"{self.tracker_url}/admin/no-such-page")
        self.assertTrue(tracker.page.title().endswith("· Acme Track"))
        # The tenant beside it is as it was.
        other = self.visit()
        other.open(f"{stack().env['TRACKER_URL']}/admin/login")
        self.assertTrue(other.page.title().endswith("· Trackily"))
        for visit in (owner, portal, plain, tracker, other):
            self.assertEqual(visit.faults, [])

    def test_every_page_of_a_reseller_works_on_a_phone_and_for_screen_readers(self):
        owner = self.reseller()
        cookies = owner.context.cookies()
        phone = self.visit(size="phone", scheme="dark")
        phone.context.add_cookies(cookies)
        for path in ("customers", "licenses", "prices", "margins", "statements", "branding", "branding/edit", "team",
                     "password"):
            with self.subTest(path):
                phone.open(f"{self.portal_url}/reseller/{path}")
                self.assertNotIn("/login", phone.page.url)
                self.assertEqual(phone.violations(), [])
                self.assertLessEqual(phone.overflow(), 0)
        self.assertEqual(phone.faults, [])
