"""GeoIP from outside: databases downloaded from a server that plays MaxMind, replaced, broken and taken away, and what
that does to clicks.
"""

import os
import pathlib
import shutil
import tempfile
import unittest

from harness import Stack, Tenant, eventually
from harness.customers import unique
from maxmind import MaxMind, database

GEOIP = "/admin/api/settings/geoip"


class GeoIP(unittest.TestCase):
    """A copy of its own: the installation's databases are what these tests change."""

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="trackily-geoip-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.maxmind = MaxMind()
        cls.addClassCleanup(cls.maxmind.close)
        cls.stack = Stack(environment={
            "GEOIP_DIR": str(cls.folder / "geoip"), "MAXMIND_BASE_URL": cls.maxmind.url}).start()
        cls.addClassCleanup(cls.stack.stop)
        cls.admin = cls.stack.admin
        offer = cls.admin.post("/admin/api/offers", {
            "name": "o", "url": "https://shop.example.org/", "payout": "1.00", "currency": "USD"}).expect(201).json
        cls.slug = unique("geo")
        cls.admin.post("/admin/api/campaigns", {
            "name": cls.slug, "slug": cls.slug, "cost_model": "none", "offer_id": offer["id"]}).expect(201)
        eventually(lambda: cls.stack.tracker.get(f"/c/{cls.slug}?test=1").status == 200, what="the campaign")

    def setUp(self):
        self.maxmind.country, self.maxmind.trouble = "DE", None
        self.maxmind.go.clear()

    # --- what is asked again and again ---

    def facts(self, address="198.18.7.9"):
        told = self.stack.tracker.but(address=address).get(f"/c/{self.slug}?test=1").expect(200).json
        return told["facts"] | {"trace": told["trace"]}

    def states(self):
        return {each["database"]: each["state"] for each in self.admin.get(GEOIP).expect(200).json["databases"]}

    def set_account(self, **fields):
        return self.admin.request("PUT", GEOIP, json_body=fields).expect(200).json

    def download(self):
        """Starts a download and gives its end."""
        self.admin.post(f"{GEOIP}/download").expect(202)
        return self.ended()

    def ended(self):
        eventually(lambda: self.progress()["state"] != "running", within=60, what="the download's end")
        return self.progress()

    def progress(self):
        return self.admin.get(f"{GEOIP}/download").expect(200).json

    def have_databases(self):
        self.set_account(license_key=MaxMind.KEY, account_id=None)
        self.assertEqual(self.download()["state"], "done", self.progress())

    # --- the tests, in order: the first sees the installation as it is born ---

    def test_1_without_databases_clicks_are_served_and_say_so(self):
        self.assertEqual(self.states(), {"city": "missing", "asn": "missing"})
        answer = self.stack.tracker.but(address="198.18.7.9").get(f"/c/{self.slug}").expect(302)
        click = answer.cookie("_tly_click")
        eventually(lambda: self.admin.get(f"/admin/api/clicks/{click}").status == 200, what="the click")
        stored = self.admin.get(f"/admin/api/clicks/{click}").json
        self.assertEqual((stored["country"], stored["isp"]), (None, None))
        self.assertEqual(stored["trace"].count("geo_unknown"), 1, stored["trace"])

    def test_2_the_key_is_taken_and_never_given_back(self):
        self.assertEqual(self.admin.post(f"{GEOIP}/download").expect(422).json["errors"][0]["field"], "license_key")
        told = self.set_account(license_key=MaxMind.KEY)
        self.assertEqual((told["license_key_set"], told["license_key_last_four"]), (True, MaxMind.KEY[-4:]))
        self.assertNotIn(MaxMind.KEY, self.admin.get(GEOIP).text)
        self.assertNotIn(MaxMind.KEY, self.admin.get("/admin/api/audit-log").text)
        self.assertEqual(self.set_account(account_id=12)["license_key_set"], True)
        self.assertEqual(self.set_account(license_key=None, account_id=None)["license_key_set"], False)
        for wrong in ({"license_key": "has blanks in it"}, {"account_id": "x"}, {"license_key": ""}, {"else": 1}):
            self.admin.request("PUT", GEOIP, json_body=wrong).expect(422)

    def test_3_a_download_that_fails_leaves_nothing_and_says_why_without_the_key(self):
        self.set_account(license_key="wr0ng-key", account_id=None)
        self.assertIn("refused", self.download()["error"])
        self.set_account(license_key=MaxMind.KEY)
        for trouble, reason in (("checksum", "checksum"), ("500", "500"), ("cut", "reached"), ("other", "instead")):
            with self.subTest(trouble):
                self.maxmind.trouble = trouble
                end = self.download()
                self.assertEqual(end["state"], "failed")
                self.assertIn(reason, end["error"])
                self.assertNotIn(MaxMind.KEY, str(end))
                self.assertEqual(self.states(), {"city": "missing", "asn": "missing"})
                self.assertEqual(list((self.folder / "geoip").iterdir()), [])

    def test_4_a_slow_download_shows_its_progress_and_holds_up_no_click(self):
        self.set_account(license_key=MaxMind.KEY, account_id=None)
        self.maxmind.trouble = "slow"
        self.admin.post(f"{GEOIP}/download").expect(202)
        eventually(lambda: self.progress()["bytes"] > 0, what="the first bytes")
        now = self.progress()
        self.assertEqual((now["state"], now["files"][0]["step"]), ("running", "downloading"))
        self.assertLess(0, now["percent"])
        self.assertLess(now["percent"], 50)
        self.assertLess(now["files"][0]["bytes"], now["files"][0]["total"])
        self.assertEqual(self.admin.post(f"{GEOIP}/download").expect(409).code, "conflict")
        self.stack.tracker.get(f"/c/{self.slug}").expect(302)
        self.maxmind.go.set()
        end = self.ended()
        self.assertEqual((end["state"], end["percent"], end["error"]), ("done", 100, None))
        self.assertEqual(self.states(), {"city": "ok", "asn": "ok"})

    def test_5_clicks_get_country_and_provider(self):
        self.have_databases()
        click = self.stack.tracker.but(address="198.18.7.9").get(f"/c/{self.slug}").expect(302).cookie("_tly_click")
        eventually(lambda: self.admin.get(f"/admin/api/clicks/{click}").status == 200, what="the click")
        stored = self.admin.get(f"/admin/api/clicks/{click}").json
        self.assertEqual(
            [stored[name] for name in ("country", "region", "city", "isp")], ["DE", "Region", "City", "Test Telco"])
        self.assertNotIn("geo_unknown", stored["trace"])
        self.assertEqual(self.facts("2001:db8::1")["country"], "DE")
        self.assertEqual(self.facts("10.0.0.1")["country"], None)

    def test_6_an_address_can_be_tested(self):
        self.have_databases()
        told = self.admin.post(f"{GEOIP}/test", {"ip": "198.18.200.1"}).expect(200).json
        self.assertEqual(told, {
            "ip": "198.18.200.1", "network": "198.18.0.0/16", "country": "DE", "country_name": "Country DE",
            "region": "Region", "city": "City", "isp": "Test Telco", "asn": 64500, "connection": None})
        self.assertIsNone(self.admin.post(f"{GEOIP}/test", {"ip": "192.168.1.1"}).expect(200).json["country"])
        for wrong in ("", "198.18.0", "example.com"):
            self.admin.post(f"{GEOIP}/test", {"ip": wrong}).expect(422)

    def test_7_with_an_account_id_the_newer_address_is_asked(self):
        self.set_account(license_key=MaxMind.KEY, account_id=MaxMind.ACCOUNT)
        self.maxmind.requests.clear()
        self.maxmind.country = "FR"
        self.assertEqual(self.download()["state"], "done", self.progress())
        self.assertIn("/geoip/databases/GeoLite2-City/download", self.maxmind.requests)
        self.assertNotIn("/app/geoip_download", self.maxmind.requests)
        self.assertEqual(self.facts()["country"], "FR")

    def test_8_files_are_replaced_broken_and_taken_away_while_it_runs(self):
        self.have_databases()
        file = self.folder / "geoip" / "GeoLite2-City.mmdb"
        draft = file.with_suffix(".new")
        draft.write_bytes(database("GeoLite2-City", {"198.18.0.0/16": "BR"}))
        os.replace(draft, file)
        eventually(lambda: self.facts()["country"] == "BR", within=20, what="the new file")
        file.write_bytes(b"this is no database")
        eventually(lambda: self.states()["city"] == "corrupt", within=20, what="the bad file being seen")
        self.assertEqual(self.facts()["country"], "BR")
        self.stack.stop_service("tracker")
        self.stack.start_service("tracker")
        self.assertEqual(self.states()["city"], "corrupt")
        self.assertIn("geo_unknown", self.facts()["trace"])
        file.unlink()
        eventually(lambda: self.states()["city"] == "missing", within=20, what="the missing file being seen")
        self.stack.tracker.get(f"/c/{self.slug}").expect(302)

    def test_9_other_tenants_see_how_the_files_stand_and_change_nothing(self):
        other = Tenant(self.stack).admin
        told = other.get(GEOIP).expect(200).json
        self.assertEqual((told["may_change"], told["license_key_set"]), (False, False))
        for answer in (other.request("PUT", GEOIP, json_body={"license_key": "x"}), other.post(f"{GEOIP}/download"),
                       other.post(f"{GEOIP}/reload")):
            self.assertEqual(answer.expect(403).code, "permission_denied")
            self.assertIn("installation", answer.json["detail"])
        other.post(f"{GEOIP}/test", {"ip": "198.18.0.1"}).expect(200)

    def test_a_the_key_is_in_no_log(self):
        for log in ("tracker", "tracker-commands"):
            self.assertNotIn(MaxMind.KEY, self.stack.log(log))
        self.assertIn("GeoIP download ended", self.stack.log("tracker"))
