"""Signing in and out in a browser."""

from shared import BrowserTest, stack


class SignIn(BrowserTest):
    def test_the_root_leads_to_the_sign_in_page(self):
        visit = self.visit()
        visit.open(stack().env["TRACKER_URL"])
        self.assertTrue(visit.page.url.split("?")[0].endswith("/admin/login"), visit.page.url)
        self.assertEqual(visit.faults, [])

    def test_the_printed_log_ins_work(self):
        admin = self.admin()
        self.assertIn("/admin", admin.page.url)
        self.assertGreater(len(admin.menu()), 5)
        cookies = {cookie["name"]: cookie for cookie in admin.context.cookies()}
        session = [cookie for cookie in cookies.values() if cookie["path"] == "/admin"]
        self.assertTrue(session and all(cookie["httpOnly"] for cookie in session), cookies)
        self.assertEqual(admin.faults, [])
        vendor = self.vendor()
        self.assertIn("/admin", vendor.page.url)
        self.assertEqual(vendor.faults, [])

    def test_a_wrong_password_says_so_and_keeps_the_email(self):
        env = stack().env
        visit = self.visit()
        visit.open(f"{env['TRACKER_URL']}/admin/login")
        visit.page.fill("input[name=email]", env["ADMIN_EMAIL"])
        visit.page.fill("input[name=password]", "not the password at all")
        visit.page.press("input[name=password]", "Enter")
        visit.page.wait_for_selector("[role=alert], .alert")
        self.assertEqual(visit.page.input_value("input[name=email]"), env["ADMIN_EMAIL"])
        self.assertEqual(visit.page.input_value("input[name=password]"), "")
        self.assertEqual(visit.faults, [])

    def test_it_works_without_scripts(self):
        admin = self.admin(javascript=False)
        self.assertGreater(len(admin.menu()), 5)
