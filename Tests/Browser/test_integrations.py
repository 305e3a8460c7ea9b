"""Webhooks and currencies, set up by mouse in the dashboard."""

import datetime

from shared import BrowserTest, stack


class Integrations(BrowserTest):
    def setUp(self):
        self.base = stack().env["TRACKER_URL"]

    def test_a_shops_secret_is_set_tried_and_removed(self):
        admin = self.admin()
        page = admin.page
        admin.open(f"{self.base}/admin/integrations/webhooks")
        self.assertTrue(page.input_value("#address-stripe").endswith("/webhook/stripe"))
        self.assertEqual(admin.violations(), [])
        page.fill("#stripe_secret", "whsec_0123456789abcdef")
        page.click("form[action$='/stripe'] button:has-text('Save secret')")
        page.wait_for_selector("text=Stripe’s secret was saved.")
        page.wait_for_selector("text=Checked with the secret …cdef")
        page.click("form[action$='/stripe/test'] button")
        page.wait_for_selector("text=The signature fits the secret.")
        self.assertEqual(admin.violations(), [])
        page.fill("#stripe_click", "nonsense")
        page.click("form[action$='/stripe/test'] button")
        page.wait_for_selector("#stripe_click-fault")
        page.click("form[action$='/stripe'] button:has-text('Remove the secret')")
        page.click("dialog button:has-text('Remove')")
        page.wait_for_selector("text=No secret yet: every event is refused")
        self.assertEqual(admin.faults, [])

    def test_rates_are_entered_and_removed(self):
        admin = self.admin()
        page = admin.page
        admin.open(f"{self.base}/admin/settings/currencies")
        self.assertEqual(admin.violations(), [])
        day = str(datetime.datetime.now(datetime.timezone.utc).date())
        page.fill("#text", f"{day},CHF,SEK,11.5\n{day},CHF")
        page.click("text=Save all")
        page.wait_for_selector("#text-fault")
        self.assertIn("Line 2", page.inner_text("#text-fault"))
        page.fill("#text", f"{day},CHF,SEK,11.5")
        page.click("text=Save all")
        page.wait_for_selector("text=1 rate was saved.")
        page.wait_for_selector("text=11.5 SEK")
        self.assertEqual(admin.violations(), [])
        page.click("button[aria-label*='the rate of SEK']")
        page.click("dialog button:has-text('Remove')")
        page.wait_for_selector("text=was removed.")
        self.assertEqual(admin.faults, [])
