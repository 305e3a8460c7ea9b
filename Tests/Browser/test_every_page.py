"""Every page that the menus and their pages lead to, one of each kind, on a desktop and a phone, light and dark:
nothing for axe, no console error, no breach of the CSP, none wider than the window, and little script where nothing is
drawn or edited."""

import re
import urllib.parse

from playwright.sync_api import Error

from pages import until
from shared import BrowserTest

# Ids and names of things in a path: two pages with only these apart are of one kind.
THING = re.compile(r"/(\d+|[0-9a-f]{8}-[0-9a-f-]{27}|[0-9A-F]{2,}-\d[\d-]*|(?<=/templates/)\w+)(?=/|$)")
# What is no page of ours: files, what a visitor sees, the way out.
NO_PAGE = re.compile(
    r"/(logout|preview|download|export|archive|brand|assets|api)(/|$)|\.(csv|json|pdf|zip|js|css|html)$")
# How many links from the menu.
DEPTH = 2
POLICY = ("script-src 'self'", "frame-ancestors")
# kB of script, compressed, besides what draws charts and edits code.
MOST_SCRIPT = 150
HEAVY = re.compile(r"echarts|codemirror|chart\.js")

LINKS = "links => links.filter(link => !link.download).map(link => link.href.split('#')[0].split('?')[0])"
SCRIPTS = """() => performance.getEntriesByType("resource")
    .map(entry => [new URL(entry.name).pathname, entry.encodedBodySize]).filter(([path]) => path.endsWith(".js"))"""


def kind(address):
    return THING.sub("/{}", urllib.parse.urlsplit(address).path)


class EveryPage(BrowserTest):
    maxDiff = None

    def walk(self, signed_in):
        desktop = signed_in()
        phone = self.visit(size="phone", scheme="dark")
        phone.context.add_cookies(desktop.context.cookies())
        home = "/".join(desktop.page.url.split("/")[:3]) + "/admin"
        pages = [(text, address, 0) for text, address in desktop.menu()]
        self.assertGreater(len(pages), 10)
        known = {kind(address) for _, address, _ in pages}
        for text, address, depth in pages:
            with self.subTest(kind(address)):
                if not self.look(desktop, address, "dark"):
                    continue
                self.assert_policy(desktop.answer)
                for link in desktop.page.eval_on_selector_all("main a[href]", LINKS) if depth < DEPTH else ():
                    if link.startswith(home) and kind(link) not in known and not NO_PAGE.search(link):
                        known.add(kind(link))
                        pages.append((text, link, depth + 1))
                self.look(phone, address, "light")
        return len(pages)

    def look(self, visit, address, other_scheme):
        """False where there is no page: a file that is handed out."""
        visit.faults.clear()
        try:
            visit.answer = visit.page.goto(address, wait_until="load")
        except Error as error:
            self.assertIn("Download is starting", str(error))
            return False
        until(visit.page, "!document.querySelector('main [aria-busy=true]')")
        # A list or a licence may answer that it is not to be had: that is a page, too.
        self.assertIn(visit.answer.status, (200, 402), address)
        found = visit.violations(least="minor") + self.overflow(visit) + self.scripts(visit)
        visit.page.emulate_media(color_scheme=other_scheme)
        found += [f"{other_scheme}: {fault}" for fault in visit.violations(rules=["color-contrast"])]
        visit.page.emulate_media(color_scheme="dark" if other_scheme == "light" else "light")
        self.assertEqual(found + visit.faults, [], f"{visit.name} {address}")
        return True

    def overflow(self, visit):
        return [f"{width} pixels wider than the window"] if (width := visit.overflow()) > 0 else []

    def scripts(self, visit):
        loaded = [(path, size / 1000) for path, size in visit.page.evaluate(SCRIPTS) if not HEAVY.search(path)]
        total = sum(size for _, size in loaded)
        return [f"{total:.0f} kB of script: {loaded}"] if total >= MOST_SCRIPT else []

    def assert_policy(self, answer):
        policy = answer.headers.get("content-security-policy", "")
        for rule in POLICY:
            self.assertIn(rule, policy)
        for word in ("unsafe-inline", "unsafe-eval"):
            self.assertNotIn(word, policy)

    def test_every_page_of_the_tracker(self):
        self.assertGreater(self.walk(self.admin), 40)

    def test_every_page_of_the_license_server(self):
        self.assertGreater(self.walk(self.vendor), 20)

