"""How visitors are sent on: tracking profiles, macros, parameters handed on, retargeting pixels and their licence."""

import html
import re
import unittest
import urllib.parse

import shared
from harness import Tenant, eventually
from harness.customers import unique

API = "/admin/api/tracking-profiles"
PLAIN = {"301": 301, "302": 302, "307": 307}
PAGES = ("meta", "javascript", "hide_referrer")
PIXEL = '<img src="https://pixel.example.org/hit?c={click_id}&s={sub1}" alt="">'


def addresses(page):
    """Every place where a page that goes on has its destination, as a browser reads it."""
    found = [html.unescape(text) for text in re.findall(r';url=([^"]*)"', page) + re.findall(r'href="([^"]*)"', page)]
    for text in re.findall(r'location\.replace\("([^"]*)"\)', page):
        found.append(re.sub(r"\\x([0-9a-f]{2})", lambda match: chr(int(match[1], 16)), text))
    return found


class Destinations(unittest.TestCase):
    def setUp(self):
        self.tenant = shared.tenant()
        self.api = self.tenant.admin

    def profile(self, **fields):
        return self.tenant.create("tracking-profiles", **({"name": unique("profile")} | fields))

    def live(self, campaign, **expected):
        """Waits until the campaign is as it was saved last."""
        self.tenant.await_campaign(campaign)
        for name, value in expected.items():
            eventually(lambda: self.tenant.explain(campaign).json.get(name) == value, what=f"{name} being {value}")

    def offer_campaign(self, profile=None, url="https://shop.example.org/buy?s={sub1}&c={click_id}", **fields):
        campaign = self.tenant.campaign(
            offers=[self.tenant.offer(url=url)], append_click_param=False,
            tracking_profile_id=profile and profile["id"], **fields)
        self.tenant.await_campaign(campaign)
        return campaign

    # Profiles

    def test_every_tenant_has_one_default_that_stays(self):
        defaults = lambda: [row for row in self.api.items(API) if row["is_default"]]
        first, = defaults()
        self.assertEqual((first["name"], first["redirect"], first["pixels"]), ("Default", "302", ""))
        self.assertEqual(self.api.delete(f"{API}/{first['id']}").status, 409)
        refused = self.api.patch(f"{API}/{first['id']}", {"is_default": False}).expect(422).json
        self.assertEqual(refused["errors"][0]["field"], "is_default")
        other = self.profile(is_default=True)
        self.assertEqual([row["id"] for row in defaults()], [other["id"]])
        self.api.patch(f"{API}/{first['id']}", {"is_default": True}).expect(200)
        self.assertEqual([row["id"] for row in defaults()], [first["id"]])
        self.api.delete(f"{API}/{other['id']}").expect(204)

    def test_a_profile_in_use_cannot_be_deleted(self):
        profile = self.profile(redirect="meta")
        campaign = self.offer_campaign(profile)
        self.assertIn(campaign["name"], self.api.delete(f"{API}/{profile['id']}").expect(409).json["detail"])
        self.api.patch(f"/admin/api/campaigns/{campaign['id']}", {"tracking_profile_id": None}).expect(200)
        self.api.delete(f"{API}/{profile['id']}").expect(204)
        self.api.get(f"{API}/{profile['id']}").expect(404)

    def test_what_a_profile_may_not_say(self):
        for fields in ({"redirect": "303"}, {"redirect": "302", "pixels": PIXEL},
                       {"pixels": "x" * 20_001, "redirect": "meta"},
                       {"nonsense": 1}, {"pass_parameters": "maybe"}, {"name": ""}):
            with self.subTest(fields):
                self.api.post(API, {"name": unique("profile")} | fields).expect(422)
        self.api.post("/admin/api/campaigns", {
            "name": unique("c"), "slug": unique("c"), "tracking_profile_id": 999_999}).expect(422)

    # Redirects

    def test_the_plain_redirects(self):
        for redirect, status in PLAIN.items():
            with self.subTest(redirect):
                answer = self.tenant.click(self.offer_campaign(self.profile(redirect=redirect)), sub1="a b")
                click = answer.cookie("_tly_click")
                self.assertEqual(answer.status, status)
                self.assertEqual(answer.location, f"https://shop.example.org/buy?s=a%20b&c={click}")
                self.assertEqual(answer.headers["Cache-Control"], "no-store")

    def test_the_pages_that_go_on(self):
        for redirect in PAGES:
            for pixels in ("", PIXEL):
                with self.subTest(redirect, pixels=bool(pixels)):
                    campaign = self.offer_campaign(self.profile(redirect=redirect, pixels=pixels))
                    answer = self.tenant.click(campaign, sub1="\"><script>alert('1')</script>&").expect(200)
                    click = answer.cookie("_tly_click")
                    page = answer.body.decode()
                    value = urllib.parse.quote("\"><script>alert('1')</script>&", safe="-._~")
                    target = f"https://shop.example.org/buy?s={value}&c={click}"
                    found = addresses(page)
                    self.assertGreaterEqual(len(found), 2)
                    self.assertEqual(set(found), {target})
                    self.assertNotIn("alert('1')", page)
                    self.assertEqual(answer.headers["Cache-Control"], "no-store")
                    policy = answer.headers["Content-Security-Policy"]
                    self.assertIn("default-src 'none'", policy)
                    self.assertNotIn("unsafe-inline", policy.partition("script-src")[2].partition(";")[0])
                    self.assertEqual(answer.headers.get("Referrer-Policy") == "no-referrer",
                                     redirect == "hide_referrer")
                    self.assertEqual(f"https://pixel.example.org/hit?c={click}&s={value}" in page, bool(pixels))

    def test_without_a_redirect_the_visitor_stays_and_the_click_counts(self):
        campaign = self.offer_campaign(self.profile(redirect="200"))
        answer = self.tenant.click(campaign).expect(200)
        self.assertEqual(addresses(answer.body.decode()), [])
        click = answer.cookie("_tly_click")
        row = eventually(lambda: (found := self.api.get(f"/admin/api/clicks/{click}")).status == 200 and found.json,
                         what="the stored click")
        self.assertEqual(row["status"], "ok")
        self.assertTrue(any(code.endswith(" 200") and code.startswith("profile:") for code in row["trace"]),
                        row["trace"])

    def test_the_profile_holds_from_a_landing_to_its_offer(self):
        offer = self.tenant.offer(url="https://shop.example.org/buy?s={sub1}")
        campaign = self.tenant.campaign(
            landings=[self.tenant.landing()], offers=[offer], tracking_profile_id=self.profile(redirect="meta")["id"])
        self.tenant.await_campaign(campaign)
        click = self.tenant.click(campaign, sub1="x").expect(200).cookie("_tly_click")
        page = self.tenant.public.get(f"/offer/{click}/{offer['id']}").expect(200).body.decode()
        self.assertEqual(set(addresses(page)), {f"https://shop.example.org/buy?s=x&sub2={click}&_tly_click={click}"})

    def test_a_prefetch_fires_no_pixels(self):
        campaign = self.offer_campaign(self.profile(redirect="javascript", pixels=PIXEL))
        answer = self.tenant.click(campaign, headers={"Sec-Purpose": "prefetch;prerender"})
        self.assertNotIn("pixel.example.org", answer.body.decode())
        self.assertIsNone(answer.cookie("_tly_click"))

    # Macros and parameters

    def test_macros_with_arguments_can_be_saved_and_are_filled(self):
        url = ("https://shop.example.org/?d={date:yyyy-MM-dd HH, UTC}&r={random:7, 7}&s={status:lead=0 sale=1}"
               "&n={campaign_name}&_={_sub1}")
        campaign = self.offer_campaign(url=url, name=f"A & B {unique('name')}")
        location = self.tenant.click(campaign, sub1="x/y?z=1").expect(302).location
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(location).query, keep_blank_values=True)
        self.assertRegex(query["d"][0], r"^\d{4}-\d\d-\d\d \d\d$")
        self.assertEqual((query["r"], query["s"], query["n"]), (["7"], [""], [campaign["name"]]))
        self.assertIn("&_=x/y?z=1", location)
        self.api.post("/admin/api/offers", {"name": unique("o"), "url": "https://a.example/{not a macro}"}).expect(422)

    def test_parameters_are_handed_on_where_the_profile_says_so(self):
        campaign = self.offer_campaign(self.profile(pass_parameters=True),
                                       url="https://shop.example.org/?c={click_id}&a=1")
        answer = self.tenant.public.get(
            f"/c/{campaign['slug']}?gclid=G%201&a=2&cost=%7Bcost%7D&_tly_click=x").expect(302)
        click = answer.cookie("_tly_click")
        self.assertEqual(answer.location, f"https://shop.example.org/?c={click}&a=1&gclid=G%201")

    def test_the_caps_address_has_macros_too(self):
        cap = {"limit": 1, "hours": 1, "redirect_url": "https://capped.example.org/?c={campaign_id}&s={sub1}"}
        campaign = self.offer_campaign(frequency_cap=cap)
        self.tenant.click(campaign, address="198.51.100.31").expect(302)
        again = self.tenant.click(campaign, address="198.51.100.31", sub1="a b").expect(302)
        self.assertEqual(again.location, f"https://capped.example.org/?c={campaign['id']}&s=a%20b")

    # Retargeting

    def test_retargeting_pixels_come_on_a_page_before_an_address_elsewhere(self):
        campaign = self.offer_campaign(pixels={"facebook": "1234567890", "google": "G-ABC123",
                                               "tiktok": None, "scripts": None})
        answer = self.tenant.click(campaign).expect(200)
        page, policy = answer.body.decode(), answer.headers["Content-Security-Policy"]
        self.assertEqual(set(addresses(page)), {f"https://shop.example.org/buy?s=&c={answer.cookie('_tly_click')}"})
        self.assertIn("1500", page)
        for host in ("connect.facebook.net", "www.facebook.com", "googletagmanager.com"):
            self.assertIn(host, policy)
        self.assertNotIn("tiktok", policy + page)
        self.assertNotIn("unsafe-inline", policy)

    def test_a_local_landing_has_them_in_its_html(self):
        landing = self.tenant.landing(kind="local", url=None, html="<!doctype html><html><head><title>t</title></head>"
                                      "<body><a href=\"{{offer_url}}\">go</a></body></html>")
        campaign = self.tenant.campaign(
            landings=[landing], offers=[self.tenant.offer()], pixels={"scripts": "<script>mine()</script>"})
        self.tenant.await_campaign(campaign)
        page = self.tenant.click(campaign).expect(200).body.decode()
        self.assertIn("<script>mine()</script>", page)
        self.assertNotIn("location.replace", page)

    def test_pixels_need_the_licence_and_outlive_it(self):
        tenant = Tenant(shared.stack(), plan="pro")
        self.tenant, self.api = tenant, tenant.admin
        campaign = self.offer_campaign(pixels={"facebook": "42"})
        tenant.click(campaign).expect(200)
        self.api.post("/admin/api/license/activate",
                      {"license_key": shared.vendor().license("starter")["key"]}).expect(200)
        eventually(lambda: tenant.click(campaign).status == 302, what="the plain redirect")
        path = f"/admin/api/campaigns/{campaign['id']}"
        self.assertEqual(self.api.get(path).expect(200).json["pixels"]["facebook"], "42")
        self.api.patch(path, {"name": unique("renamed")}).expect(200)
        self.api.patch(path, {"pixels": {"facebook": "42"}}).expect(200)
        refused = self.api.patch(path, {"pixels": {"facebook": "43"}}).expect(402).json
        self.assertEqual(refused["code"], "feature_not_licensed")
        self.assertIn("Pro", refused["detail"])
        self.api.post("/admin/api/campaigns", {
            "name": unique("c"), "slug": unique("c"), "pixels": {"tiktok": "ABC"}}).expect(402)
        self.api.patch(path, {"pixels": None}).expect(200)
