"""A user's own domains: whose they are by DNS, what they answer, and that nobody else's host is anybody's."""

import unittest
import urllib.parse

from fake_dns import FakeDNS
from harness import Stack, Tenant, eventually


class Domains(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dns = FakeDNS().__enter__()
        cls.addClassCleanup(cls.dns.__exit__)
        cls.stack = Stack(environment={"DNS_SERVER": cls.dns.address}).start()
        cls.addClassCleanup(cls.stack.stop)
        cls.here = urllib.parse.urlsplit(cls.stack.env["TRACKER_URL"]).hostname

    def setUp(self):
        self.dns.clear()
        self.tenant = Tenant(self.stack)
        self.host = f"track-{self.tenant.slug}.example.org"

    def add(self, tenant=None, host=None, **fields):
        return (tenant or self.tenant).create("domains", host=host or self.host, **fields)

    def verify(self, domain, tenant=None):
        admin = (tenant or self.tenant).admin
        return admin.post(f"/admin/api/domains/{domain['id']}/verify").expect(200).json

    def point(self, domain):
        """The records that the domain's page asks for."""
        self.dns.set("A", domain["host"], self.here)
        self.dns.set("TXT", domain["verification"]["name"], domain["verification"]["value"])

    def live(self, **fields):
        domain = self.add(**fields)
        self.point(domain)
        self.assertEqual(self.verify(domain)["status"], "verified")
        return domain

    def visitor(self, host=None):
        return self.stack.tracker.but(host=host or self.host)

    def test_each_failure_says_what_was_found_and_what_would_be_right(self):
        domain = self.add()
        record = domain["verification"]
        self.assertEqual(record["name"], f"_trackily.{self.host}")
        said = self.verify(domain)
        self.assertEqual(said["status"], "failed")
        for words in ("no TXT record", record["name"], record["value"], "no A, AAAA or CNAME record", self.here):
            self.assertIn(words, said["problem"])
        self.dns.set("A", self.host, "192.0.2.77")
        self.dns.set("AAAA", self.host, "2001:db8::77")
        self.dns.set("TXT", record["name"], "something else")
        said = self.verify(domain)
        for words in ("192.0.2.77", "2001:db8::77", self.here, "something else", record["value"]):
            self.assertIn(words, said["problem"])
        self.assertEqual([check["ok"] for check in said["checks"]], [False, False])
        self.assertEqual(self.visitor().get("/robots.txt").status, 404)

    def test_it_answers_once_both_records_are_right(self):
        campaign = self.tenant.simple_campaign()
        domain = self.add()
        self.dns.set("A", self.host, self.here)
        self.assertEqual(self.verify(domain)["status"], "failed")
        self.assertEqual(self.visitor().get(f"/c/{campaign['slug']}").status, 404)
        self.point(domain)
        self.assertEqual(self.verify(domain)["status"], "verified")
        self.answers(f"/c/{campaign['slug']}", 302)
        # Other hosts of the tenant keep answering, and no dashboard is on a tracking domain.
        self.tenant.click(campaign).expect(302)
        self.assertEqual(self.visitor().get("/admin/login").status, 404)
        self.tenant.admin.delete(f"/admin/api/domains/{domain['id']}").expect(204)
        self.answers(f"/c/{campaign['slug']}", 404)

    def answers(self, path, status):
        """Every node knows of a change within a second, as far as the machine lets it."""
        eventually(lambda: self.visitor().get(path).status == status, what=f"{status} for {path}")

    def test_only_the_tenant_with_the_token_gets_the_host(self):
        other = Tenant(self.stack)
        mine, theirs = self.add(), self.add(other)
        self.assertNotEqual(mine["verification"]["value"], theirs["verification"]["value"])
        self.point(theirs)
        self.assertEqual(self.verify(mine)["status"], "failed")
        self.assertEqual(self.verify(theirs, other)["status"], "verified")
        campaign = other.simple_campaign()
        self.answers(f"/c/{campaign['slug']}", 302)

    def test_the_provider_is_told_by_the_name_servers_of_the_zone(self):
        self.dns.set("NS", "example.org", "ns-1.awsdns-12.co.uk", "ns-2.awsdns-13.com")
        said = self.verify(self.add())
        self.assertEqual(said["provider"], "Route 53")
        self.assertEqual(said["name_servers"], ["ns-1.awsdns-12.co.uk", "ns-2.awsdns-13.com"])

    def test_a_certificate_at_a_private_address_is_not_looked_at(self):
        domain = self.live()
        certificate = self.tenant.admin.get(f"/admin/api/domains/{domain['id']}").expect(200).json["certificate"]
        self.assertEqual(certificate["status"], "unchecked")
        self.assertIn("private address", certificate["problem"])

    def test_root_and_robots_say_what_is_set(self):
        campaign = self.tenant.simple_campaign()
        domain = self.live()
        path = f"/admin/api/domains/{domain['id']}"
        self.assertEqual(self.visitor().get("/").status, 404)
        self.assertIn("Disallow: /", self.visitor().get("/robots.txt").expect(200).text)
        self.tenant.admin.patch(path, {
            "root": "redirect", "root_url": "https://www.example.org/", "robots": "allow"}).expect(200)
        self.assertEqual(self.visitor().get("/").expect(302).location, "https://www.example.org/")
        self.assertIn("Allow: /", self.visitor().get("/robots.txt").text)
        self.tenant.admin.patch(path, {
            "root": "campaign", "root_campaign_id": campaign["id"], "robots": "custom", "robots_text": "# mine"},
        ).expect(200)
        click = self.visitor().get("/?sub1=bare").expect(302)
        self.assertTrue(click.cookie("_tly_click"))
        self.assertEqual(self.visitor().get("/robots.txt").text, "# mine\n")

    def test_an_unknown_host_is_nobodys(self):
        campaign = self.tenant.simple_campaign()
        for host in ("nobody.example.org", f"x.{self.tenant.domain}", f"{self.tenant.domain}.evil.example"):
            for path in ("/", "/robots.txt", f"/c/{campaign['slug']}", "/admin", "/admin/api/campaigns"):
                with self.subTest(f"{host}{path}"):
                    self.assertEqual(self.visitor(host).get(path).status, 404)
