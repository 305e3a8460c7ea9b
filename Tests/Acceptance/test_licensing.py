"""Plans, seats and features of a tracker, as its licence changes at the vendor or the license server is away."""

import concurrent.futures
import json
import unittest

from harness import Stack, Vendor, eventually
from harness.customers import unique


class Licensing(unittest.TestCase):
    """A copy of its own: the default tenant's licence is what these tests change."""

    @classmethod
    def setUpClass(cls):
        cls.stack = Stack().start()
        cls.addClassCleanup(cls.stack.stop)
        cls.vendor = Vendor(cls.stack)

    def setUp(self):
        self.admin = self.stack.admin

    def license(self):
        return self.admin.get("/admin/api/license").expect(200).json

    def activate(self, license):
        return self.admin.post("/admin/api/license/activate", {"license_key": license["key"]}).expect(200).json

    def refresh(self):
        return self.admin.post("/admin/api/license/refresh").expect(200).json

    def add_user(self):
        return self.admin.post("/admin/api/users", {"email": f"{unique('user')}@example.com", "role": "viewer"})

    def users(self):
        return self.admin.items("/admin/api/users")

    def remove_other_users(self):
        for user in self.users():
            if user["email"] != self.stack.env["ADMIN_EMAIL"]:
                self.admin.delete(f"/admin/api/users/{user['id']}").expect(200, 204)

    def test_1_without_a_licence_it_is_starter_with_one_user(self):
        license = self.license()
        self.assertEqual((license["plan"], license["limits"]["users"]), ("starter", 1))
        answer = self.add_user().expect(402)
        self.assertEqual(answer.code, "user_limit_reached")
        self.assertEqual((answer.json["plan"], answer.json["limit"]), ("starter", 1))

    def test_2_ten_users_created_at_once_on_pro_make_exactly_five(self):
        self.activate(self.vendor.license("pro"))
        license = self.license()
        self.assertEqual((license["plan"], license["limits"]["users"], license["code"]), ("pro", 5, "VALID"))
        self.remove_other_users()
        with concurrent.futures.ThreadPoolExecutor(10) as pool:
            answers = list(pool.map(lambda _: self.add_user(), range(10)))
        statuses = [answer.status for answer in answers]
        self.assertEqual((statuses.count(201), statuses.count(402)), (4, 6), statuses)
        self.assertEqual({answer.code for answer in answers if answer.status == 402}, {"user_limit_reached"})
        self.assertEqual(len(self.users()), 5)
        self.assertEqual(self.add_user().expect(402).code, "user_limit_reached")
        self.remove_other_users()

    def test_3_a_suspension_arrives_with_the_next_refresh_and_goes_again(self):
        license = self.vendor.license("pro")
        self.activate(license)
        self.vendor.change(license, "suspend")
        self.refresh()
        self.assertEqual((self.license()["code"], self.license()["plan"]), ("SUSPENDED", "starter"))
        self.vendor.change(license, "reinstate")
        self.refresh()
        self.assertEqual((self.license()["code"], self.license()["plan"]), ("VALID", "pro"))

    def test_4_another_key_replaces_the_current_one(self):
        self.activate(self.vendor.license("pro"))
        self.activate(self.vendor.license("enterprise"))
        license = self.license()
        self.assertEqual((license["plan"], license["limits"]["users"]), ("enterprise", None))

    def test_5_an_unknown_key_changes_nothing(self):
        self.activate(self.vendor.license("pro"))
        key = "3f0c3a52-6a2f-4a57-9d63-2f6d1d5f0b11"
        answer = self.admin.post("/admin/api/license/activate", {"license_key": key})
        self.assertGreaterEqual(answer.status, 400)
        self.assertEqual(self.license()["plan"], "pro")

    def test_6_with_the_license_server_away_clicks_and_admin_go_on(self):
        self.activate(self.vendor.license("pro"))
        self.stack.stop_service("license")
        try:
            offer = self.admin.post("/admin/api/offers", {
                "name": "o", "url": "https://shop.example.org/", "payout": "1.00", "currency": "USD"}).expect(201).json
            slug = unique("away")
            campaign = self.admin.post("/admin/api/campaigns", {
                "name": slug, "slug": slug, "cost_model": "none", "offer_id": offer["id"]}).expect(201).json
            eventually(lambda: self.stack.tracker.get(f"/c/{slug}").status == 302, what="a click")
            self.assertEqual(self.admin.post("/admin/api/license/refresh").status // 100 in (2, 5), True)
            self.assertEqual(self.license()["plan"], "pro")
            self.assertEqual(self.admin.get(f"/admin/api/campaigns/{campaign['id']}").expect(200).json["slug"], slug)
        finally:
            self.stack.start_service("license")

    def test_7_the_command_line_says_the_same(self):
        self.activate(self.vendor.license("pro"))
        told = json.loads(self.stack.program("tracker", "trackily", "license", "status", "--json"))
        self.assertEqual(told["plan"], "pro")

    def test_8_license_create_prints_what_the_api_answers(self):
        command = "license-server license create --plan pro --email cli@example.com --json".split()
        license = json.loads(self.stack.program("license", *command))
        self.assertEqual(license["plan"], "pro")
        self.activate(license)
        self.assertEqual(self.license()["plan"], "pro")
