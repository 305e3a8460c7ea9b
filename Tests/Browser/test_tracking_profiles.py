"""Tracking profiles and retargeting pixels, set up by mouse in the dashboard."""

from harness.customers import unique
from shared import BrowserTest, stack


class TrackingProfiles(BrowserTest):
    def setUp(self):
        self.api = stack().admin
        self.base = stack().env["TRACKER_URL"]

    def find(self, noun, name):
        return next(row for row in self.api.items(f"/admin/api/{noun}") if row["name"] == name)

    def test_a_profile_is_added_changed_and_deleted(self):
        admin, name = self.admin(), unique("Profile")
        page = admin.page
        admin.open(f"{self.base}/admin/tracking-profiles/new")
        page.fill("#name", name)
        self.assertFalse(page.is_visible("#pixels"))
        page.select_option("#redirect", "javascript")
        page.fill("#pixels", "<img src=\"https://p.example/?c={click_id}\" alt=\"\">")
        page.check("#pass_parameters")
        page.click("text=Add tracking profile")
        page.wait_for_url("**/admin/tracking-profiles")
        row = self.find("tracking-profiles", name)
        self.assertEqual((row["redirect"], row["pass_parameters"], row["is_default"]), ("javascript", True, False))
        self.assertIn("{click_id}", row["pixels"])
        page.click(f"text={name}")
        page.select_option("#redirect", "301")
        page.click("text=Save changes")
        page.wait_for_selector(f"text={name} was saved")
        row = self.find("tracking-profiles", name)
        self.assertEqual((row["redirect"], row["pixels"]), ("301", ""))
        self.assertEqual(admin.violations(), [])
        self.assertEqual(admin.faults, [])

    def test_the_default_profile_says_why_it_stays(self):
        default = next(row for row in self.api.items("/admin/api/tracking-profiles") if row["is_default"])
        admin = self.admin()
        admin.open(f"{self.base}/admin/tracking-profiles/{default['id']}")
        admin.page.uncheck("#is_default")
        admin.page.click("text=Save changes")
        admin.page.wait_for_selector("#is_default-fault")
        self.assertIn("another profile", admin.page.inner_text("#is_default-fault"))

    def test_a_campaign_gets_its_profile_and_pixels(self):
        name = unique("pixels")
        profile = self.api.post("/admin/api/tracking-profiles", {"name": name, "redirect": "meta"}).expect(201).json
        campaign = self.api.post("/admin/api/campaigns", {"name": name, "slug": name}).expect(201).json
        admin = self.admin()
        page = admin.page
        admin.open(f"{self.base}/admin/campaigns/{campaign['id']}")
        page.select_option("#tracking_profile_id", str(profile["id"]))
        page.fill("[name='pixels.facebook']", "123x")
        page.fill("[name='pixels.google']", "AW-1")
        page.click("text=Save changes")
        page.wait_for_selector("#pixels-facebook-fault")
        self.assertEqual(page.input_value("[name='pixels.google']"), "AW-1")
        page.fill("[name='pixels.facebook']", "123")
        page.click("text=Save changes")
        page.wait_for_selector(f"text={name} was saved")
        saved = self.api.get(f"/admin/api/campaigns/{campaign['id']}").expect(200).json
        self.assertEqual(saved["tracking_profile_id"], profile["id"])
        self.assertEqual(saved["pixels"], {"facebook": "123", "google": "AW-1", "tiktok": None, "scripts": None})
        self.assertEqual(page.input_value("[name='pixels.facebook']"), "123")
        page.fill("[name='pixels.facebook']", "")
        page.fill("[name='pixels.google']", "")
        page.click("text=Save changes")
        page.wait_for_selector(f"text={name} was saved")
        self.assertIsNone(self.api.get(f"/admin/api/campaigns/{campaign['id']}").expect(200).json["pixels"])
        self.assertEqual(admin.faults, [])
