"""Malformed, oversized and wrongly typed input: a problem that names what is wrong, never a 500."""

import unittest

import shared
from harness.customers import unique


class BadInput(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.tenant = shared.tenant()
        cls.admin = cls.tenant.admin
        cls.campaign = cls.tenant.simple_campaign()

    def send(self, body, path="/admin/api/offers", content_type="application/json"):
        data = body if isinstance(body, bytes) else body.encode()
        return self.admin.request("POST", path, body=data, headers={"Content-Type": content_type})

    def test_malformed_json_is_400(self):
        deep = "[" * 100_000
        surrogate = '{"name": "\ud800"}'.encode("utf-8", "surrogatepass")
        for body in ("", "{", '{"name": }', "nul", surrogate, deep, b"\xff\xfe", "{}{}"):
            with self.subTest(body[:20]):
                answer = self.send(body).expect(400)
                self.assertTrue(answer.code)

    def test_a_body_of_ten_megabytes_is_413(self):
        self.assertEqual(self.send('{"name": "' + "x" * 10_000_000 + '"}').expect(413).status, 413)

    def test_a_body_of_another_type_is_415(self):
        self.send("name=x", content_type="text/plain").expect(415)

    def test_wrong_types_and_unknown_fields_are_all_named(self):
        answer = self.admin.post("/admin/api/offers", {
            "name": 7, "url": "no url", "payout": [], "currency": "dollars", "colour": "red"}).expect(422)
        self.assertEqual(answer.code, "validation_failed")
        named = {error["field"] for error in answer.json["errors"]}
        self.assertLessEqual({"name", "url", "payout", "currency", "colour"}, named)

    def test_a_body_that_is_no_object_is_422(self):
        for body in ("[]", "7", '"text"', "null"):
            with self.subTest(body):
                self.send(body).expect(422)

    def test_a_slug_twice_is_409(self):
        answer = self.admin.post("/admin/api/campaigns", {
            "name": "again", "slug": self.campaign["slug"], "cost_model": "none"}).expect(409)
        self.assertEqual(answer.code, "conflict")

    def test_bad_slugs_and_urls_are_422_with_the_field(self):
        for slug in ("", "with blank", "../up", "ü" * 10, "x" * 300, "a/b"):
            with self.subTest(slug):
                body = {"name": "x", "slug": slug, "cost_model": "none"}
                answer = self.admin.post("/admin/api/campaigns", body).expect(422)
                self.assertEqual([error["field"] for error in answer.json["errors"]], ["slug"])
        for url in ("javascript:alert(1)", "//nowhere", "ftp://example.org/", "http://", "x"):
            with self.subTest(url):
                answer = self.admin.post("/admin/api/offers", {
                    "name": unique("o"), "url": url, "payout": "1", "currency": "USD"}).expect(422)
                self.assertEqual([error["field"] for error in answer.json["errors"]], ["url"])

    def test_ids_that_are_none(self):
        for path in ("campaigns/0", "campaigns/-1", "campaigns/abc", "campaigns/99999999999999999999", "clicks/xyz",
                     "clicks/00000000-0000-0000-0000-000000000000", "flows/1e3", "offers/1%2F2"):
            with self.subTest(path):
                answer = self.admin.get(f"/admin/api/{path}")
                self.assertIn(answer.status, (400, 404, 422), answer)

    def test_list_parameters(self):
        for query in ({"limit": "0"}, {"limit": "501"}, {"limit": "ten"}, {"cursor": "garbage"}, {"sort": "password"}):
            with self.subTest(query):
                self.assertIn(self.admin.get("/admin/api/campaigns", query=query).status, (400, 422))

    def test_an_unknown_path_and_method(self):
        self.assertEqual(self.admin.get("/admin/api/automizer").status, 404)
        self.assertIn(self.admin.request("PUT", "/admin/api/campaigns", json_body={}).status, (404, 405))

    def test_text_of_every_kind_comes_back_as_it_was(self):
        name = "Ünï 😀 \"quotes\" <b>&amp;</b> \\ %20 \u202e"
        made = self.admin.post("/admin/api/networks", {"name": name}).expect(201).json
        self.assertEqual(self.admin.get(f"/admin/api/networks/{made['id']}").expect(200).json["name"], name)
        refused = self.admin.post("/admin/api/networks", {"name": "nul \u0000 byte"})
        self.assertEqual(refused.status, 422, refused)

    def test_an_idempotency_key_creates_once(self):
        key = {"Idempotency-Key": unique("key")}
        body = {"name": unique("network")}
        one = self.admin.post("/admin/api/networks", body, headers=key).expect(201).json
        other = self.admin.post("/admin/api/networks", body, headers=key).expect(201).json
        self.assertEqual(one["id"], other["id"])

    def test_clicks_take_anything_in_their_query(self):
        slug = self.campaign["slug"]
        for query in ("?", "?&&&=", "?sub1=%", "?sub1=%ff%fe", "?sub1=" + "x" * 3000, "?cost=abc", "?cost=-1",
                      "?sub1=%00", "?cost=1e309", "?click_id=" + "%F0%9F%98%80" * 30, "?sub1=a&sub1=b"):
            with self.subTest(query[:30]):
                answer = self.tenant.public.get(f"/c/{slug}{query}")
                self.assertEqual(answer.status, 302, answer)
        for path in ("/c/", "/c/%2e%2e", "/c/%00", "/offer/x/y", "/offer//", "/offer", "/postback/none?click_id=x"):
            with self.subTest(path):
                self.assertIn(self.tenant.public.get(path).status, (400, 401, 404))
