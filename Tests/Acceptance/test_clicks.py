"""From a campaign to the visitor's redirect: weights, cookies, what counts as a click and what does not."""

import unittest
import urllib.parse
import uuid

import shared
from harness import eventually


def sub2(url):
    return urllib.parse.parse_qs(urllib.parse.urlsplit(url).query).get("sub2")


class Clicks(unittest.TestCase):
    def setUp(self):
        self.tenant = shared.tenant()

    def stored(self, campaign):
        return self.tenant.admin.items("/admin/api/clicks", campaign_id=campaign["id"])

    def test_weights_100_and_50_split_two_to_one(self):
        heavy, light = self.tenant.landing(), self.tenant.landing()
        campaign = self.tenant.campaign(landings=[(heavy, 100), (light, 50)], offers=[self.tenant.offer()])
        self.tenant.await_campaign(campaign)
        went = {heavy["url"]: 0, light["url"]: 0}
        for number in range(300):
            answer = self.tenant.click(campaign, address=f"198.18.{number % 250}.7").expect(302)
            went[answer.location.split("?")[0]] += 1
        # 200 expected, standard deviation 8.2: four of them on either side.
        self.assertAlmostEqual(went[heavy["url"]], 200, delta=33)
        self.assertEqual(sum(went.values()), 300)
        counted = eventually(
            lambda: (found := self.tenant.stats(campaign))["clicks"] == 300 and found, what="300 clicks in the stats")
        self.assertEqual(counted["conversions"], 0)

    def test_a_click_gets_an_id_in_cookie_and_offer_url(self):
        campaign = self.tenant.simple_campaign()
        answer = self.tenant.click(campaign, click_id="External-ID-1", sub1="alpha").expect(302)
        click = answer.cookie("_tly_click")
        self.assertEqual(uuid.UUID(click).version, 7)
        self.assertEqual(sub2(answer.location), [click])
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        header = next(text for text in answer.headers.get_all("Set-Cookie") if text.startswith("_tly_click="))
        self.assertIn("Path=/", header)
        self.assertIn("SameSite=Lax", header)
        self.assertNotIn("Secure", header)
        row = eventually(lambda: self.tenant.admin.get(f"/admin/api/clicks/{click}").status == 200 and
                         self.tenant.admin.get(f"/admin/api/clicks/{click}").json, what="the stored click")
        self.assertEqual((row["external_id"], row["sub1"], row["status"]), ("External-ID-1", "alpha", "ok"))
        self.assertTrue(row["trace"])

    def test_the_offer_link_redirects_with_the_click_id(self):
        offer = self.tenant.offer()
        campaign = self.tenant.campaign(landings=[self.tenant.landing()], offers=[offer])
        self.tenant.await_campaign(campaign)
        click = self.tenant.click(campaign).expect(302).cookie("_tly_click")
        answer = self.tenant.public.get(f"/offer/{click}/{offer['id']}").expect(302)
        self.assertTrue(answer.location.startswith(offer["url"]))
        self.assertEqual(sub2(answer.location), [click])

    def test_an_offer_url_with_the_macro_keeps_its_own_form(self):
        offer = self.tenant.offer(url="https://shop.example.org/buy?ref={click_id}&s={sub1}")
        campaign = self.tenant.campaign(offers=[offer])
        self.tenant.await_campaign(campaign)
        answer = self.tenant.click(campaign, sub1="a b&c").expect(302)
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(answer.location).query)
        self.assertEqual(query["ref"], [answer.cookie("_tly_click")])
        self.assertEqual(query["s"], ["a b&c"])
        self.assertNotIn("sub2", query)

    def test_prefetches_head_requests_and_unknown_slugs_are_no_clicks(self):
        campaign = self.tenant.simple_campaign()
        for headers in ({"Sec-Purpose": "prefetch"}, {"Purpose": "prefetch"}, {"X-Moz": "prefetch"},
                        {"User-Agent": "WhatsApp/2.23.20.0"}):
            with self.subTest(headers):
                answer = self.tenant.click(campaign, headers=headers)
                self.assertLess(answer.status, 400)
                self.assertIsNone(answer.cookie("_tly_click"))
        head = self.tenant.public.request("HEAD", f"/c/{campaign['slug']}")
        self.assertIsNone(head.cookie("_tly_click"))
        self.assertEqual(head.body, b"")
        unknown = self.tenant.public.get("/c/no-such-campaign").expect(404)
        self.assertIsNone(unknown.cookie("_tly_click"))
        counted = self.tenant.click(campaign).cookie("_tly_click")
        eventually(lambda: [row["id"] for row in self.stored(campaign)] == [counted], what="exactly one click")

    def test_flows_by_language_and_forced_before_regular(self):
        german, french, other = self.tenant.offer(), self.tenant.offer(), self.tenant.offer()
        campaign = self.tenant.campaign(offers=[other])
        base = {"weight": 100, "landings": [], "binding": "none", "active": True}
        language = {"field": "language", "op": "equals"}
        self.tenant.create(f"campaigns/{campaign['id']}/flows", name="french", type="regular", **base,
                           filters=[language | {"values": ["fr"]}], offers=[{"id": french["id"], "weight": 1}])
        self.tenant.create(f"campaigns/{campaign['id']}/flows", name="german", type="forced", **base,
                           filters=[{"field": "language", "op": "in", "values": ["de", "fr-CH"]}],
                           offers=[{"id": german["id"], "weight": 1}])
        self.tenant.await_campaign(campaign)

        def offer_for(header):
            return self.tenant.click(campaign, headers={"Accept-Language": header}).expect(302).location.split("?")[0]
        eventually(lambda: offer_for("de-DE,de;q=0.9") == german["url"], what="the forced flow being live")
        self.assertEqual(offer_for("fr-FR,fr;q=0.9"), french["url"])
        self.assertEqual(offer_for("en-US"), other["url"])

    def test_an_address_is_taken_from_the_trusted_proxy(self):
        campaign = self.tenant.simple_campaign()
        self.tenant.click(campaign, address="6.6.6.6, 198.51.100.77")
        row = eventually(lambda: self.stored(campaign), what="the stored click")[0]
        self.assertEqual(row["ip"], "198.51.100.77")

    def test_unreplaced_macros_are_stored_as_nothing(self):
        campaign = self.tenant.simple_campaign()
        self.tenant.click(campaign, cost="{cost}", sub1="${SUBID}", sub3="__CLICKID__", click_id="[CLICK_ID]")
        row = eventually(lambda: self.stored(campaign), what="the stored click")[0]
        self.assertEqual([row["sub1"], row["sub3"], row["external_id"]], [None, None, None])

    def test_explaining_a_click_records_nothing(self):
        campaign = self.tenant.simple_campaign()
        answer = self.tenant.explain(campaign).expect(200)
        self.assertIsNone(answer.cookie("_tly_click"))
        other = self.tenant.public.get("/click", query={"campaign": campaign["slug"], "test": "1"}).expect(200)
        self.assertIsNone(other.cookie("_tly_click"))
        counted = self.tenant.click(campaign).cookie("_tly_click")
        eventually(lambda: [row["id"] for row in self.stored(campaign)] == [counted], what="exactly one click")

    def test_a_path_that_is_not_there_is_404_for_an_unknown_host(self):
        campaign = self.tenant.simple_campaign()
        answer = shared.stack().tracker.but(host="unknown.example.org").get(f"/c/{campaign['slug']}")
        self.assertEqual(answer.status, 404)
