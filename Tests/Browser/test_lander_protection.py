"""Lander protection in a browser: who is driven is kept out, everybody else sees the page as if there were none."""

from harness import eventually
from harness.customers import unique
from shared import BrowserTest, browser, stack

AGENT = ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{version} Safari/537.36")
PAGE = """<!doctype html><html lang="en"><head><title>The page</title><style>h1{color:rgb(1,2,3)}</style></head>
<body><h1 id="h">Caf\u00e9 {{language}}</h1><button class="trackily-cta">Go</button>
<script>window.ran = 1; window.__trackily.reportStep(2, "Script ran")</script></body></html>"""


class LanderProtection(BrowserTest):
    def setUp(self):
        self.api = stack().admin

    def create(self, noun, **fields):
        return self.api.post(f"/admin/api/{noun}", fields).expect(201).json

    def landing(self, protected=True):
        """The address of a campaign that shows a protected page on the dashboard's own host."""
        name = unique("protected")
        landing = self.create("landings", name=name, kind="local", html=PAGE, protected=protected)
        offer = self.create("offers", name=name, url=f"{stack().env['LICENSE_URL']}/healthz", payout="1",
                            currency="USD")
        campaign = self.create("campaigns", name=name, slug=name, cost_model="none")
        self.create(f"campaigns/{campaign['id']}/flows", name="all", type="default", weight=100, filters=[],
                    landings=[{"id": landing["id"], "weight": 1}], offers=[{"id": offer["id"], "weight": 1}],
                    binding="none", active=True)
        eventually(lambda: stack().tracker.get(f"/c/{name}").status == 200, what="the landing being live")
        return f"{stack().env['TRACKER_URL']}/c/{name}"

    def open(self, address, *arguments, javascript=True):
        """The page in a Chromium that says it is an ordinary one."""
        # Another Chromium of the same driver: it can't be started twice in a process.
        other = browser().browser_type.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", *arguments])
        self.addCleanup(other.close)
        context = other.new_context(
            user_agent=AGENT.format(version=other.version), locale="en-US", java_script_enabled=javascript)
        page = context.new_page()
        answer = page.goto(address, wait_until="load")
        return page, answer, context

    def click(self, context):
        name = next(cookie for cookie in context.cookies() if cookie["name"] == "_tly_click")["value"]
        return eventually(lambda: (found := self.api.get(f"/admin/api/clicks/{name}")).status == 200 and found.json,
                          what="the click")

    def eventual_click(self, context, test):
        return eventually(lambda: test(found := self.click(context)) and found, what="what the page reports")

    def test_a_driven_browser_gets_access_denied(self):
        page, answer, context = self.open(self.landing())
        self.assertEqual(answer.status, 200)
        self.assertEqual(page.title(), "Access Denied")
        self.assertEqual(page.inner_text("h1"), "Access Denied")
        self.assertNotIn("Café", page.content())
        row = self.eventual_click(context, lambda row: row["denials"])
        self.assertIn({"sign": "webdriver", "strong": True}, [
            {"sign": sign["sign"], "strong": sign["strong"]} for sign in row["denials"]])
        self.assertEqual(row["steps"], [])

    def test_an_ordinary_browser_sees_the_page(self):
        page, answer, context = self.open(self.landing(), "--disable-blink-features=AutomationControlled")
        self.assertNotIn('id="h"', answer.text())
        self.assertEqual(page.title(), "The page")
        self.assertEqual(page.inner_text("#h"), "Café en")
        self.assertEqual(page.evaluate("document.compatMode"), "CSS1Compat")
        self.assertEqual(page.evaluate("getComputedStyle(document.getElementById('h')).color"), "rgb(1, 2, 3)")
        self.assertEqual(page.evaluate("document.documentElement.lang"), "en")
        row = self.eventual_click(context, lambda row: len(row["steps"]) == 2)
        self.assertEqual([(step["step"], step["name"]) for step in row["steps"]],
                         [(1, "Page view"), (2, "Script ran")])
        self.assertEqual(row["denials"], [])
        page.click(".trackily-cta")
        page.wait_for_url(lambda url: "/healthz" in url)

    def test_without_scripts_there_is_a_line_that_asks_for_them(self):
        page, _, _ = self.open(self.landing(), javascript=False)
        self.assertEqual(page.inner_text("body").strip(), "This page needs JavaScript.")

    def test_a_page_without_protection_reports_its_steps(self):
        page, _, context = self.open(self.landing(protected=False))
        self.assertEqual(page.inner_text("#h"), "Café en")
        row = self.eventual_click(context, lambda row: len(row["steps"]) == 2)
        self.assertEqual(row["steps"][1]["name"], "Script ran")
