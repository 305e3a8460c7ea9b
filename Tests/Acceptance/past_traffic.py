"""Visitors and networks of past days, around the nights on which clocks were changed, and what they came to by a
calculator of our own."""

import dataclasses
import datetime
import itertools
import random
import zoneinfo

from harness import eventually

UTC = datetime.timezone.utc
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe")
# Raw clicks are kept for 180 days.
LONGEST_AGO = datetime.timedelta(days=170)
DAY = datetime.timedelta(days=1)
# Just before and just after; the visit itself takes some milliseconds.
STEPS = (datetime.timedelta(milliseconds=-300), datetime.timedelta(milliseconds=1))


def zone(name):
    return zoneinfo.ZoneInfo(name)


def changes(now):
    """(zone, moment) of the latest change of the clocks in each zone that had one."""
    found = []
    for name in ZONES:
        hour = now.replace(minute=0, second=0, microsecond=0)
        while now - hour < LONGEST_AGO:
            before = hour - datetime.timedelta(minutes=30)
            if hour.astimezone(zone(name)).utcoffset() != before.astimezone(zone(name)).utcoffset():
                found.append((name, hour))
                break
            hour = before
    return found


def midnight(day, name):
    """When a local day begins."""
    return datetime.datetime(day.year, day.month, day.day, tzinfo=zone(name)).astimezone(UTC)


def moments(name, change):
    """Before and after the change, and around the midnights of every zone on that day."""
    day = change.astimezone(zone(name)).date()
    edges = {change} | {midnight(day + DAY * next, other) for other in ZONES for next in (0, 1)}
    return sorted({edge + step for edge in edges for step in STEPS})


@dataclasses.dataclass
class Conversion:
    at: datetime.datetime
    type: str
    status: str
    payout: int


@dataclasses.dataclass
class Click:
    id: str | None
    at: datetime.datetime
    campaign: int
    cost: int
    is_blocked: bool
    conversions: list = dataclasses.field(default_factory=list)


def micros(decimal):
    """"1.25" as 1250000; exact."""
    sign, text = (-1, decimal[1:]) if decimal.startswith("-") else (1, decimal)
    whole, _, rest = text.partition(".")
    return sign * (int(whole or 0) * 1_000_000 + int(rest.ljust(6, "0")[:6] or 0))


class PastTraffic:
    """Sends the visits to a node in the past, and keeps book of them."""

    AGENTS = (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 "
        "Safari/537.36",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        "Version/18.6 Mobile/15E148 Safari/604.1",
        "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0",
    )
    BOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
    NETWORKS = ("198.18.0", "198.18.130", "198.19.5", "198.19.70", "198.19.150")

    def __init__(self, node, tenant, campaigns, seed=11):
        self.node, self.tenant, self.campaigns = node, tenant, campaigns
        self.client = node.client.but(host=tenant.domain)
        self.chance = random.Random(seed)
        self.numbers = itertools.count(1)
        self.clicks = []
        self.now = datetime.datetime.now(UTC)

    def visit(self, when):
        self.node.set(when)
        number = next(self.numbers)
        campaign = self.campaigns[number % len(self.campaigns)]
        is_bot = number % 11 == 7
        cost = self.chance.randrange(1, 400_000)
        answer = self.client.but(address=f"{self.NETWORKS[number % 5]}.{number % 250 + 1}").get(
            f"/c/{campaign['slug']}",
            query={"cost": f"0.{cost:06}", "sub1": f"zone-{number % 7}", "sub2": f"ad-{number % 3}", "sub3": "push",
                   **({"sub4": f"site-{number % 2}"} if number % 3 else {}), "sub5": f"word {number % 4}",
                   "sub30": str(number)},
            headers={"User-Agent": self.BOT if is_bot else self.AGENTS[number % 3],
                     "Accept-Language": ("de-DE", "en-US", "fr-FR")[number % 3],
                     "Referer": f"https://site-{number % 4}.example.net/page"})
        # A bot is sent away without an id.
        click = Click(answer.expect(200, 302).cookie("_tly_click"), when, campaign["id"], cost, is_bot)
        self.clicks.append(click)
        if not is_bot:
            self.convert(click, number)

    def convert(self, click, number):
        """Most clicks become something; some of it a day and more later, some of it twice, some of it changes."""
        plan = {
            0: [("sale", "approved", 10)], 1: [("sale", "approved", 40 * 60), ("upsell", "approved", 26 * 3600)],
            2: [("lead", "lead", 30)], 3: [("sale", "hold", 5), ("sale", "approved", 7 * 3600)],
            4: [("sale", "approved", 3), ("sale", "rejected", 3600)], 5: [("lead", "approved", 1)],
            6: [("sale", "hold", 90)], 7: [],
        }[number % 8]
        for step, (kind, status, seconds) in enumerate(plan):
            payout = self.chance.randrange(1, 90_000_000)
            when = click.at + datetime.timedelta(seconds=seconds)
            if when > self.now:
                return
            self.node.set(when)
            txid = f"T{number}" if kind == "sale" else f"T{number}-{kind}-{step}"
            self.client.get("/postback", query={
                "click_id": click.id, "txid": txid, "status": status, "conversion_type": kind,
                "payout": f"{payout // 1_000_000}.{payout % 1_000_000:06}"}).expect(200)
            known = next((found for found in click.conversions if found.type == kind), None)
            if known is None:
                state = {"approved": "sale", "lead": "lead", "hold": "hold", "rejected": "rejected"}[status]
                click.conversions.append(Conversion(when, kind, state, payout))
            else:
                known.status = {"approved": "sale", "rejected": "rejected"}[status]
                known.payout = payout

    def settle(self):
        """Once all is stored: takes the milliseconds at which visits and conversions really were there."""
        admin = self.tenant.admin
        eventually(lambda: len(admin.items("/admin/api/clicks", limit=500)) == len(self.clicks),
                   what="all clicks being stored")
        for item in admin.items("/admin/api/clicks", limit=500):
            click = self.clicks[int(item["sub30"]) - 1]
            assert (item["status"] == "ok", micros(item["cost"])) == (not click.is_blocked, click.cost), item
            click.id, click.at = item["id"], moment(item["ts"])
        by_click = {click.id: click for click in self.clicks}
        for item in admin.items("/admin/api/conversions", limit=500):
            [found] = [found for found in by_click[item["click_id"]].conversions if found.type == item["type"]]
            assert (item["status"], micros(item["payout"])) == (found.status, found.payout), item
            found.at = moment(item["created_at"])


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def expected(clicks, name, first, last, basis="click", campaign=None):
    """The totals of local days, both included: {metric: a number, or micros}."""
    window = midnight(first, name), midnight(last + DAY, name)

    def is_in(moment):
        return window[0] <= moment < window[1]

    mine = [click for click in clicks if campaign in (None, click.campaign)]
    counted = [click for click in mine if is_in(click.at)]
    good = [click for click in counted if not click.is_blocked]
    conversions = [conversion for click in mine for conversion in click.conversions
                   if is_in(click.at if basis == "click" else conversion.at)]
    sold = [conversion for conversion in conversions if conversion.status == "sale"]
    cost, revenue = sum(click.cost for click in good), sum(conversion.payout for conversion in sold)
    return {
        "clicks": len(good), "unique": len(good), "blocked": len(counted) - len(good),
        "leads": sum(1 for found in conversions
                     if found.status == "lead" or (found.type == "lead" and found.status == "sale")),
        "conversions": sum(1 for found in sold if found.type == "sale"),
        "hold": sum(1 for found in conversions if found.status == "hold"),
        "cost": cost, "revenue": revenue, "profit": revenue - cost,
    }
