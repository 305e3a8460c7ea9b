"""Chromium for the browser tests: signed-in pages that remember every console error and every breach of the CSP,
pictures at two sizes in light and dark, and axe.

Debian's Chromium runs without its sandbox, as CI is root; it opens only our own pages. Pictures are made when
SCREENSHOTS names a folder for them.
"""

import contextlib
import os
import pathlib

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Error, sync_playwright

from harness import eventually

SIZES = {"desktop": (1440, 900), "phone": (390, 844)}
SCHEMES = ("light", "dark")
IMPACTS = ("minor", "moderate", "serious", "critical")
# A breach of the policy is told on the console by Chromium; a report-only one and those of workers are not.
TELL_BREACHES = """document.addEventListener("securitypolicyviolation", event =>
    console.error(`policy breached: ${event.violatedDirective} by ${event.blockedURI}`))"""


def until(page, expression, within=30):
    """Waits until an expression is true on the page. Playwright's own wait asks again by eval, which pages forbid."""
    def holds():
        try:
            return page.evaluate(expression)
        except Error:
            return False  # The page is just being left.
    eventually(holds, within=within, what=expression)


@contextlib.contextmanager
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


class Visit:
    """One browser context with one page, and what went wrong on it."""

    def __init__(self, browser, size="desktop", scheme="light", javascript=True):
        width, height = SIZES[size]
        self.context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, java_script_enabled=javascript,
            is_mobile=size == "phone", has_touch=size == "phone", reduced_motion="reduce")
        self.context.set_default_timeout(15_000)
        self.context.add_init_script(TELL_BREACHES)
        self.page = self.context.new_page()
        self.name = f"{size}-{scheme}"
        self.faults = []
        self.page.on("console", self.note_console)
        self.page.on("pageerror", lambda error: self.faults.append(f"script error: {error}"))
        self.page.on("response", self.note_response)

    def note_console(self, message):
        # A refused log-in is a failed request to Chromium, not to us: note_response looks at those.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.faults.append(f"console: {message.text}")

    def note_response(self, response):
        if response.status >= 500 or (response.status == 404 and "/assets/" in response.url):
            self.faults.append(f"{response.status} from {response.url}")

    def open(self, url):
        answer = self.page.goto(url, wait_until="load")
        with contextlib.suppress(Exception):
            self.page.wait_for_load_state("networkidle", timeout=3_000)
        return answer

    def sign_in(self, url, email, password):
        """Through the sign-in form, as a person would."""
        self.open(url)
        self.page.fill("input[name=email]", email)
        self.page.fill("input[name=password]", password)
        self.page.press("input[name=password]", "Enter")
        self.page.wait_for_url(lambda found: "/login" not in found)
        return self

    def menu(self):
        """(text, absolute address) of every link in the menu."""
        links = self.page.eval_on_selector_all(
            "nav a[href]", "links => links.map(link => [link.textContent.trim(), link.href])")
        base = self.page.url.split("/", 3)
        seen = {}
        for text, address in links:
            address = address.split("#")[0]
            if address.startswith("/".join(base[:3]) + "/") and "logout" not in address:
                seen.setdefault(address, text)
        return [(text, address) for address, text in seen.items()]

    def violations(self, least="serious", rules=None):
        """What axe finds at least so serious, by these rules or all: `rule: element`."""
        options = {"resultTypes": ["violations"]} | ({"runOnly": rules} if rules else {})
        report = Axe().run(self.page, options=options).response
        impacts = IMPACTS[IMPACTS.index(least):]
        return [f"{rule['id']}: {node['html'][:160]}" for rule in report["violations"] if rule["impact"] in impacts
                for node in rule["nodes"]]

    def overflow(self):
        """By how many pixels the page is wider than the window."""
        return self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")

    def picture(self, title):
        if folder := os.environ.get("SCREENSHOTS"):
            pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=str(pathlib.Path(folder, f"{title}-{self.name}.png")), full_page=True)

    def close(self):
        self.context.close()
