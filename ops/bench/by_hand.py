"""The question of a report as people put it to the raw rows: clicks and their conversions, grouped by columns."""

import re
import time

# What reports are grouped by, and the column or expression that it is in the raw rows.
GROUPINGS = {
    **{name: f"{name}_id" for name in ("campaign", "landing", "offer", "flow", "source", "network", "publisher")},
    **{name: name for name in ("country", "region", "city", "os", "browser", "device", "language", "isp",
                               "referrer_domain", "sub1", "sub2", "sub3", "sub4", "sub5")},
    "hour": "extract(hour FROM {time} AT TIME ZONE 'UTC')", "weekday": "extract(isodow FROM {time} AT TIME ZONE 'UTC')",
    "date": "({time} AT TIME ZONE 'UTC')::date",
}
ROWS = 1_000


def question(schema, groupings, first, end, where="true"):
    """SQL with the base figures of each group of these days; what is left to work out from them costs nothing."""
    keys = [GROUPINGS[name] for name in groupings]
    names = ", ".join(f"key{number}" for number in range(len(keys)))

    def columns(time_column):
        return ", ".join(f"{key.format(time=time_column)} AS key{number}" for number, key in enumerate(keys))

    days = "{time} >= '%s' AND {time} < '%s'" % (first, end)
    return f"""
        SELECT {names}, coalesce(clicks, 0), coalesce("unique", 0), coalesce(blocked, 0), coalesce(cost, 0),
          coalesce(conversions, 0), coalesce(leads, 0), coalesce(hold, 0), coalesce(revenue, 0)
        FROM (
          SELECT {columns('ts')}, count(*) FILTER (WHERE status = 'ok') AS clicks,
            count(*) FILTER (WHERE status = 'ok' AND is_unique) AS "unique",
            count(*) FILTER (WHERE status <> 'ok') AS blocked, sum(cost_micros) FILTER (WHERE status = 'ok') AS cost
          FROM {schema}.clicks WHERE {days.format(time='ts')} AND {where} GROUP BY {names}) c
        FULL JOIN (
          SELECT {columns('click_ts')}, count(*) FILTER (WHERE status = 'sale' AND type = 'sale') AS conversions,
            count(*) FILTER (WHERE status = 'lead' OR type = 'lead' AND status = 'sale') AS leads,
            count(*) FILTER (WHERE status = 'hold') AS hold,
            sum(revenue_micros) FILTER (WHERE status = 'sale') AS revenue
          FROM {schema}.conversions WHERE {days.format(time='click_ts')} AND {where} GROUP BY {names}) v
        USING ({names}) ORDER BY clicks DESC NULLS LAST LIMIT {ROWS}"""


def seconds(stack, sql):
    """How long psql takes for it, the answer in its hands."""
    begin = time.monotonic()
    stack.sql(re.sub(r"\s+", " ", sql), timeout=900)
    return time.monotonic() - begin
