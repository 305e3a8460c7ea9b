"""POST /api/check-email, against a server that plays Have I Been Pwned."""

import unittest

import shared
from harness import Stack, eventually
from hibp import BreachServer


class BreachCheck(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = BreachServer()
        cls.addClassCleanup(cls.server.close)
        cls.stack = Stack(environment={
            "HIBP_API_KEY": BreachServer.KEY, "HIBP_BASE_URL": cls.server.url, "HIBP_PER_MINUTE": "40"}).start()
        cls.addClassCleanup(cls.stack.stop)
        cls.number = 0

    def setUp(self):
        self.server.trouble = None
        self.server.asked.clear()

    def visitor(self):
        BreachCheck.number += 1
        return self.stack.tracker.but(address=f"198.18.50.{BreachCheck.number}")

    def check(self, email, client=None):
        return (client or self.visitor()).post("/api/check-email", {"email": email})

    def test_1_breached_or_not(self):
        answer = self.check(" Pwned+one@Example.com ").expect(200)
        self.assertEqual(answer.json, {"breached": True, "count": 1, "breaches": [{
            "name": "Adobe", "title": "Adobe", "domain": "adobe.com", "date": "2013-10-04",
            "data_classes": ["Email addresses", "Passwords"]}]})
        self.assertEqual(self.server.asked, ["pwned+one@example.com"])
        self.assertEqual(self.check("fine@example.com").expect(200).json, {
            "breached": False, "count": 0, "breaches": []})
        form = self.visitor().request("POST", "/api/check-email", body=b"email=pwned2%40example.com", headers={
            "Content-Type": "application/x-www-form-urlencoded"}).expect(200)
        self.assertTrue(form.json["breached"])
        log = self.stack.log("tracker")
        for secret in ("pwned+one", "pwned%2Bone", "fine@example", BreachServer.KEY):
            self.assertNotIn(secret, log)

    def test_2_an_address_is_asked_about_once(self):
        for _ in range(3):
            self.check("pwned-again@example.com").expect(200)
            self.check("PWNED-again@example.com").expect(200)
        self.assertEqual(self.server.asked, ["pwned-again@example.com"])

    def test_3_pages_of_any_origin_may_ask(self):
        asked = self.visitor().request("OPTIONS", "/api/check-email", headers={
            "Origin": "https://landing.example", "Access-Control-Request-Method": "POST"}).expect(204)
        self.assertEqual(asked.headers["Access-Control-Allow-Origin"], "*")
        self.assertEqual(asked.headers["Access-Control-Allow-Headers"], "Content-Type")
        for answer in (self.check("fine@example.com").expect(200), self.check("nobody").expect(422)):
            self.assertEqual(answer.headers["Access-Control-Allow-Origin"], "*")

    def test_4_what_is_refused(self):
        self.assertEqual(self.check("nobody").expect(422).json["errors"][0]["field"], "email")
        self.visitor().post("/api/check-email", {}).expect(422)
        self.visitor().request("POST", "/api/check-email", body=b"{").expect(400)
        self.visitor().request("POST", "/api/check-email", body=b"x" * 2_000).expect(413)
        self.visitor().get("/api/check-email").expect(405)
        self.assertEqual(self.server.asked, [])

    def test_5_what_is_wrong_there_is_said_here(self):
        for trouble, code in ((500, "unavailable"), (401, "hibp_refused")):
            self.server.trouble = trouble
            answer = self.check(f"trouble-{trouble}@example.com").expect(503)
            self.assertEqual(answer.code, code)
            self.assertGreater(int(answer.headers["Retry-After"]), 0)
        self.server.trouble = 429
        self.assertEqual(self.check("busy@example.com").expect(503).headers["Retry-After"], "2")
        self.server.trouble = None
        asked = len(self.server.asked)
        # For as long as it asked us to, we ask nothing.
        if self.check("busy@example.com").status == 503:
            self.assertEqual(len(self.server.asked), asked)
        eventually(lambda: self.check("busy@example.com").status == 200, what="the end of the pause")

    def test_6_an_address_that_asks_too_much_is_told_when_to_come_back(self):
        flooder = self.visitor()
        statuses = [self.check("fine@example.com", flooder) for _ in range(15)]
        self.assertEqual({answer.status for answer in statuses[:10]}, {200})
        self.assertEqual(statuses[-1].code, "too_many_requests")
        self.check("fine@example.com").expect(200)

    def test_7_no_more_is_asked_than_the_key_allows(self):
        answers = [self.check(f"many-{number}@example.com") for number in range(45)]
        self.assertIn(503, {answer.status for answer in answers})
        self.assertLessEqual(len(self.server.asked), 40)


class NotConfigured(unittest.TestCase):
    def test_without_a_key_the_answer_says_so(self):
        answer = shared.stack().tracker.post("/api/check-email", {"email": "a@b.example"}).expect(503)
        self.assertEqual(answer.code, "hibp_not_configured")
        self.assertIn("HIBP_API_KEY", answer.json["detail"])
