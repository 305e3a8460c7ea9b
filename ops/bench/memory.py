"""Resident memory with ten thousand campaigns and a million remembered visitors, on a copy of its own."""

import campaigns
import hits
from clicks import Clicks
from harness import Stack, Tenant
from meters import memory_mib
from table import say

# What VISITOR_MEMORY_MB is without a setting.
BOUND_MIB = 256
CONNECTIONS = 64
# Seconds; what a longer one leaves undrained would count as memory.
LONGEST_RUN = 10


def memory(bench):
    options = bench.options
    environment = {"VISITOR_MEMORY_MB": str(BOUND_MIB)}
    with Stack(build=bench.stack.build, durable=bench.stack.durable, environment=environment) as stack:
        idle, _ = memory_mib(stack.pid("tracker"))
        say(f"memory with {options.campaigns:,} campaigns")
        tenant = Tenant(stack)
        clicks, campaign = Clicks(stack, tenant), campaigns.whole(tenant)
        campaigns.multiply(stack, tenant, clicks.schema, campaign, options.campaigns - 1)
        configured, _ = memory_mib(clicks.pid)
        say(f"memory with {options.visitors:,} visitors")
        visit(clicks, hits.people([f"/c/{campaign.slug}"], [tenant.domain]), options.visitors)
        report(bench.table, clicks, (idle, configured), options)


def visit(clicks, requests, count):
    """Every visitor comes once."""
    come, rate = 0, count
    while come < count:
        seconds = min(max(round((count - come) / rate), 1), LONGEST_RUN)
        result = clicks.load(requests, CONNECTIONS, seconds, order="each", first=come, population=1 << 40)
        come, rate = come + result["requests"], result["rate"]
        clicks.await_drained()
    clicks.check_stored()


def report(table, clicks, before, options):
    found = clicks.metrics()
    remembered = found["trackily_visitor_memory_bytes"] / (1 << 20)
    now, peak = memory_mib(clicks.pid)
    idle, configured = before
    table.figure(
        f"resident memory, idle / {options.campaigns:,} campaigns / {options.visitors:,} visitors / peak",
        f"{idle:.0f} / {configured:.0f} / {now:.0f} / {peak:.0f}", "MiB")
    table.figure("visitor memory", remembered, f"MiB of VISITOR_MEMORY_MB={BOUND_MIB}, "
                 f"{found['trackily_visitor_memory_entries']:,.0f} entries, "
                 f"{found['trackily_visitor_memory_evictions_total']:,.0f} evicted")
    if remembered > BOUND_MIB:
        raise RuntimeError(f"the visitor memory holds {remembered:.0f} MiB; {BOUND_MIB} are allowed")
