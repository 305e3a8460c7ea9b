"""What a click costs as things grow that it should not depend on: campaigns, blacklist entries, different browsers."""

import campaigns
import hits
from clicks import Clicks
from harness import Tenant
from table import say

CONNECTIONS = 64
SIZES = (1, 100, 10_000)


def costs(bench):
    by_campaigns(bench)
    by_blacklist(bench)
    by_agents(bench)


def cost(bench, clicks, requests):
    """Microseconds of CPU for each click, drained and all."""
    return clicks.load_and_drain(requests, CONNECTIONS, bench.seconds)["cpu"] * 1e6


def by_campaigns(bench):
    """Clicks spread over all of them."""
    tenant = Tenant(bench.stack)
    clicks, campaign = Clicks(bench.stack, tenant), campaigns.whole(tenant)
    found = []
    for size in SIZES:
        say(f"cost with {size:,} campaigns")
        if size > 1:
            campaigns.multiply(bench.stack, tenant, clicks.schema, campaign, size - 1)
        paths = [f"/c/{campaign.slug}", *(f"/c/{campaign.slug}-{number}" for number in range(1, size))]
        found.append(cost(bench, clicks, hits.people(paths, [tenant.domain], max(hits.BROWSERS, size))))
    bench.table.cost("campaigns", SIZES, found)
    clicks.check_stored()


def by_blacklist(bench):
    tenant = Tenant(bench.stack)
    clicks, campaign = Clicks(bench.stack, tenant), campaigns.whole(tenant)
    requests = hits.people([f"/c/{campaign.slug}"], [tenant.domain])
    found = []
    for size in SIZES:
        say(f"cost with {size:,} blacklist entries")
        campaigns.blacklist(tenant, size)
        found.append(cost(bench, clicks, requests))
    bench.table.cost("blacklist entries", SIZES, found)
    clicks.check_stored()


def by_agents(bench):
    """Browsers the parser knows already, against one it never saw with every click."""
    say("cost of user agents")
    known = hits.people([f"/c/{bench.whole.slug}"], [bench.tenant.domain])
    strange = hits.strangers(bench.whole, bench.tenant.domain)
    cost(bench, bench.clicks, known)
    warm, cold = cost(bench, bench.clicks, known), cost(bench, bench.clicks, strange)
    bench.table.figure("CPU per click, user agents known / each one new", f"{warm:.1f} / {cold:.1f}",
                       f"us; {cold - warm:.1f} for a cold one (mark: below 300)")
