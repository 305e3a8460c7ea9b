"""Export and import through the API: a tenant's whole configuration into another, and files that are broken."""

import csv
import io
import json
import time
import unittest

from harness import Tenant
from shared import stack

TYPES = ("sources", "networks", "offers", "landings", "campaigns", "flows")


def bare(value):
    """Without ids: they are each tenant's own."""
    if isinstance(value, dict):
        return {key: bare(part) for key, part in value.items() if key != "id" and not key.endswith("_id")}
    return [bare(part) for part in value] if isinstance(value, list) else value


class ExportImport(unittest.TestCase):
    def setUp(self):
        self.tenant = Tenant(stack())

    def export(self, tenant, kind="all", **query):
        return tenant.admin.get(f"/admin/api/export/{kind}", query=query).expect(200)

    def load(self, tenant, kind, document, **query):
        return tenant.admin.post(f"/admin/api/import/{kind}", document, query=query)

    def load_csv(self, kind, text, **query):
        body = text if isinstance(text, bytes) else text.encode()
        return self.tenant.admin.post(
            f"/admin/api/import/{kind}", body=body, query=query, headers={"Content-Type": "text/csv"})

    def test_a_thousand_campaigns_move_to_another_tenant_and_run_there(self):
        numbers = range(1, 1_001)
        document = {
            "sources": [{"id": 1, "name": "Push", "template": "kadam"}],
            "offers": [{"id": n, "name": f"Offer {n}", "url": f"https://shop.example.org/{n}", "payout": "1.5",
                        "currency": "USD"} for n in numbers],
            "campaigns": [{"id": n, "name": f"=Campaign {n}", "slug": f"c-{n}", "source_id": 1, "offer_id": n}
                          for n in numbers],
            "flows": [{"campaign_id": n, "name": "All", "type": "default", "offers": [{"id": n, "weight": 100}]}
                      for n in numbers],
        }
        self.assertEqual(self.load(self.tenant, "all", document).expect(200).json["counts"]["create"], 3_001)
        everything = self.export(self.tenant).json
        self.assertEqual({kind: len(everything[kind]) for kind in TYPES},
                         {"sources": 1, "networks": 0, "offers": 1_000, "landings": 0, "campaigns": 1_000,
                          "flows": 1_000})
        other = Tenant(stack())
        started = time.monotonic()
        self.load(other, "all", everything).expect(200)
        self.assertLess(time.monotonic() - started, 25)
        self.assertEqual(bare(self.export(other).json), bare(everything))
        other.await_campaign({"slug": "c-1000"})
        location = other.click({"slug": "c-1000"}).expect(302).location
        self.assertTrue(location.startswith("https://shop.example.org/1000"), location)

    def test_csv_opens_in_a_spreadsheet_and_comes_back(self):
        self.tenant.offer(name="=HYPERLINK(\"https://evil.example/\")", notes="two\nlines; and, commas")
        text = self.export(self.tenant, "offers", format="csv").text
        rows = list(csv.reader(io.StringIO(text)))
        self.assertEqual(rows[0][:3], ["id", "name", "url"])
        self.assertEqual(rows[1][1], "'=HYPERLINK(\"https://evil.example/\")")
        self.assertFalse([cell for row in rows for cell in row if cell[:1] in ("=", "+", "-", "@")])
        # As a spreadsheet of another country saves it.
        saved = io.StringIO()
        csv.writer(saved, delimiter=";").writerows(rows)
        answer = self.load_csv("offers", "\ufeff" + saved.getvalue()).expect(200).json
        self.assertEqual(answer["counts"], {"create": 0, "update": 0, "unchanged": 1, "refused": 0})

    def test_broken_files_are_answered_with_a_list_and_nothing_is_done(self):
        faulty = self.load_csv("sources", "name,postback_url\nGood,\n,\nBad,javascript:alert(1)\nGood,\n").expect(422)
        self.assertEqual([(fault["field"], fault["code"]) for fault in faulty.json["errors"]],
                         [("line[3].name", "required"), ("line[4].postback_url", "url"),
                          ("line[5].name", "duplicate")])
        latin = self.load_csv("sources", b"name\nCaf\xe9\n").expect(400)
        self.assertEqual((latin.code, latin.json["position"]), ("malformed_csv", 8))
        wrong = self.load_csv("sources", "name,colour,colour\nA,red,red\n").expect(422)
        self.assertEqual({fault["code"] for fault in wrong.json["errors"]}, {"unknown_column", "duplicate_column"})
        many = self.load_csv("sources", "name\n" + "n\n" * 1_000_000).expect(413)
        self.assertEqual(many.code, "too_many_rows")
        text = self.tenant.admin.post(
            "/admin/api/import/sources", body=b'[\n{"name": "A"\n', headers={"Content-Type": "application/json"})
        self.assertEqual((text.expect(400).code, text.json["line"]), ("malformed_json", 3))
        mixed = {"offers": [{"name": "O", "url": "https://o.example/"}],
                 "campaigns": [{"name": "C", "slug": "no good", "offer": "O"}]}
        self.load(self.tenant, "all", mixed).expect(422)
        for kind in ("sources", "offers", "campaigns"):
            self.assertEqual(self.tenant.admin.get(f"/admin/api/{kind}").json["items"], [])

    def test_a_dry_run_writes_nothing_and_an_upload_is_taken(self):
        document = [{"name": "Landing", "kind": "local", "html": "<p>Hi</p>"}]
        plan = self.load(self.tenant, "landings", document, dry_run="true").expect(200).json
        self.assertEqual((plan["applied"], plan["counts"]["create"]), (False, 1))
        self.assertEqual(self.tenant.admin.get("/admin/api/landings").json["items"], [])
        body = (b"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"l.json\"\r\n\r\n"
                + json.dumps(document).encode() + b"\r\n--b--\r\n")
        done = self.tenant.admin.post("/admin/api/import/landings", body=body, headers={
            "Content-Type": "multipart/form-data; boundary=b"}).expect(200).json
        self.assertTrue(done["applied"])
        landing = self.tenant.admin.get("/admin/api/landings").json["items"][0]
        self.assertEqual((landing["name"], landing["versions"]), ("Landing", 1))


if __name__ == "__main__":
    unittest.main()
