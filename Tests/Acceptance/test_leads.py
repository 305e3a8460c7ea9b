"""Leads from outside: what a form may send, what becomes of it, and that nobody's contact data is kept in clear."""

import concurrent.futures
import hashlib
import json
import unittest
import urllib.parse

import shared
from harness import Stack, Tenant, eventually


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


class Leads(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.tenant = Tenant(shared.stack())
        cls.campaign = cls.tenant.simple_campaign()
        cls.schema = shared.stack().sql(
            f"SELECT schema_name FROM control.tenants WHERE slug = '{cls.tenant.slug}'")[0][0]
        cls.number = 0

    def visitor(self):
        """A client with an address of its own: leads are limited by address."""
        Leads.number += 1
        return self.tenant.public.but(address=f"198.18.40.{Leads.number}")

    def click(self):
        return self.tenant.click(self.campaign).expect(302).cookie("_tly_click")

    def send(self, client=None, **fields):
        return (client or self.visitor()).post("/api/lead", fields)

    def one(self, click):
        found = self.tenant.conversions(click)
        self.assertEqual(len(found), 1, found)
        return found[0]

    def rows(self, click):
        return shared.stack().sql(
            "SELECT encode(name_hash, 'hex'), encode(email_hash, 'hex'), encode(phone_hash, 'hex'), fields "
            f"FROM {self.schema}.leads WHERE click_id = '{click}' ORDER BY id")

    def test_a_form_makes_a_lead(self):
        click = self.click()
        answer = self.send(
            click_id=click, name="Jane Doe", email=" Jane@Example.com ", phone="+49 (30) 123-456", age=42,
            comment="evenings").expect(200)
        lead = self.one(click)
        self.assertEqual((lead["type"], lead["status"], lead["revenue"]), ("lead", "lead", "0.00"))
        self.assertEqual(answer.json, {"status": "ok", "code": "recorded", "conversion_id": lead["id"]})
        self.assertEqual(self.tenant.stats(self.campaign)["leads"], 1)
        [[name, email, phone, fields]] = self.rows(click)
        self.assertEqual(name, sha256("jane doe"))
        self.assertEqual(email, sha256("jane@example.com"))
        self.assertEqual(phone, sha256("4930123456"))
        self.assertEqual(json.loads(fields), {"age": 42, "comment": "evenings"})

    def test_nothing_of_the_contact_is_kept_in_clear(self):
        click = self.click()
        self.send(
            click_id=click, name="Secret Person", email="secret.person@example.com", phone="0301234567").expect(200)
        self.send(click_id="not-ours", email="secret.person@example.com").expect(404)
        self.send(click_id=click, email="secret.person@example.com", phone="x").expect(422)
        for table in ("postback_log", "leads", "conversions", "waiting_postbacks"):
            kept = str(shared.stack().sql(f"SELECT t::text FROM {self.schema}.{table} AS t")).lower()
            for text in ("secret", "0301234567", "person"):
                self.assertNotIn(text, kept, table)
                self.assertNotIn(text.encode().hex(), kept, table)
        self.assertNotIn("secret.person", shared.stack().log("tracker"))

    def test_every_form_of_form(self):
        boundary = "xyz"
        parts = {"click_id": None, "email": "a@b.example", "comment": "h\u00e9"}
        for kind in ("application/x-www-form-urlencoded", f"multipart/form-data; boundary={boundary}",
                     "text/plain;charset=UTF-8", "application/json"):
            with self.subTest(kind):
                click = self.click()
                fields = parts | {"click_id": click}
                if "urlencoded" in kind:
                    body = urllib.parse.urlencode(fields)
                elif "multipart" in kind:
                    body = "".join(f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
                                   for name, value in fields.items()) + f"--{boundary}--\r\n"
                else:
                    body = json.dumps(fields)
                self.visitor().request(
                    "POST", "/api/lead", body=body.encode(), headers={"Content-Type": kind}).expect(200)
                self.assertEqual(json.loads(self.rows(click)[0][3]), {"comment": "h\u00e9"})

    def test_a_form_on_a_page_of_ours_needs_no_click_id(self):
        click = self.click()
        self.visitor().post("/api/lead", {"email": "a@b.example"}, headers={
            "Cookie": f"other=1; _tly_click={click}"}).expect(200)
        self.assertEqual(self.one(click)["type"], "lead")

    def test_the_same_visitor_is_one_lead(self):
        click = self.click()
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: self.send(click_id=click, email="a@b.example").status, range(16)))
        self.assertEqual(set(answers), {200})
        self.one(click)

    def test_who_fills_in_everything_is_told_that_all_went_well(self):
        click = self.click()
        answer = self.send(click_id=click, email="a@b.example", _gotcha="http://spam.example").expect(200)
        self.assertEqual(answer.json["code"], "recorded")
        self.assertEqual(self.tenant.conversions(click), [])

    def test_pages_of_any_origin_may_send(self):
        origin = {"Origin": "https://landing.example"}
        asked = self.visitor().request("OPTIONS", "/api/lead", headers=origin | {
            "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}).expect(204)
        self.assertEqual(asked.headers["Access-Control-Allow-Origin"], origin["Origin"])
        answer = self.visitor().post("/api/lead", {"click_id": self.click(), "email": "a@b.example"}, headers=origin)
        self.assertEqual(answer.expect(200).headers["Access-Control-Allow-Origin"], origin["Origin"])
        self.assertIsNone(answer.headers["Access-Control-Allow-Credentials"])

    def test_what_is_refused_names_every_field(self):
        faults = {fault["field"] for fault in self.send(
            email="nobody", phone="call me", nested={"a": 1}).expect(422).json["errors"]}
        self.assertEqual(faults, {"email", "phone", "nested", "click_id"})
        self.assertEqual(self.send(click_id=self.click()).expect(422).json["errors"][0]["field"], "email")
        self.send(click_id="01890a5d-ac96-774b-bcce-b302099a8057", email="a@b.example").expect(404)
        self.send(click_id=self.click(), email="a@b.example", comment="x" * 20_000).expect(413)
        self.visitor().request("POST", "/api/lead", body=b"{").expect(400)
        self.visitor().get("/api/lead").expect(405)

    def test_an_address_that_sends_too_many_is_told_when_to_come_back(self):
        flooder = self.visitor()
        answers = [self.send(flooder, click_id="not-ours", email="a@b.example") for _ in range(40)]
        self.assertEqual({answer.status for answer in answers[:20]}, {404})
        self.assertEqual(answers[-1].code, "too_many_requests")
        self.assertGreater(int(answers[-1].headers["Retry-After"]), 0)
        self.send(click_id=self.click(), email="a@b.example").expect(200)


class DatabaseAway(unittest.TestCase):
    def test_a_lead_waits_for_the_database(self):
        stack = Stack().start()
        self.addCleanup(stack.stop)
        tenant = Tenant(stack)
        campaign = tenant.simple_campaign()
        click = tenant.click(campaign).expect(302).cookie("_tly_click")
        eventually(lambda: tenant.stats(campaign)["clicks"] == 1, what="the click in the database")
        stack.stop_postgres("fast")
        tenant.public.post("/api/lead", {"click_id": click, "email": "secret.person@example.com"}).expect(202)
        journal = b"".join(path.read_bytes() for path in stack.run_dir.rglob("journal/**/*") if path.is_file())
        self.assertIn(b"email_sha256", journal)
        self.assertNotIn(b"secret.person", journal)
        stack.start_service("postgres")
        [lead] = eventually(lambda: tenant.conversions(click), within=90, what="the lead")
        self.assertEqual(lead["type"], "lead")
