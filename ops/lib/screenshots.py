"""What ops/screenshots runs."""

import os
import pathlib
import re
import sys

OPS = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(OPS), str(OPS.parent / "Tests/Browser")]

from harness import Stack, eventually
from harness.customers import Vendor
from pages import Visit, chromium, until

FOLDER = pathlib.Path(os.environ.get("PICTURES", OPS.parent / "docs/images"))
# Bytes of a picture: the repository keeps them.
LARGEST = 300_000


def tracker(path, scheme="light", click=None):
    """The tracker's page at this path, or the one that a link there leads to."""
    def open_page(copy):
        return copy.open(f"{copy.env['TRACKER_URL']}{path}", "ADMIN", scheme, click)
    return open_page


def vendor(path, click=None):
    def open_page(copy):
        return copy.open(f"{copy.env['LICENSE_URL']}{path}", "VENDOR", "light", click)
    return open_page


def portal(copy):
    """A customer's licences, by the link that a mail brings."""
    email = "ada@example.com"
    Vendor(copy.stack).license("pro", customer_email=email)
    visit = Visit(copy.browser)
    visit.open(f"{copy.env['LICENSE_URL']}/portal/login")
    visit.page.fill("input[name=email]", email)
    visit.page.click("text=Mail me a sign-in link")
    visit.page.wait_for_load_state("load")
    link = copy.mailed(email, r"http[^\s\"<>]+/portal/link/[\w-]+")
    visit.open(link)
    visit.page.click("main button")
    visit.page.wait_for_url(lambda url: "/link/" not in url)
    return visit


PICTURES = {
    "dashboard": tracker("/admin?period=30d"),
    "dashboard-dark": tracker("/admin?period=30d", scheme="dark"),
    "reports": tracker("/admin/reports?group_by=campaign,country&period=7d&compare=previous"),
    "funnel": tracker("/admin/reports/ecommerce?period=30d"),
    "ab-test": tracker("/admin/reports/ab-test?period=30d"),
    "attribution": tracker("/admin/reports/attribution?period=30d"),
    "clicks": tracker("/admin/clicks"),
    "campaign": tracker("/admin/campaigns", click="Antivirus US Push"),
    "flow": tracker("/admin/campaigns/1", click="English, two landings"),
    "vendor-revenue": vendor("/admin/revenue"),
    "vendor-licences": vendor("/admin/licenses"),
    "portal": portal,
}


class Copy:
    """A running copy with demo data, and the browser that looks at it."""

    def __init__(self, stack, browser):
        self.stack, self.browser, self.env = stack, browser, stack.env
        self.cookies = {}

    def open(self, url, who, scheme, click):
        visit = Visit(self.browser, scheme=scheme)
        if who in self.cookies:
            visit.context.add_cookies(self.cookies[who])
        else:
            visit.sign_in(f"{'/'.join(url.split('/')[:3])}/admin/login", self.env[f"{who}_EMAIL"],
                          self.env[f"{who}_PASSWORD"])
            self.cookies[who] = visit.context.cookies()
        answer = visit.open(url)
        if answer.status != 200:
            raise RuntimeError(f"{url} answered {answer.status}")
        if click:
            visit.page.click(f"main a:has-text('{click}')")
            visit.page.wait_for_load_state("networkidle")
        return visit

    def mailed(self, email, pattern):
        def newest():
            return [match.group() for mail in self.stack.mails() if email in mail
                    for match in re.finditer(pattern, mail.replace("=\n", "").replace("=3D", "="))][-1:]
        return eventually(newest, what=f"a mail to {email}")[0]


def main(names):
    if unknown := set(names) - set(PICTURES):
        sys.exit(f"no picture {', '.join(sorted(unknown))}; there are {', '.join(PICTURES)}")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with Stack(demo=True, build=os.environ.get("BUILD", "release")) as stack, chromium() as browser:
        copy = Copy(stack, browser)
        for name in names or PICTURES:
            visit = PICTURES[name](copy)
            # What comes in by itself is there, and nothing moves any more.
            until(visit.page, "!document.querySelector('main [aria-busy=true]')")
            visit.page.wait_for_timeout(500)
            file = FOLDER / f"{name}.png"
            visit.page.screenshot(path=str(file))
            visit.close()
            print(f"{file.name}: {file.stat().st_size // 1000} kB", flush=True)
            if file.stat().st_size > LARGEST:
                sys.exit(f"{file} is larger than {LARGEST} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
