"""Who may do what: no token, a bad token, roles, the log-in's limits."""

import unittest

import shared
from harness import Tenant
from harness.customers import unique
from routes import paths_of


class NoToken(unittest.TestCase):
    def test_every_route_but_two_is_401_before_anything_else_is_looked_at(self):
        for server, place in ((shared.tenant().public, "/admin/api"), (shared.stack().license, "/api")):
            walked = 0
            for method, path in paths_of(server, place):
                if path in ("/login", "/openapi.json", "/orders") or path.startswith("/v1/"):
                    continue
                for token in (None, "not-a-token"):
                    with self.subTest(f"{method} {place}{path}", token=token):
                        client = server.but(token=token)
                        answer = client.request(method, f"{place}{path.replace('{', '').replace('}', '')}", body=b"{")
                        self.assertEqual(answer.status, 401, answer)
                walked += 1
            self.assertGreater(walked, 10)


class Roles(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.tenant = Tenant(shared.stack())

    def user(self, role, **more):
        email, password = f"{unique(role)}@example.com", unique("correct horse battery staple")
        self.tenant.create("users", email=email, role=role, password=password, **more)
        return self.tenant.public.signed_in(email, password)

    def test_a_viewer_reads_and_changes_nothing(self):
        viewer = self.user("viewer")
        viewer.get("/admin/api/campaigns").expect(200)
        answer = viewer.post("/admin/api/offers", {
            "name": "x", "url": "https://example.org/", "payout": "1", "currency": "USD"}).expect(403)
        self.assertEqual(answer.code, "permission_denied")
        self.assertIn("offers", answer.text)

    def test_a_disabled_user_is_out_at_the_next_request(self):
        manager = self.user("manager")
        me = manager.get("/admin/api/me").expect(200).json
        user_id = me.get("user", me)["id"]
        self.tenant.admin.delete(f"/admin/api/users/{user_id}").expect(200, 204)
        manager.get("/admin/api/campaigns").expect(401)

    def test_logging_out_ends_the_session(self):
        viewer = self.user("viewer")
        viewer.post("/admin/api/logout").expect(200, 204)
        viewer.get("/admin/api/me").expect(401)

    def test_common_and_short_passwords_are_refused(self):
        for password in ("short", "password1234", "123456789012"):
            with self.subTest(password):
                answer = self.tenant.admin.post("/admin/api/users", {
                    "email": f"{unique('u')}@example.com", "role": "viewer", "password": password}).expect(422)
                self.assertEqual([error["field"] for error in answer.json["errors"]], ["password"])


class LogIn(unittest.TestCase):
    def test_failures_are_limited_per_account_and_address_and_successes_are_not(self):
        tenant = Tenant(shared.stack())
        right = {"email": tenant.email, "password": tenant.password}
        for _ in range(15):
            tenant.public.post("/admin/api/login", right).expect(200)
        attacker = tenant.public.but(address="192.0.2.66")
        wrong = [right | {"password": f"wrong {turn}"} for turn in range(12)]
        statuses = [attacker.post("/admin/api/login", guess).status for guess in wrong]
        self.assertEqual(statuses, [401] * 10 + [429] * 2)
        answer = attacker.post("/admin/api/login", right)
        self.assertEqual(answer.status, 429)
        self.assertGreater(int(answer.headers["Retry-After"]), 0)
        tenant.public.but(address="192.0.2.67").post("/admin/api/login", right).expect(200)

    def test_an_unknown_account_answers_as_a_wrong_password_does(self):
        tenant = shared.tenant()
        client = tenant.public.but(address="192.0.2.68")
        unknown = client.post("/admin/api/login", {"email": "nobody@example.com", "password": "wrong password"})
        wrong = client.post("/admin/api/login", {"email": tenant.email, "password": "wrong password"})
        self.assertEqual((unknown.status, unknown.json), (wrong.status, wrong.json))
