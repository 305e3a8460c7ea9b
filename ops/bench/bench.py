"""What the parts of the bench share: the copy that is measured, a tenant with two campaigns, and what one part found that
another one needs."""

import functools
import sys

import campaigns
import hits
from clicks import Clicks
from harness import Tenant


class Bench:
    def __init__(self, stack, nginx, table, options):
        self.stack, self.nginx, self.table, self.options = stack, nginx, table, options
        self.seconds = options.seconds
        self.tenant = Tenant(stack)
        self.clicks = Clicks(stack, self.tenant)
        self.plain = campaigns.plain(self.tenant)
        self.whole = campaigns.whole(self.tenant)
        self.given_rate = options.rate

    @property
    def plain_hits(self):
        return hits.plain(self.plain, self.tenant.domain)

    @functools.cached_property
    def whole_hits(self):
        return hits.people([f"/c/{self.whole.slug}"], [self.tenant.domain])

    @functools.cached_property
    def burst(self):
        """A burst of the whole pipeline and its drain: see burst.py."""
        import burst
        return burst.measure(self)

    @functools.cached_property
    def sustained_rate(self):
        """Clicks/s that leave the backlog flat, unless it was given."""
        import burst
        return self.given_rate or burst.sustained(self)


def say(title):
    print(f"... {title}", file=sys.stderr, flush=True)
