"""What is shown only once must be what lands in the clipboard, be it a field or a piece of text."""

import unittest

from harness.customers import unique
from shared import BrowserTest, stack


class Copying(BrowserTest):
    def copied(self, visit, button):
        visit.context.grant_permissions(["clipboard-read", "clipboard-write"])
        visit.page.click(button)
        visit.page.wait_for_selector("text=Copied")
        return visit.page.evaluate("navigator.clipboard.readText()")

    def test_a_new_licences_key(self):
        vendor = self.vendor()
        vendor.open(f"{stack().env['LICENSE_URL']}/admin/licenses/new")
        vendor.page.fill("input[name=customer_email]", f"{unique('customer')}@example.com")
        vendor.page.click("text=Issue licence")
        key = vendor.page.text_content("#license-key")
        self.assertRegex(key, r"\A[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
        self.assertEqual(self.copied(vendor, "[data-copy=license-key]"), key)
        self.assertEqual(vendor.faults, [])


if __name__ == "__main__":
    unittest.main()
