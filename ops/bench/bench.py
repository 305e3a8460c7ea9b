"""What the parts of the bench share: the copy that is measured, a tenant with two campaigns, and what one part found
that another one needs."""

import functools

import burst
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

    @property
    def plain_hits(self):
        return hits.plain(self.plain, self.tenant.domain)

    @functools.cached_property
    def whole_hits(self):
        return hits.people([f"/c/{self.whole.slug}"], [self.tenant.domain])

    @functools.cached_property
    def peak(self):
        """What a burst and its drain came to; measured when first asked for."""
        return burst.measure(self)

    @functools.cached_property
    def sustained_rate(self):
        """Clicks/s that leave the backlog flat; measured when first asked for, unless it was given."""
        return self.options.rate or burst.sustained(self)
