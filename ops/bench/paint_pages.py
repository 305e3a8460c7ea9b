"""Run by paint.py with the tests' Python: reads a copy's environment, says {page: {paint, load, bytes}} as JSON."""

import json
import statistics
import sys

from playwright.sync_api import sync_playwright

SLOWER = 4
# What Lighthouse calls a slow 4G line, in bytes a second; latency in milliseconds.
LINE = {"offline": False, "downloadThroughput": 1_600_000 / 8, "uploadThroughput": 750_000 / 8, "latency": 40}
ROUNDS = 5
TRACKER = ("/admin", "/admin/reports", "/admin/clicks", "/admin/campaigns", "/admin/settings")
VENDOR = ("/admin", "/admin/licenses")
PAINT = """() => ({
    paint: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? null,
    load: performance.getEntriesByType("navigation")[0].loadEventEnd,
    bytes: [...performance.getEntriesByType("resource"), ...performance.getEntriesByType("navigation")]
        .reduce((sum, entry) => sum + entry.transferSize, 0)})"""


def main():
    env = json.load(sys.stdin)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        found = {"sign-in": measure(browser, f"{env['TRACKER_URL']}/admin/login", [])}
        for name, url, email, password, paths in (
                ("", env["TRACKER_URL"], env["ADMIN_EMAIL"], env["ADMIN_PASSWORD"], TRACKER),
                ("license server ", env["LICENSE_URL"], env["VENDOR_EMAIL"], env["VENDOR_PASSWORD"], VENDOR)):
            cookies = sign_in(browser, f"{url}/admin/login", email, password)
            for path in paths:
                found[f"{name}{path}"] = measure(browser, url + path, cookies)
        browser.close()
    json.dump(found, sys.stdout)


def sign_in(browser, url, email, password):
    context = browser.new_context()
    page = context.new_page()
    page.goto(url)
    page.fill("input[name=email]", email)
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda found: "/login" not in found)
    cookies = context.cookies()
    context.close()
    return cookies


def measure(browser, url, cookies):
    """Medians of visits that find nothing cached."""
    rounds = [visit(browser, url, cookies) for _ in range(ROUNDS)]
    return {name: statistics.median(found[name] for found in rounds) for name in ("paint", "load", "bytes")}


def visit(browser, url, cookies):
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_cookies(cookies)
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", LINE)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.goto(url, wait_until="load")
    while not page.evaluate("performance.getEntriesByName('first-contentful-paint').length"):
        page.wait_for_timeout(50)
    found = page.evaluate(PAINT)
    context.close()
    return found


if __name__ == "__main__":
    main()
