"""A short run over the license server's OpenAPI document with made-up input; ops/fuzz-api is the long one."""

import secrets
import unittest

import shared
from harness.fuzz import fuzz


class Fuzz(unittest.TestCase):
    def test_the_license_server_answers_as_documented(self):
        stack, vendor = shared.stack(), shared.vendor().client
        password = secrets.token_urlsafe(18)
        email = f"{secrets.token_hex(4)}@example.com"
        vendor.post("/api/staff", {"email": email, "role": "admin", "password": password}).expect(201)
        stack.sql("UPDATE license.staff SET must_change_password = false", stack.env["LICENSE_DATABASE_URL"])
        second = stack.license.signed_in(email, password, "/api/login")
        found = fuzz(
            f"{stack.license.url}/api/openapi.json", [vendor.token, second.token], examples=2, seconds=40, seed=7,
            phases="coverage,fuzzing")
        self.assertTrue(found.is_clean, str(found))
        vendor.get("/api/me").expect(200)
