"""The pixel from outside, as its script and as pages without scripts use it: the shop's funnel, conversions that count
once, floods, and what happens while the database is away.
"""

import concurrent.futures
import gzip
import http.client
import json
import socket
import unittest
import urllib.parse
import uuid

import shared
from harness import Stack, Tenant, eventually
from harness.customers import unique
from harness.customers import unique

SHOP = "https://shop.example"


def event(click, name, event_id=None, **data):
    return {"event": name, "event_id": event_id or uuid.uuid4().hex, "click_id": click, "age": 0, "data": data}


class PixelTest(unittest.TestCase):
    tenant = None

    def click(self, campaign, number=1, **query):
        return self.tenant.click(campaign, address=f"198.18.3.{number}", **query).expect(302).cookie("_tly_click")

    def send(self, body, address="198.18.3.1", path="/api/pixel", **headers):
        """As a page of another origin does: plain text, so that the browser asks for no leave first."""
        return self.tenant.public.but(address=address).request(
            "POST", path, body=json.dumps(body).encode(),
            headers={"Content-Type": "text/plain;charset=UTF-8", "Origin": SHOP} | headers)

    def one(self, click):
        found = self.tenant.conversions(click)
        self.assertEqual(len(found), 1, found)
        return found[0]

    def funnel(self, **query):
        answer = self.tenant.admin.get("/admin/api/ecommerce/funnel", query=query).expect(200).json
        return {step["event"]: step for step in answer["steps"]}

    def counts(self, **query):
        return [step["count"] for step in self.funnel(**query).values()]


class Pixel(PixelTest):
    @classmethod
    def setUpClass(cls):
        cls.tenant = shared.tenant()
        cls.campaign = cls.tenant.simple_campaign()

    # The script

    def test_the_script_is_small_kept_and_readable_from_anywhere(self):
        plain = self.tenant.public.get("/pixel.js").expect(200)
        self.assertEqual(plain.headers["Content-Type"], "text/javascript; charset=utf-8")
        self.assertIn("max-age=3600", plain.headers["Cache-Control"])
        self.assertEqual(plain.headers["Access-Control-Allow-Origin"], "*")
        self.assertEqual(plain.headers["Cross-Origin-Resource-Policy"], "cross-origin")
        self.assertIn("trackily.consent(true)", plain.text)
        packed = self.tenant.public.get("/pixel.js", headers={"Accept-Encoding": "gzip"}).expect(200)
        self.assertEqual(packed.headers["Content-Encoding"], "gzip")
        self.assertLess(len(packed.body), 4_000)
        self.assertEqual(gzip.decompress(packed.body), plain.body)
        tag = packed.headers["ETag"]
        self.assertEqual(self.tenant.public.get("/pixel.js", headers={"If-None-Match": tag}).expect(304).body, b"")
        self.tenant.public.get("/pixel.js", headers={"If-None-Match": 'W/"other"'}).expect(200)
        shared.stack().tracker.but(host="nobody.example.org").get("/pixel.js").expect(404)

    # Other origins

    def test_pages_of_any_origin_may_send_and_read_the_answer(self):
        click = self.click(self.campaign)
        for path in ("/pixel", "/api/pixel"):
            asked = self.tenant.public.request("OPTIONS", path, headers={
                "Origin": SHOP, "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "content-type"}).expect(204)
            self.assertEqual(asked.headers["Access-Control-Allow-Origin"], SHOP)
            self.assertIn("POST", asked.headers["Access-Control-Allow-Methods"])
            self.assertEqual(asked.headers["Access-Control-Allow-Headers"], "Content-Type")
            answer = self.send(event(click, "pageview"), path=path).expect(204)
            self.assertEqual((answer.headers["Access-Control-Allow-Origin"], answer.headers["Vary"]), (SHOP, "Origin"))
            self.assertIsNone(answer.headers["Access-Control-Allow-Credentials"])
            self.assertEqual(answer.headers["Cache-Control"], "no-store")
        refused = self.send({"event": "pageview"}).expect(422)
        self.assertEqual(refused.headers["Access-Control-Allow-Origin"], SHOP)
        self.assertEqual(self.send(event(click, "pageview"), Origin="null").expect(204).headers[
            "Access-Control-Allow-Origin"], "null")

    # Conversions

    def test_the_documents_purchase_is_a_sale(self):
        click = self.click(self.campaign)
        answer = self.send(event(
            click, "purchase", order_id="ORD-12345", revenue=89.99, currency="USD",
            products=[{"name": "Running Shoes", "price": 59.99, "qty": 1}])).expect(200)
        sale = self.one(click)
        self.assertEqual(answer.json["conversion_id"], sale["id"])
        self.assertEqual(
            (sale["type"], sale["status"], float(sale["payout"]), sale["txid"], sale["match"]),
            ("sale", "sale", 89.99, "ORD-12345", "click_id"))

    def test_other_events_are_conversions_of_their_own_type(self):
        click = self.click(self.campaign)
        self.send(event(click, "lead", email="jane@example.com")).expect(200)
        self.send(event(click, "newsletter")).expect(200)
        self.send(event(click, "upsell", order_id="U-1", revenue=5)).expect(200)
        self.send(event(click, "purchase")).expect(200)
        found = {item["type"]: (item["status"], float(item["payout"])) for item in self.tenant.conversions(click)}
        # Only the sale gets the offer's payout.
        self.assertEqual(found, {
            "lead": ("lead", 0), "newsletter": ("sale", 0), "upsell": ("sale", 5), "sale": ("sale", 10)})

    def test_steps_before_the_purchase_are_no_conversions(self):
        click = self.click(self.campaign)
        for name in ("pageview", "add_to_cart", "checkout"):
            self.send(event(click, name, price="a few")).expect(204)
        self.assertEqual(self.tenant.conversions(click), [])

    def test_an_order_counts_once_however_often_the_page_is_opened(self):
        click = self.click(self.campaign)
        with concurrent.futures.ThreadPoolExecutor(12) as pool:
            bodies = [event(click, "purchase", order_id="A-1", revenue="12.50") for _ in range(24)]
            statuses = [answer.status for answer in pool.map(self.send, bodies)]
        self.assertEqual(set(statuses), {200})
        self.assertEqual(self.one(click)["payout"], "12.50")

    def test_an_event_that_is_sent_again_counts_once_whatever_the_offer_says_of_duplicates(self):
        for mode in ("add", "new"):
            with self.subTest(mode):
                offer = self.tenant.offer(duplicate_mode=mode)
                campaign = self.tenant.campaign(offers=[offer])
                self.tenant.await_campaign(campaign)
                click = self.click(campaign)
                body = event(click, "purchase", order_id="A-1", revenue="3")
                with concurrent.futures.ThreadPoolExecutor(8) as pool:
                    self.assertEqual({answer.status for answer in pool.map(self.send, [body] * 16)}, {200})
                self.send(body).expect(200)
                self.assertEqual(self.one(click)["payout"], "3.00")
                # A page that is loaded again is the same order; another order is another one.
                self.send(event(click, "purchase", order_id="A-1", revenue="9")).expect(200)
                self.assertEqual(self.one(click)["payout"], "3.00")
                self.send(event(click, "purchase", order_id="A-2", revenue="4")).expect(200)
                self.assertEqual(sum(float(item["payout"]) for item in self.tenant.conversions(click)), 7)

    def test_where_the_network_proves_itself_a_page_only_announces_a_sale(self):
        network = self.tenant.create("networks", name=unique("signed"), require_key=True)
        offer = self.tenant.offer(network_id=network["id"])
        campaign = self.tenant.campaign(offers=[offer])
        self.tenant.await_campaign(campaign)
        click = self.click(campaign)
        self.send(event(click, "purchase", order_id="H-1", revenue="1000000")).expect(200)
        held = self.one(click)
        self.assertEqual((held["status"], held["revenue"]), ("hold", "0.00"))
        key = self.tenant.admin.get(f"/admin/api/networks/{network['id']}").expect(200).json["postback_key"]
        self.tenant.public.get(
            f"/postback/{key}", query={"click_id": click, "txid": "H-1", "payout": "5"}).expect(200)
        approved = self.one(click)
        self.assertEqual((approved["status"], approved["payout"]), ("sale", "5.00"))

    def test_a_purchase_counts_though_the_page_is_gone(self):
        place = urllib.parse.urlsplit(self.tenant.public.url)
        clicks = [self.click(self.campaign) for _ in range(10)]
        for click in clicks:
            body = json.dumps(event(click, "purchase", revenue=4)).encode()
            head = f"POST /api/pixel HTTP/1.1\r\nHost: {self.tenant.domain}\r\nContent-Length: {len(body)}\r\n\r\n"
            with socket.create_connection((place.hostname, place.port)) as connection:
                connection.sendall(head.encode() + body)
        for click in clicks:
            eventually(lambda click=click: self.one(click)["payout"] == "4.00", what="the purchase")

    def test_pages_without_scripts_load_a_picture(self):
        click = self.click(self.campaign)
        for query in (
                {"event": "purchase", "click_id": click, "order_id": "P-1", "revenue": "7"},
                {"e": json.dumps(event(click, "purchase", order_id="P-2", revenue=8))},
                {"event": "pageview", "click_id": click}):
            answer = self.tenant.public.get("/pixel", query=query).expect(200)
            self.assertEqual(answer.headers["Content-Type"], "image/gif")
            self.assertEqual((answer.body[:6], len(answer.body)), (b"GIF89a", int(answer.headers["Content-Length"])))
        self.assertEqual(sorted(item["txid"] for item in self.tenant.conversions(click)), ["P-1", "P-2"])
        # Something that is no picture tells the page that it failed.
        self.tenant.public.get("/pixel", query={"event": "purchase"}).expect(422)

    def test_what_is_refused(self):
        click = self.click(self.campaign)
        self.assertEqual(self.send({"event": "purchase"}).expect(422).json["errors"][0]["field"], "click_id")
        self.assertEqual(self.send({"click_id": click}).expect(422).json["errors"][0]["field"], "event")
        self.assertEqual(
            self.send(event(click, "purchase", revenue="lots")).expect(422).json["errors"][0]["field"], "revenue")
        self.send(event("not-one-of-ours", "pageview")).expect(404)
        self.send(event("01890a5d-ac96-774b-bcce-b302099a8057", "purchase")).expect(404)
        # From a future that no clock of ours has seen.
        self.send(event("ffffffff-ffff-7fff-8fff-ffffffffffff", "pageview")).expect(404)
        self.assertEqual(self.tenant.public.request("POST", "/api/pixel", body=b"{").expect(400).code, "malformed_json")
        self.send([1, 2]).expect(422)
        self.send(event(click, "pageview", note="x" * 17_000)).expect(413)
        self.assertIn("POST", self.tenant.public.request("PUT", "/api/pixel").expect(405).headers["Allow"])
        shared.stack().tracker.but(host="nobody.example.org").request(
            "POST", "/api/pixel", body=json.dumps(event(click, "pageview")).encode()).expect(404)

    def test_another_tenants_click_is_none(self):
        other = Tenant(shared.stack())
        click = self.click(self.campaign)
        other.public.request("POST", "/api/pixel", body=json.dumps(event(click, "purchase")).encode()).expect(404)
        self.assertEqual(self.tenant.conversions(click), [])

    # The funnel

    def test_the_funnel_counts_visitors_and_narrows_down(self):
        campaign, other = self.tenant.simple_campaign(), self.tenant.simple_campaign()
        steps = ("pageview", "add_to_cart", "checkout", "purchase")
        for number, reached in enumerate([4, 3, 3, 2, 1, 1, 1, 1]):
            click = self.click(campaign, number + 1)
            for name in steps[:reached]:
                body = event(click, name)
                for _ in range(2):
                    self.send(body, address=f"198.18.3.{number + 1}").expect(200, 204)
                # Looking twice makes no second visitor.
                if name == "pageview":
                    self.send(event(click, name)).expect(204)
        self.send(event(self.click(other, 99), "pageview")).expect(204)
        eventually(lambda: self.counts(campaign_id=campaign["id"]) == [8, 4, 3, 1], what="the funnel")
        found = self.funnel(campaign_id=campaign["id"])
        self.assertEqual([step["rate_first"] for step in found.values()], [100, 50, 37.5, 12.5])
        self.assertEqual([step["rate_previous"] for step in found.values()], [None, 50, 75, 33.3333])
        self.assertEqual([step["drop_off"] for step in found.values()], [None, 4, 1, 2])
        self.assertEqual([step["name"] for step in found.values()],
                         ["Page View", "Add to Cart", "Checkout", "Purchase"])
        eventually(lambda: self.counts(campaign_id=other["id"]) == [1, 0, 0, 0], what="the other campaign's funnel")
        mine = {"campaign_id": campaign["id"]}
        self.assertEqual(self.counts(**mine, **{"from": "2020-01-01", "to": "2020-01-31"}), [0, 0, 0, 0])
        self.assertEqual(self.counts(**mine, country="ZZ"), [0, 0, 0, 0])
        device = eventually(lambda: self.tenant.admin.get(
            "/admin/api/clicks", query=mine).json["items"], what="the clicks")[0]["device"]
        if device:
            self.assertEqual(self.counts(**mine, device=device)[0], 8)
        self.tenant.admin.get("/admin/api/ecommerce/funnel", query={"campaign": 1}).expect(422)
        self.tenant.admin.get("/admin/api/ecommerce/funnel", query={"from": "yesterday"}).expect(422)
        self.tenant.public.get("/admin/api/ecommerce/funnel").expect(401)

    def test_the_installation_can_be_looked_at(self):
        origin = f"https://{unique('site')}.example"
        self.send(event(self.click(self.campaign), "add_to_cart"), Origin=origin).expect(204)

        def heard():
            sites = self.tenant.admin.get("/admin/api/pixel").expect(200).json["sites"]
            return next((site for site in sites if site["origin"] == origin), None)
        site = eventually(heard, what="the site in the list")
        self.assertEqual((site["last_event"], site["events"]), ("add_to_cart", 1))
        told = self.tenant.admin.get("/admin/api/pixel").json
        self.assertEqual(told["script_url"], f"http://{self.tenant.domain}/pixel.js")
        self.assertIn(told["script_url"], told["snippet"])
        self.assertIn('data-consent="required"', told["consent_snippet"])


class Floods(PixelTest):
    @classmethod
    def setUpClass(cls):
        cls.tenant = Tenant(shared.stack())
        cls.campaign = cls.tenant.simple_campaign()

    def test_who_floods_with_page_views_can_still_buy(self):
        click = self.click(self.campaign)
        place = urllib.parse.urlsplit(self.tenant.public.url)
        connection = http.client.HTTPConnection(place.hostname, place.port, timeout=30)
        self.addCleanup(connection.close)
        statuses = []
        for _ in range(700):
            connection.request("POST", "/pixel", json.dumps(event(click, "pageview")), {
                "Host": self.tenant.domain, "X-Forwarded-For": "198.18.77.7", "Origin": SHOP})
            answer = connection.getresponse()
            answer.read()
            statuses.append(answer.status)
            if answer.status == 429:
                self.assertGreater(int(answer.headers["Retry-After"]), 0)
                self.assertEqual(answer.headers["Access-Control-Allow-Origin"], SHOP)
                break
        self.assertEqual(statuses[:500], [204] * 500)
        self.assertEqual(statuses[-1], 429)
        self.send(event(click, "purchase", revenue=5), address="198.18.77.7").expect(200)
        self.assertEqual(float(self.one(click)["payout"]), 5)
        self.send(event(click, "pageview"), address="198.18.77.8").expect(204)


class DatabaseAway(PixelTest):
    """A copy of its own, whose database goes away."""

    @classmethod
    def setUpClass(cls):
        cls.stack = Stack().start()
        cls.addClassCleanup(cls.stack.stop)
        cls.tenant = Tenant(cls.stack)
        cls.campaign = cls.tenant.simple_campaign()

    def test_what_was_acknowledged_is_there_when_the_database_is_back(self):
        clicks = [self.click(self.campaign, number) for number in range(1, 4)]
        eventually(lambda: self.tenant.stats(self.campaign)["clicks"] == 3, what="the clicks in the database")
        self.stack.stop_postgres("fast")
        sent = []
        for click in clicks:
            sent += [event(click, "pageview"), event(click, "checkout"), event(click, "lead", email="jane@example.com"),
                     event(click, "purchase", order_id="A", revenue="20")]
        for body in sent:
            self.send(body).expect(204 if body["event"] in ("pageview", "checkout") else 202)
        journal = b"".join(path.read_bytes() for path in self.stack.run_dir.rglob("journal/**/*") if path.is_file())
        self.assertIn(b"email_sha256", journal)
        self.assertNotIn(b"jane", journal)
        # The pixel's script had no answer and tries again.
        for body in sent:
            self.send(body).expect(202, 204)
        self.stack.start_service("postgres")
        eventually(lambda: self.counts(campaign_id=self.campaign["id"]) == [3, 0, 3, 3], within=90, what="the funnel")
        for click in clicks:
            eventually(lambda click=click: len(self.tenant.conversions(click)) == 2, within=60, what="the conversions")
            found = {item["type"]: float(item["payout"]) for item in self.tenant.conversions(click)}
            self.assertEqual(found, {"sale": 20, "lead": 0})
        schema = self.stack.sql("SELECT schema_name FROM control.tenants WHERE slug = "
                                f"'{self.tenant.slug}'")[0][0]
        bodies = self.stack.sql(f"SELECT convert_from(body, 'UTF8') FROM {schema}.postback_log WHERE channel = 'pixel'")
        self.assertTrue(bodies)
        self.assertNotIn("jane", str(bodies))
