"""The copy with demo data and the browser that all browser tests share."""

import atexit
import contextlib
import functools
import unittest

from harness import Stack
from pages import Visit, chromium

closing = contextlib.ExitStack()
atexit.register(closing.close)


@functools.cache
def stack():
    return closing.enter_context(Stack(demo=True))


@functools.cache
def browser():
    return closing.enter_context(chromium())


class BrowserTest(unittest.TestCase):
    def visit(self, **options):
        visit = Visit(browser(), **options)
        self.addCleanup(visit.close)
        return visit

    def admin(self, **options):
        """A page signed in as the tracker's admin."""
        env = stack().env
        return self.visit(**options).sign_in(
            f"{env['TRACKER_URL']}/admin/login", env["ADMIN_EMAIL"], env["ADMIN_PASSWORD"])

    def vendor(self, **options):
        """A page signed in as the vendor's staff."""
        env = stack().env
        return self.visit(**options).sign_in(
            f"{env['LICENSE_URL']}/admin/login", env["VENDOR_EMAIL"], env["VENDOR_PASSWORD"])
