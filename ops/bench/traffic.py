"""Clicks and conversions of the past thirty days, as visitors and networks leave them: they come over HTTP to a click
node whose clock goes through those days, lie in its journal and are drained. Sizes are those of a busy account: 50
countries, 2,000 cities, 60 providers, 300 campaigns, 5,000 values of sub1."""

import bisect
import datetime
import importlib.machinery
import importlib.util
import itertools
import random
import time

import hits
from agents import crowd
from harness import PastNode, eventually
from harness.stack import HOME
from meters import metrics
from table import say
from wrk import Wrk, request, wrk

DAYS = 30
DAY = datetime.timedelta(days=1)
CAMPAIGNS, OFFERS, LANDINGS, SOURCES = 300, 40, 20, 8
CITIES, PROVIDERS, ZONES, CREATIVES, SITES, WORDS, REFERRERS = 2_000, 60, 5_000, 300, 40, 1_000, 80
COUNTRIES = """
US GB DE FR ES IT BR AU CA IN NL SE NO DK FI PL CZ AT CH BE IE PT GR RO HU BG HR SK SI LT LV EE TR UA IL AE SA ZA EG NG
KE MX AR CL CO PE JP KR TH VN
""".split()
# How many requests are prepared; each visitor always sends the same one.
TEMPLATES = 20_000
CONNECTIONS = 64
CONVERSION_RATE = 0.015
POSTBACKS_A_SECOND = 600


def zipf(count, chance, flat=8.0):
    """Draws of 0..<count, the first ones more often."""
    totals = list(itertools.accumulate(1 / (number + flat) for number in range(count)))
    return lambda: bisect.bisect(totals, chance.random() * totals[-1])


# --- places ---

def make_places(folder):
    """Databases of made-up towns for the addresses that load.lua makes up."""
    folder.mkdir(mode=0o700)
    loader = importlib.machinery.SourceFileLoader("mmdb", str(HOME / "ops/mmdb"))
    mmdb = importlib.util.module_from_spec(importlib.util.spec_from_loader("mmdb", loader))
    loader.exec_module(mmdb)
    networks = [f"2001:db8:{block * 16:x}::/44" for block in range(0xc00)]
    networks += [f"198.{18 + block // 256}.{block % 256}.0/24" for block in range(496)]
    chance = random.Random(3)
    town, provider = zipf(CITIES, chance, 200), zipf(PROVIDERS, chance)
    chance.shuffle(networks)
    towns = {network: f"Town {number if number < CITIES else town()}" for number, network in enumerate(networks)}
    names = {f"Town {number}": place(number) for number in range(CITIES)}
    mmdb.write({"type": "GeoLite2-City", "records": names, "networks": towns}, folder / "GeoLite2-City.mmdb")
    providers = {f"Provider {number}": {
        "autonomous_system_number": 64512 + number, "autonomous_system_organization": f"Provider {number}"}
        for number in range(PROVIDERS)}
    mmdb.write({"type": "GeoLite2-ASN", "records": providers,
                "networks": {network: f"Provider {provider()}" for network in networks}}, folder / "GeoLite2-ASN.mmdb")


def place(number):
    """The first countries have more towns than the last."""
    country = COUNTRIES[int(len(COUNTRIES) * (number / CITIES) ** 2)]
    return {"country": {"iso_code": country, "names": {"en": country}}, "city": {"names": {"en": f"Town {number}"}},
            "subdivisions": [{"names": {"en": f"Region {country}-{number % 12}"}}]}


# --- what is configured, and who comes ---

def make_campaigns(tenant):
    """Slugs of the campaigns; every other one has landings."""
    sources = [tenant.create("sources", name=f"Source {number}") for number in range(SOURCES)]
    networks = [tenant.create("networks", name=f"Network {number}") for number in range(4)]
    offers = [tenant.offer(network_id=networks[number % 4]["id"]) for number in range(OFFERS)]
    landings = [tenant.landing() for _ in range(LANDINGS)]
    slugs = []
    for number in range(CAMPAIGNS):
        pages = [landings[number % LANDINGS], landings[(number + 7) % LANDINGS]] if number % 2 else []
        slugs.append(tenant.campaign(
            pages, [offers[number % OFFERS], offers[(number + 13) % OFFERS]], cost="0.02",
            source_id=sources[number % SOURCES]["id"])["slug"])
    tenant.await_campaign({"slug": slugs[-1]})
    return slugs


def visitors(slugs, host):
    chance = random.Random(5)
    campaign, zone, creative = zipf(len(slugs), chance), zipf(ZONES, chance, 50), zipf(CREATIVES, chance)
    site, word, referrer = zipf(SITES, chance), zipf(WORDS, chance, 30), zipf(REFERRERS, chance)
    browsers, texts = crowd(hits.BROWSERS), []
    for number in range(TEMPLATES):
        headers = browsers[number % len(browsers)] | {"Referer": f"https://site-{referrer()}.example.net/"}
        path = (f"/c/{slugs[campaign()]}?cost=0.{chance.randrange(1, 9000):05}&sub1=zone-{zone()}"
                f"&sub2=creative-{creative()}&sub3=site-{site()}&sub5=word-{word()}")
        if number % 2:
            path += f"&sub4=format-{number % 6}"
        texts.append(request("GET", path, {"Host": host, "X-Forwarded-For": "@ADDRESS@"} | headers))
    return texts


# --- the thirty days ---

class PastTraffic:
    """`make(count, stored)` sends about so many clicks, spread over the days, and waits until `stored()` says that all
    are in Postgres; `clicks` and `conversions` then say how many."""

    def __init__(self, stack, tenant):
        self.stack, self.tenant = stack, tenant
        self.begin = datetime.datetime.now(datetime.timezone.utc).replace(
            hour=0, minute=0, second=0, microsecond=0) - DAYS * DAY
        self.node = PastNode(stack, self.begin)
        self.chance = random.Random(7)
        self.clicks = self.conversions = 0
        self.rate = 0.0

    def make(self, count, stored):
        places = self.stack.folder / "places"
        make_places(places)
        self.node.settings["GEOIP_DIR"] = str(places)
        requests = visitors(make_campaigns(self.tenant), self.tenant.domain)
        began = time.monotonic()
        with self.node:
            self.load(requests, 2)
            for day in range(DAYS):
                seconds = max(1, round((count - self.clicks) / (DAYS - day) / self.rate))
                ids = self.visit(day, requests, seconds)
                self.await_drained()
                self.convert(day, ids)
                if day % 5 == 4:
                    say(f"{self.clicks:,} clicks of {day + 1} days")
            self.await_drained()
            self.await_stored(stored)
        self.rate = self.clicks / (time.monotonic() - began)

    def load(self, requests, seconds, day=0, **options):
        """The day begins with the first visitor: wrk takes a moment to read what it is to send."""
        self.node.set(self.begin + day * DAY, speed=0)
        before = self.told("appended")
        with Wrk(self.node.port, requests, CONNECTIONS, seconds, **options) as load:
            eventually(lambda: self.told("appended") > before, within=60, every=0.02, what="the day's first visitor")
            self.node.set(self.begin + day * DAY, speed=80_000 / (seconds + 1))
            result = load.finish()
        if result["refused"]:
            raise RuntimeError(f"the node refused {result['refused']} clicks")
        self.clicks += result["requests"]
        self.rate = result["rate"]

    def visit(self, day, requests, seconds):
        """A day's visitors in some seconds. Returns the clicks that will convert."""
        answers = self.stack.folder / "answers"
        self.load(requests, seconds, day, answers=answers)
        ids = []
        for file in answers.parent.glob(f"{answers.name}.*"):
            ids += [line.strip() for line in file.open() if self.chance.random() < CONVERSION_RATE]
            file.unlink()
        return ids

    def convert(self, day, ids):
        """What networks report in the course of the next day."""
        if not ids:
            return
        seconds = len(ids) // POSTBACKS_A_SECOND + 2
        start = self.begin + (day + 1) * DAY
        span = min(DAY.total_seconds(), (datetime.datetime.now(datetime.timezone.utc) - start).total_seconds())
        self.node.set(start, speed=span / (seconds + 3))
        host = {"Host": self.tenant.domain}
        texts = [request("GET", f"/postback?click_id={click}&txid={click[-12:]}&{self.report()}", host)
                 for click in ids]
        # Once more round says the same again, and changes nothing: so a round that was too short is made again, longer.
        for seconds in (seconds, 5 * seconds, 25 * seconds):
            result = wrk(self.node.port, texts, 16, seconds, order="each", population=len(texts))
            if result["refused"]:
                raise RuntimeError(f"{result['refused']} of {len(texts)} postbacks refused")
            if result["requests"] >= len(texts):
                break
            self.node.set(start + datetime.timedelta(seconds=span), speed=0)
        else:
            raise RuntimeError(f"{result['requests']} of {len(texts)} postbacks answered within {seconds} s")
        self.conversions += len(ids)

    def report(self):
        status = self.chance.choices(("approved", "hold", "rejected", "lead"), (80, 6, 6, 8))[0]
        return f"payout={self.chance.randrange(5_000) / 100:.2f}&status={status}"

    def told(self, name):
        return metrics(self.node.client, self.stack.env["METRICS_TOKEN"])[f"trackily_journal_{name}_total"]

    def await_drained(self):
        eventually(lambda: self.told("drained") >= self.told("appended"), within=900, what="the past being drained")

    def await_stored(self, stored):
        """Drained are also clicks that a moment's trouble with the schema set aside: they are put back by and by."""
        try:
            eventually(lambda: stored() >= self.clicks, within=900, every=2, what="all clicks being stored")
        except AssertionError as error:
            told = [line for line in self.node.log().splitlines() if " error " in line or " warning " in line]
            raise RuntimeError("\n".join(
                [f"{self.clicks} clicks were answered and {stored()} stored", *told[-20:]])) from error
