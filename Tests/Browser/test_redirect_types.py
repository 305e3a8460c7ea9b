"""Every way of sending a visitor on, in a browser: it arrives, in time, with the referrer the profile allows, and no
page of ours breaks its own policy. The merchant and the vendors of pixels are stand-ins.
"""

import contextlib
import http.server
import threading
import time
import urllib.parse

from harness import eventually
from harness.customers import unique
from shared import BrowserTest, stack

# Stand-ins for the vendors' libraries: each tells its own host what the page asked of it.
VENDORS = {
    "https://connect.facebook.net/**":
        'for (const call of fbq.queue) new Image().src = "https://www.facebook.com/tr?call=" + [...call].join("-");',
    "https://www.googletagmanager.com/**":
        'for (const call of dataLayer) new Image().src = "https://www.google-analytics.com/g?call="'
        ' + [...call].slice(0, 2).join("-");',
    "https://analytics.tiktok.com/i18n/**":
        'for (const call of ttq) new Image().src = "https://analytics.tiktok.com/api?call=" + call.join("-");',
}
RETARGETING = {"facebook": "123456", "google": "AW-123456", "tiktok": "ABCDEF"}
COLLECTORS = ("https://www.facebook.com/**", "https://www.google-analytics.com/**",
              "https://analytics.tiktok.com/api**")


class Merchant(http.server.ThreadingHTTPServer):
    """Where visitors arrive. Remembers path and referrer of each."""

    def __init__(self):
        self.visits = []
        self.open = threading.Event()
        self.open.set()
        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def paths(self):
        return [path for path, _ in self.visits]

    def close(self):
        self.open.set()
        self.shutdown()
        self.server_close()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.visits.append((self.path, self.headers.get("Referer")))
        self.server.open.wait(20)
        body = b"<!doctype html><title>arrived</title><link rel=icon href=data:,><h1>arrived</h1>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(BrokenPipeError):
            self.wfile.write(body)

    def log_message(self, *arguments):
        pass


class RedirectTypes(BrowserTest):
    def setUp(self):
        self.api = stack().admin
        self.merchant = Merchant()
        self.addCleanup(self.merchant.close)

    def create(self, noun, **fields):
        return self.api.post(f"/admin/api/{noun}", fields).expect(201).json

    def link(self, redirect="302", pixels="", retargeting=None):
        """The address of a campaign that leads to the merchant."""
        name = unique("way")
        profile = self.create("tracking-profiles", name=name, redirect=redirect, pixels=pixels)
        offer = self.create("offers", name=name, url=f"{self.merchant.url}/{name}?s={{sub1}}", payout="1",
                            currency="USD")
        self.create("campaigns", name=name, slug=name, cost_model="none", offer_id=offer["id"],
                    tracking_profile_id=profile["id"], pixels=retargeting)
        eventually(lambda: stack().tracker.get(f"/c/{name}", query={"test": "1"}).json.get("decision") == "offer",
                   what="the campaign being live")
        return f"{stack().env['TRACKER_URL']}/c/{name}?sub1=a%26b%27%22c"

    def arrive(self, visit, link, within=8_000):
        """Opens the link; gives the seconds until the merchant's page is there."""
        begun = time.monotonic()
        visit.page.goto(link, wait_until="commit", referer="https://ad.example.org/page")
        self.await_arrival(visit, within)
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(visit.page.url).query)
        self.assertEqual(query["s"], ["a&b'\"c"])
        self.assertEqual(visit.faults, [])
        self.assertEqual(len(self.merchant.visits), 1)
        return time.monotonic() - begun

    def await_arrival(self, visit, within=8_000):
        # Not by a function in the page: the page between lets none in.
        visit.page.wait_for_url(f"{self.merchant.url}/**", wait_until="load", timeout=within)
        self.assertEqual(visit.page.title(), "arrived")

    def stand_in(self, visit, sources):
        """Answers for other hosts; gives the list that fills with what they were asked."""
        asked = []

        def answers(body, kind):
            def answer(route):
                asked.append(urllib.parse.unquote(route.request.url))
                route.fulfill(status=200, content_type=kind, body=body)
            return answer
        for pattern, script in sources.items():
            visit.page.route(pattern, answers(script, "text/javascript"))
        for pattern in COLLECTORS:
            visit.page.route(pattern, answers("", "image/gif"))
        return asked

    def test_every_type_arrives(self):
        for redirect in ("301", "302", "307", "meta", "javascript", "hide_referrer"):
            with self.subTest(redirect):
                self.merchant.visits.clear()
                self.assertLess(self.arrive(self.visit(), self.link(redirect)), 5)

    def test_every_page_arrives_without_scripts(self):
        for redirect in ("meta", "javascript", "hide_referrer"):
            with self.subTest(redirect):
                self.merchant.visits.clear()
                visit = self.visit(javascript=False)
                visit.page.goto(self.link(redirect), wait_until="commit")
                visit.page.wait_for_url(f"{self.merchant.url}/**")

    def test_the_merchant_sees_a_referrer_only_where_it_is_not_hidden(self):
        self.arrive(self.visit(), self.link("javascript"))
        self.assertTrue(self.merchant.visits[0][1].startswith(stack().env["TRACKER_URL"]))
        for pixels in ("", f'<img src="{self.merchant.url}/pixel" alt="">'):
            with self.subTest(pixels=bool(pixels)):
                self.merchant.visits.clear()
                visit = self.visit()
                visit.page.goto(self.link("hide_referrer", pixels), wait_until="commit",
                                referer="https://ad.example.org/")
                self.await_arrival(visit)
                self.assertEqual([referrer for _, referrer in self.merchant.visits], [None] * (2 if pixels else 1))

    def test_pixels_are_fired_before_the_visitor_goes_on(self):
        pixels = f'<img src="{self.merchant.url}/pixel?s={{sub1}}" alt="" style="display:none">'
        for redirect in ("meta", "javascript", "hide_referrer"):
            with self.subTest(redirect):
                self.merchant.visits.clear()
                visit = self.visit()
                visit.page.goto(self.link(redirect, pixels), wait_until="commit")
                self.await_arrival(visit)
                self.assertEqual(visit.faults, [])
                self.assertEqual(len(self.merchant.visits), 2)
                self.assertEqual(self.merchant.paths()[0], "/pixel?s=a%26b%27%22c")

    def test_a_script_among_the_pixels_runs(self):
        visit = self.visit()
        script = f"<script>new Image().src = '{self.merchant.url}/fired'</script>"
        visit.page.goto(self.link("javascript", script), wait_until="commit")
        self.await_arrival(visit)
        self.assertIn("/fired", self.merchant.paths())
        self.assertEqual(visit.faults, [])

    def test_without_a_redirect_the_visitor_stays(self):
        visit = self.visit()
        answer = visit.open(self.link("200"))
        self.assertEqual((answer.status, visit.page.title()), (200, "OK"))
        self.assertEqual((self.merchant.visits, visit.faults), ([], []))

    def test_retargeting_pixels_fire_for_a_second_and_a_half(self):
        link = self.link(retargeting=RETARGETING)
        visit = self.visit()
        asked = self.stand_in(visit, VENDORS)
        seconds = self.arrive(visit, link)
        self.assertGreater(seconds, 1.4)
        self.assertLess(seconds, 5)
        for call in ("www.facebook.com/tr?call=init-123456", "www.facebook.com/tr?call=track-PageView",
                     "www.google-analytics.com/g?call=event-page_view", "analytics.tiktok.com/api?call=page"):
            self.assertTrue(any(call in url for url in asked), (call, asked))

    def test_a_vendor_that_hangs_holds_nobody(self):
        slow = '<script src="https://slow.example.org/x.js"></script>'
        link = self.link(retargeting=RETARGETING | {"scripts": slow})
        visit = self.visit()
        for pattern in [*VENDORS, "https://slow.example.org/**"]:
            visit.page.route(pattern, lambda route: None)
        seconds = self.arrive(visit, link)
        self.assertGreater(seconds, 1.4)
        self.assertLess(seconds, 5)

    def test_without_scripts_image_pixels_fire_and_the_visitor_goes_on(self):
        visit = self.visit(javascript=False)
        asked = self.stand_in(visit, {})
        visit.page.goto(self.link(retargeting=RETARGETING), wait_until="commit")
        visit.page.wait_for_url(f"{self.merchant.url}/**")
        self.assertTrue(any("www.facebook.com/tr?id=123456&ev=PageView" in url for url in asked), asked)

    def test_a_link_shows_when_the_destination_takes_its_time(self):
        # Playwright waits for the destination; so the page itself has to tell.
        tell = ("<script>for (const after of [2000, 3500]) setTimeout(() => {"
                f" new Image().src = '{self.merchant.url}/' + after"
                " + getComputedStyle(document.querySelector('a')).visibility; }, after);</script>")
        link = self.link("javascript", tell)
        self.merchant.open.clear()
        self.visit().page.goto(link, wait_until="commit")
        eventually(lambda: "/3500visible" in self.merchant.paths(), within=10, what="the link")
        self.assertIn("/2000hidden", self.merchant.paths())
