"""Campaigns to send visitors to: one that is only a redirect, one with all that the click path can do."""

import dataclasses

# Each of them lets in every visitor of ops/geoip-demo.json that load.lua makes up; none can be skipped.
TEN_FILTERS = [
    {"field": "country", "op": "in", "values": ["US", "GB", "CA", "IN", "DE", "FR", "ES", "BR", "AU"]},
    {"field": "region", "op": "not_in", "values": ["Alaska", "Hawaii", "Saxony", "Corsica", "Ceuta"]},
    {"field": "city", "op": "not_contains", "values": ["ville", "stadt"]},
    {"field": "isp", "op": "not_contains", "values": ["tor exit", "vpn", "proxy"]},
    {"field": "ip", "op": "not_in", "values": [f"203.0.113.{number * 8}/29" for number in range(20)]},
    {"field": "device", "op": "in", "values": ["Desktop", "Mobile", "Tablet"]},
    {"field": "os", "op": "not_in", "values": ["KaiOS", "Tizen", "FreeBSD"]},
    {"field": "browser", "op": "not_in", "values": ["IE", "Opera Mini", "UC Browser"]},
    {"field": "user_agent", "op": "contains", "values": ["Mozilla/5.0"]},
    {"field": "language", "op": "in", "values": ["en", "de", "fr", "es", "pt"]},
]
CAP = {"limit": 1000, "hours": 24, "key": "address"}


@dataclasses.dataclass
class Campaign:
    id: int
    slug: str
    # The flow with ten filters, which every visitor is to take; None where there is none.
    flow: int | None = None


def plain(tenant):
    """A redirect to one offer, nothing else to do."""
    made = tenant.simple_campaign(cost="0.01")
    return Campaign(made["id"], made["slug"])


def whole(tenant, bot_filter=True, cap=CAP):
    """Ten filters in front, two weighted offers that visitors stay with, and the default flow that nobody gets to."""
    made = tenant.campaign(
        offers=[tenant.offer()], cost="0.01", bot_filter={"enabled": bot_filter}, frequency_cap=cap)
    flow = tenant.create(f"campaigns/{made['id']}/flows", **{
        "name": "ten filters", "type": "regular", "weight": 100, "filters": TEN_FILTERS, "binding": "offer",
        "active": True, "landings": [],
        "offers": [{"id": tenant.offer()["id"], "weight": weight} for weight in (67, 33)],
    })
    tenant.await_campaign(made)
    return Campaign(made["id"], made["slug"], flow["id"])


def multiply(stack, tenant, schema, original, count):
    """`count` more campaigns just like one, flows and all; their slugs are the original's with -1, -2... at the end.

    As rows, because ten thousand of them through the API take minutes. A change through the API makes them live.
    """
    fields = copied(stack, schema, "campaigns", ("name", "slug"))
    flow_fields = copied(stack, schema, "flows", ("campaign_id",))
    offer_fields = copied(stack, schema, "flow_offers", ("flow_id",))
    stack.sql(f"""
        INSERT INTO {schema}.campaigns (name, slug, {fields})
        SELECT name || '-' || n, slug || '-' || n, {fields} FROM {schema}.campaigns, generate_series(1, {count}) n
        WHERE id = {original.id} ON CONFLICT DO NOTHING;
        INSERT INTO {schema}.flows (campaign_id, {flow_fields})
        SELECT c.id, {prefixed('f', flow_fields)} FROM {schema}.campaigns c, {schema}.flows f
        WHERE f.campaign_id = {original.id} AND c.slug LIKE '{original.slug}-%'
          AND NOT EXISTS (SELECT FROM {schema}.flows g WHERE g.campaign_id = c.id);
        INSERT INTO {schema}.flow_offers (flow_id, {offer_fields})
        SELECT g.id, {prefixed('o', offer_fields)}
        FROM {schema}.flow_offers o JOIN {schema}.flows f ON f.id = o.flow_id AND f.campaign_id = {original.id}
          JOIN {schema}.flows g ON g.name = f.name
          JOIN {schema}.campaigns c ON c.id = g.campaign_id AND c.slug LIKE '{original.slug}-%'
        ON CONFLICT DO NOTHING""")
    tenant.admin.patch(f"/admin/api/campaigns/{original.id}", {"name": f"one of {count}"}).expect(200)
    tenant.await_campaign({"slug": f"{original.slug}-{count}"})


def copied(stack, schema, table, but):
    """The columns of a table that a copy takes as they are."""
    rows = stack.sql(f"""SELECT column_name FROM information_schema.columns
        WHERE table_schema = '{schema}' AND table_name = '{table}' ORDER BY ordinal_position""")
    return ", ".join(name for [name] in rows if name not in ("id", *but))


def prefixed(table, fields):
    return ", ".join(f"{table}.{field}" for field in fields.split(", "))


def blacklist(tenant, entries):
    """Puts ranges on the blacklist by hand, none of them a visitor's: half of them IPv4 addresses."""
    ranges = [f"198.19.{240 + number // 256 % 16}.{number % 256}" if number % 2 and number < 8_192
              else f"2001:db8:c000:{number:x}::/64" for number in range(entries)]
    tenant.admin.post("/admin/api/blacklist/bulk", {"ranges": ranges, "reason": "bench"}).expect(200)
