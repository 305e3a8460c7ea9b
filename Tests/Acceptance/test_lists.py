"""Lists: pages, orders and `field=` filters. What a list cannot do is refused, never silently left out."""

import unittest

import shared
from harness import eventually
from harness.customers import unique

LISTS = ("campaigns", "offers", "landings", "sources", "networks", "domains", "tracking-profiles", "users")


class Lists(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.tenant = shared.tenant()
        cls.admin = cls.tenant.admin

    def ids(self, noun, **query):
        return [item["id"] for item in self.admin.items(f"/admin/api/{noun}", **query)]


class Orders(Lists):
    def test_by_name_page_by_page_regardless_of_case(self):
        word = unique("sorted")
        names = [f"{word} {letter}" for letter in "bDaCe"]
        made = {name: self.tenant.create("networks", name=name)["id"] for name in names}
        for sort, reverse in (("name", False), ("-name", True)):
            wanted = [made[name] for name in sorted(names, key=str.lower, reverse=reverse)]
            for limit in (1, 2, 500):
                with self.subTest(sort, limit=limit):
                    self.assertEqual(self.ids("networks", sort=sort, q=word, limit=limit), wanted)

    def test_by_id_both_ways(self):
        for noun in LISTS:
            with self.subTest(noun):
                up, down = self.ids(noun, sort="id", limit=7), self.ids(noun, limit=7)
                self.assertEqual(up, sorted(up))
                self.assertEqual(down, sorted(down, reverse=True))
                self.assertEqual(set(up), set(down))

    def test_an_order_that_a_list_has_not_is_refused(self):
        for noun in LISTS:
            with self.subTest(noun):
                answer = self.admin.get(f"/admin/api/{noun}", query={"sort": "password"}).expect(422)
                self.assertEqual([error["field"] for error in answer.json["errors"]], ["sort"])


class Filters(Lists):
    def test_configured_things_by_their_fields(self):
        network = self.tenant.create("networks", name=unique("network"))
        offer = self.tenant.offer(network_id=network["id"], status="paused", currency="EUR")
        landing = self.tenant.landing(kind="local", url=None, html="<p>Hello</p>")
        campaign = self.tenant.campaign(offer_id=offer["id"], cost_model="cpm")
        profile = self.tenant.create("tracking-profiles", name=unique("profile"), redirect="307")
        for noun, thing, query in (
            ("offers", offer, {"network_id": network["id"]}),
            ("offers", offer, {"status": "paused", "currency": "EUR"}),
            ("offers", offer, {"name": offer["name"]}),
            ("landings", landing, {"kind": "local"}),
            ("campaigns", campaign, {"slug": campaign["slug"]}),
            ("campaigns", campaign, {"offer_id": offer["id"], "cost_model": "cpm"}),
            ("tracking-profiles", profile, {"redirect": "307"}),
        ):
            with self.subTest(noun, query=query):
                found = self.admin.items(f"/admin/api/{noun}", **query)
                self.assertIn(thing["id"], [item["id"] for item in found])
                for item in found:
                    self.assertEqual({name: item[name] for name in query}, query)

    def test_users_by_role_and_their_number(self):
        email = f"{unique('viewer')}@example.com"
        user = self.admin.post("/admin/api/users", {"email": email, "role": "viewer"}).expect(201).json
        self.assertEqual(self.ids("users", email=email), [user["id"]])
        page = self.admin.get("/admin/api/users", query={"role": "viewer", "limit": 500}).expect(200).json
        self.assertEqual({item["role"] for item in page["items"]}, {"viewer"})
        self.assertEqual(page["total"], len(page["items"]))

    def test_a_filter_that_a_list_has_not_is_refused(self):
        for noun in LISTS:
            with self.subTest(noun):
                answer = self.admin.get(f"/admin/api/{noun}", query={"colour": "red"}).expect(422)
                self.assertEqual([error["field"] for error in answer.json["errors"]], ["colour"])
        self.admin.get("/admin/api/offers", query={"network_id": "x"}).expect(422)
        self.admin.get("/admin/api/landings", query={"protected": "perhaps"}).expect(422)

    def test_clicks_by_what_is_known_of_the_visitor(self):
        campaign = self.tenant.simple_campaign()
        agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0"
        headers = {"User-Agent": agent, "Accept-Language": "de-DE,de;q=0.9", "Referer": "https://news.example.org/x"}
        for _ in range(2):
            self.tenant.click(campaign, address="198.18.77.7", headers=headers, sub7="seven").expect(302)

        def found(**query):
            return len(self.admin.items("/admin/api/clicks", campaign_id=campaign["id"], **query))

        eventually(lambda: found() == 2, what="both clicks in the log")
        for query, count in (
            ({"os": "Windows", "browser": "Firefox", "device": "Desktop", "language": "de"}, 2),
            ({"referrer_domain": "news.example.org", "sub7": "seven"}, 2),
            ({"unique": "true"}, 1), ({"unique": "false"}, 1), ({"os": "Linux"}, 0), ({"sub7": "eight"}, 0),
        ):
            with self.subTest(query):
                self.assertEqual(found(**query), count)

    def test_clicks_in_both_directions(self):
        campaign = self.tenant.simple_campaign()
        clicks = self.tenant.clicks(campaign, 5)

        def ids(**query):
            return self.ids("clicks", campaign_id=campaign["id"], **query)

        eventually(lambda: len(ids()) == 5, what="the clicks in the log")
        for limit in (1, 2, 50):
            self.assertEqual(ids(sort="ts", limit=limit), sorted(clicks))
            for sort in ("-ts", "-id"):
                self.assertEqual(ids(sort=sort, limit=limit), sorted(clicks, reverse=True))


class Answers(Lists):
    def test_a_field_has_one_fault(self):
        for body in ({"kind": "url", "url": "nowhere"}, {"kind": "url"}, {"kind": "url", "url": None},
                     {"kind": "local", "html": 7}, {"kind": "local", "html": None}):
            with self.subTest(body):
                answer = self.admin.post("/admin/api/landings", {"name": unique("landing")} | body).expect(422)
                self.assertEqual([error["field"] for error in answer.json["errors"]],
                                 ["url" if body["kind"] == "url" else "html"])

    def test_the_audit_log_holds_changed_settings_by_name(self):
        self.admin.patch("/admin/api/settings/general", {"uniqueness_hours": 24}).expect(200)
        entry = self.admin.get("/admin/api/audit-log", query={"action": "settings.update"}).expect(200).json["items"][0]
        self.assertEqual(entry["after"], {"uniqueness_hours": 24})

    def test_a_custom_role_as_levels_or_as_switches(self):
        for given, kept in (
            ({"offers": "write", "reports": "read", "users": "none", "settings": None},
             {"offers": "write", "reports": "read"}),
            ({"offers": {"read": True, "write": True}, "reports": {"read": True, "write": False},
              "users": {"read": False, "write": False}}, {"offers": "write", "reports": "read"}),
        ):
            with self.subTest(given):
                role = self.tenant.create("roles", name=unique("role"), permissions=given)
                self.assertEqual(role["permissions"], kept)
        for wrong in ("admin", 7, True, {"read": "yes"}, {"delete": True}):
            with self.subTest(wrong):
                answer = self.admin.post("/admin/api/roles", {
                    "name": unique("role"), "permissions": {"offers": wrong}}).expect(422)
                self.assertEqual([error["field"] for error in answer.json["errors"]], ["permissions.offers"])
