"""The pixel in a browser, on pages of another site, with third-party cookies blocked."""

import json

import shop
from harness import eventually
from harness.customers import unique
from pages import until
from shared import BrowserTest, browser, stack

STUB = """<script>window.trackily=window.trackily||{q:[],track:function(){this.q.push(["track",arguments])},
consent:function(){this.q.push(["consent",arguments])}}</script>"""


class Pixel(BrowserTest):
    @classmethod
    def setUpClass(cls):
        cls.tracker = stack().env["TRACKER_URL"]
        cls.script = f'<script async src="{cls.tracker}/pixel.js"></script>'
        cls.shop = shop.Shop()
        cls.addClassCleanup(cls.shop.close)
        # Another Chromium of the same driver: it can't be started twice in a process.
        cls.chromium = browser().browser_type.launch(executable_path="/usr/bin/chromium", args=shop.ARGUMENTS)
        cls.addClassCleanup(cls.chromium.close)
        cls.api = stack().admin
        name = unique("pixel")
        offer = cls.create("offers", name=name, url=cls.shop.url(), payout="1", currency="USD")
        campaign = cls.create("campaigns", name=name, slug=name, cost_model="none", offer_id=offer["id"])
        cls.campaign, cls.link = campaign["id"], f"{cls.tracker}/c/{name}"
        eventually(lambda: stack().tracker.get(f"/c/{name}").status == 302, what="the campaign being live")

    @classmethod
    def create(cls, noun, **fields):
        return cls.api.post(f"/admin/api/{noun}", fields).expect(201).json

    def setUp(self):
        self.shop.pages.clear()
        self.put("/", STUB + self.script)
        self.context = self.chromium.new_context()
        self.context.set_default_timeout(15_000)
        self.addCleanup(self.context.close)
        self.page = self.context.new_page()
        self.sent = []
        self.page.on("request", lambda request: "/api/pixel" in request.url and self.sent.append(request))

    def put(self, path, head, body="<h1>Shop</h1>", **headers):
        self.shop.pages[path] = (headers, f"<!doctype html><title>Shop</title>{head}{body}")

    def arrive(self, path="/"):
        """Through the tracking link; the click's id."""
        self.page.goto(self.link, wait_until="load")
        self.assertIn("_tly_click=", self.page.url)
        click = self.page.url.split("_tly_click=")[1].split("&")[0]
        if path != "/":
            self.page.goto(self.shop.url(f"{path}?_tly_click={click}"), wait_until="load")
        return click

    def track(self, event, **data):
        self.page.evaluate("([event, data]) => window.trackily.track(event, data)", [event, data])

    def stored(self):
        return self.page.evaluate("[document.cookie, localStorage.getItem('_tly_waiting')]")

    def conversions(self, click):
        return self.api.items("/admin/api/conversions", click_id=click)

    def eventual_sale(self, click):
        """The only conversion of a click."""
        found = eventually(lambda: self.conversions(click), what="the conversion")
        self.assertEqual(len(found), 1, found)
        return found[0]

    def events(self, click):
        schema = "".join(stack().sql("SELECT schema_name FROM control.tenants WHERE is_default")[0])
        return [row[0] for row in stack().sql(
            f"SELECT kind FROM {schema}.shop_events WHERE click_id = '{click}' ORDER BY at, kind")]

    def eventual_events(self, click, *kinds):
        eventually(lambda: sorted(self.events(click)) == sorted(kinds), what=f"{kinds} of the click")

    def test_from_the_link_to_the_purchase_over_two_hosts(self):
        click = self.arrive()
        self.eventual_events(click, "pageview")
        cookie = next(found for found in self.context.cookies(self.shop.url()) if found["value"] == click)
        self.assertEqual((cookie["name"], cookie["domain"], cookie["sameSite"], cookie["secure"]),
                         ("_tly_click", ".shop.test", "Lax", False))
        self.track("add_to_cart", product="Shoes", price=59.99)
        # The checkout is on another host, and its address says nothing of the click.
        self.put("/checkout", self.script)
        self.page.goto(self.shop.url("/checkout", host="checkout.shop.test"), wait_until="load")
        until(self.page, "window.trackily && window.trackily.loaded")
        self.track("checkout", cart_total=59.99, item_count=1)
        self.track("purchase", order_id="ORD-1", revenue=59.99, currency="USD", products=[{"name": "Shoes", "qty": 1}])
        sale = self.eventual_sale(click)
        self.assertEqual((sale["type"], sale["txid"], sale["payout"]), ("sale", "ORD-1", "59.99"))
        self.eventual_events(click, "pageview", "pageview", "add_to_cart", "checkout", "purchase")
        for request in self.sent:
            self.assertNotIn("cookie", request.all_headers())
            # None of them needs to ask first.
            self.assertNotEqual(request.method, "OPTIONS")
        eventually(lambda: self.stored()[1] is None, what="nothing being left to send")

    def test_calls_before_the_script_is_there_are_not_lost(self):
        self.put("/early", STUB + '<script>trackily.track("purchase", {order_id: "early", revenue: 3})</script>'
                 + self.script)
        click = self.arrive("/early")
        self.assertEqual(self.eventual_sale(click)["txid"], "early")

    def test_who_came_another_way_is_not_followed(self):
        self.page.goto(self.shop.url(), wait_until="load")
        until(self.page, "window.trackily && window.trackily.loaded")
        self.track("purchase", order_id="x", revenue=1)
        self.assertEqual(self.stored(), ["", None])
        self.assertEqual(self.sent, [])

    def test_without_consent_nothing_is_stored_or_sent(self):
        self.put("/asks", STUB + self.script.replace("async", 'async data-consent="required"'))
        self.page.goto(self.link, wait_until="commit")
        click = self.page.url.split("_tly_click=")[1].split("&")[0]
        self.context.clear_cookies()
        self.page.goto(self.shop.url("/"), wait_until="load")
        self.page.evaluate("localStorage.clear()")
        self.context.clear_cookies()
        self.sent.clear()
        self.page.goto(self.shop.url(f"/asks?_tly_click={click}"), wait_until="load")
        until(self.page, "window.trackily.loaded")
        self.track("purchase", order_id="agreed", revenue=4)
        self.assertEqual(self.stored(), ["", None])
        self.assertEqual(self.sent, [])
        self.page.evaluate("trackily.consent(true)")
        self.assertEqual(self.eventual_sale(click)["txid"], "agreed")
        self.assertIn(click, self.stored()[0])
        self.page.evaluate("trackily.consent(false)")
        self.assertEqual(self.stored(), ["", None])
        sent = len(self.sent)
        self.track("purchase", order_id="withdrawn", revenue=4)
        self.assertEqual((len(self.sent), self.stored()), (sent, ["", None]))

    def test_what_could_not_be_sent_is_sent_when_the_network_is_back(self):
        click = self.arrive()
        self.eventual_events(click, "pageview")
        self.context.set_offline(True)
        self.track("purchase", order_id="offline", revenue=5)
        waiting = json.loads(eventually(lambda: self.stored()[1], what="the event being kept"))
        self.assertEqual([item["event"] for item in waiting], ["purchase"])
        self.assertEqual(self.conversions(click), [])
        self.context.set_offline(False)
        self.assertEqual(self.eventual_sale(click)["txid"], "offline")
        eventually(lambda: self.stored()[1] is None, what="nothing being left to send")

    def test_what_could_not_be_sent_is_sent_by_the_next_page(self):
        click = self.arrive()
        self.eventual_events(click, "pageview")
        self.context.route("**/api/pixel**", lambda route: route.abort())
        self.track("purchase", order_id="later", revenue=5)
        eventually(lambda: self.stored()[1], what="the event being kept")
        self.page.goto("about:blank")
        self.context.unroute("**/api/pixel**")
        self.put("/other", self.script)
        self.page.goto(self.shop.url("/other"), wait_until="load")
        self.assertEqual(self.eventual_sale(click)["txid"], "later")

    def test_an_answer_that_got_lost_makes_no_second_event(self):
        click = self.arrive()
        self.eventual_events(click, "pageview")
        lost = []

        def lose(route):
            answer = route.fetch()
            lost.append(answer.status)
            if len(lost) < 3:
                route.fulfill(status=503, headers={"Access-Control-Allow-Origin": "*"})
            else:
                route.fulfill(response=answer)
        self.page.route("**/api/pixel**", lose)
        self.track("upsell", revenue=5)
        eventually(lambda: len(lost) >= 3 or self.page.wait_for_timeout(100), what="the third try")
        self.assertEqual(set(lost), {200})
        sale = self.eventual_sale(click)
        self.assertEqual((sale["type"], sale["payout"]), ("upsell", "5.00"))
        self.eventual_events(click, "pageview", "upsell")

    def test_what_waits_when_the_page_is_left_goes_as_a_beacon(self):
        click = self.arrive()
        self.eventual_events(click, "pageview")
        # What leaves with the page is nothing the driver could stop.
        self.page.route("**/api/pixel**", lambda route: route.abort())
        self.track("purchase", order_id="beacon", revenue=6)
        # Neither the fetch nor the picture gets there.
        eventually(lambda: len(self.sent) >= 3 or self.page.wait_for_timeout(50), what="the tries")
        self.assertEqual(self.conversions(click), [])
        # A page without the pixel.
        self.put("/elsewhere", "")
        self.page.goto(self.shop.url("/elsewhere"), wait_until="load")
        self.assertEqual(self.eventual_sale(click)["txid"], "beacon")

    def test_a_page_whose_policy_lets_only_pictures_through(self):
        self.put("/strict", self.script, **{"Content-Security-Policy":
                 f"default-src 'none'; script-src {self.tracker}; img-src {self.tracker}"})
        click = self.arrive("/strict")
        until(self.page, "window.trackily && window.trackily.loaded")
        self.track("purchase", order_id="picture", revenue=7)
        self.assertEqual(self.eventual_sale(click)["txid"], "picture")

    def test_the_same_order_again_is_the_same_order(self):
        click = self.arrive()
        for _ in range(3):
            self.track("purchase", order_id="again", revenue=8)
        self.eventual_events(click, "pageview", "purchase", "purchase", "purchase")
        self.assertEqual(self.eventual_sale(click)["payout"], "8.00")

    def test_the_page_shows_that_it_runs(self):
        self.eventual_events(self.arrive(), "pageview")
        visit = self.admin()
        visit.open(f"{self.tracker}/admin/pixel")
        self.assertIn(self.shop.url("").rstrip("/"), visit.page.inner_text("table"))
        snippet = visit.page.input_value("#pixel-snippet")
        self.assertIn(f'src="{self.tracker}/pixel.js"', snippet)
        visit.page.click("[data-copy=pixel-snippet]")
        visit.page.wait_for_selector(".ty-toast.success")
        self.assertEqual(visit.violations(), [])
        self.assertLessEqual(visit.overflow(), 0)
        self.assertEqual(visit.faults, [])
