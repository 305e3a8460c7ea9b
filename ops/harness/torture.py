"""Everything that moves a figure after its hour was rolled up, at once: visitors of now and of past days, conversions
of all ages, other verdicts on them, costs and rates by hand, and trackers that are killed. Then the tracker's own check
of its rollups against raw clicks has to find no difference."""

import datetime
import http.client
import random
import signal
import threading

from harness import rollups
from harness.customers import Tenant
from harness.past import PastNode
from harness.waiting import eventually

DAYS = 20
# Refused or broken requests are nothing: whoever was killed could not answer.
ERRORS = (OSError, http.client.HTTPException)
AGENTS = ("Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0", "curl/8.5.0")
STATUSES = ("approved", "hold", "rejected", "lead", "trash")


class Torture:
    """`Torture(stack, seed).run(seconds)` raises AssertionError when rollups and raw clicks differ."""

    def __init__(self, stack, seed):
        self.stack, self.seed, self.chance = stack, seed, random.Random(seed)
        self.tenant = Tenant(stack)
        source = self.tenant.create("sources", name="tortured")
        offers = [self.tenant.offer(), self.tenant.offer(payout="3.333333")]
        self.campaigns = [
            self.tenant.campaign([self.tenant.landing()], offers, cost="0.012345", source_id=source["id"]),
            self.tenant.campaign([], offers, cost="0.1"), self.tenant.campaign([], offers[:1], cost="0.07"),
        ]
        for campaign in self.campaigns:
            self.tenant.await_campaign(campaign)
        self.node = PastNode(stack, self.some_time())
        self.clicks, self.lock, self.ending = [], threading.Lock(), threading.Event()
        self.done = {}
        # Hours and days that the last check compared.
        self.checked = 0

    def some_time(self):
        ago = datetime.timedelta(seconds=self.chance.uniform(60, DAYS * 86_400))
        return datetime.datetime.now(datetime.timezone.utc) - ago

    # --- while it lasts ---

    def run(self, seconds, checks=0):
        """`checks`: how often the check has to pass while all rests for a moment, besides the end."""
        works = (self.visit, self.visit_the_past, self.convert, self.decide, self.change_costs, self.change_rates,
                 self.kill)
        self.node.start()
        try:
            for turn in range(checks + 1):
                self.ending.clear()
                threads = [threading.Thread(target=self.keep_at, args=(work, number + 100 * turn), daemon=True)
                           for number, work in enumerate(works)]
                for thread in threads:
                    thread.start()
                self.ending.wait(seconds / (checks + 1))
                self.ending.set()
                for thread in threads:
                    thread.join(timeout=120)
                self.settle()
                self.check()
        finally:
            self.node.stop()

    def keep_at(self, work, number):
        chance = random.Random(f"{self.seed}-{number}")
        while not self.ending.is_set():
            try:
                rest = work(chance)
            except ERRORS:
                rest = 0.3
            with self.lock:
                self.done[work.__name__] = self.done.get(work.__name__, 0) + 1
            self.ending.wait(rest)

    def click(self, client, chance):
        campaign = chance.choice(self.campaigns)
        address = f"198.{chance.choice((18, 19))}.{chance.randrange(256)}.{chance.randrange(256)}"
        answer = client.but(address=address).get(
            f"/c/{campaign['slug']}", query={
                "sub1": f"zone-{chance.randrange(50)}", "sub2": f"ad-{chance.randrange(5)}",
                **({"cost": f"0.{chance.randrange(1, 10**6):06}"} if chance.random() < 0.5 else {})},
            headers={"User-Agent": chance.choice(AGENTS)})
        if click := answer.cookie("_tly_click"):
            with self.lock:
                self.clicks.append(click)

    def visit(self, chance):
        self.click(self.tenant.public, chance)
        return 0.005

    def visit_the_past(self, chance):
        """Hours that are rolled up long since get clicks."""
        self.node.set(self.some_time())
        for _ in range(chance.randrange(1, 6)):
            self.click(self.node.client.but(host=self.tenant.domain), chance)
        return 0.02

    def convert(self, chance):
        with self.lock:
            if not self.clicks:
                return 0.2
            click = chance.choice(self.clicks)
        payout = f"{chance.randrange(10**8) / 10**6:.6f}"
        query = {"click_id": click, "status": chance.choice(STATUSES), "payout": payout}
        if chance.random() < 0.6:
            query["txid"] = f"T{chance.randrange(3)}"
        if chance.random() < 0.3:
            query["conversion_type"] = chance.choice(("lead", "upsell", "rebill"))
        if chance.random() < 0.2:
            query["currency"] = "EUR"
        self.tenant.postback(**query)
        return 0.01

    def decide(self, chance):
        page = self.tenant.admin.get("/admin/api/conversions", query={"limit": 200})
        if page.status == 200 and page.json["items"]:
            found = chance.choice(page.json["items"])
            self.tenant.admin.post(
                f"/admin/api/conversions/{found['id']}/status", {"status": chance.choice(("sale", "hold", "rejected"))})
        return 0.1

    def change_costs(self, chance):
        today = datetime.datetime.now(datetime.timezone.utc).date()
        first = today - datetime.timedelta(days=chance.randrange(DAYS))
        self.tenant.admin.post("/admin/api/clicks/cost", {
            "campaign_id": chance.choice(self.campaigns)["id"], "from": str(first),
            "to": str(min(today, first + datetime.timedelta(days=chance.randrange(3)))),
            "mode": chance.choice(("per_click", "total")), "cost": f"0.{chance.randrange(1, 10**6):06}"})
        return 0.5

    def change_rates(self, chance):
        day = datetime.datetime.now(datetime.timezone.utc).date() - datetime.timedelta(days=chance.randrange(DAYS))
        self.tenant.admin.post("/admin/api/settings/currency-rates", {
            "date": str(day), "base": "EUR", "currency": "USD", "rate": f"1.{chance.randrange(10**4):04}"})
        return 1.5

    def kill(self, chance):
        if chance.random() < 0.3:
            self.node.stop(signal.SIGKILL)
            self.node.start()
        else:
            self.stack.kill("tracker", signal.SIGKILL)
            self.stack.start_service("tracker")
        return chance.uniform(4, 12)

    # --- afterwards ---

    def settle(self):
        """Until both journals are drained and no change of costs is under way."""
        eventually(lambda: self.tenant.admin.get("/admin/api/clicks/cost/changes").status == 200, within=60,
                   what="the tracker answering again")
        with self.lock:
            last = self.clicks[-200:]
        schema = self.schema()
        wanted = len(last)
        ids = ", ".join(f"'{click}'" for click in last)
        eventually(
            lambda: not last or int(self.stack.sql(
                f"SELECT count(*) FROM {schema}.clicks WHERE id IN ({ids})")[0][0]) == wanted,
            within=120, every=0.5, what="the last clicks being stored")
        changes = "/admin/api/clicks/cost/changes"
        eventually(
            lambda: not any(change["state"] in ("running", "undoing")
                            for change in self.tenant.admin.get(changes).expect(200).json["items"]),
            within=120, every=0.5, what="the changes of costs being done")

    def schema(self):
        return self.stack.sql(f"SELECT schema_name FROM control.tenants WHERE slug = '{self.tenant.slug}'")[0][0]

    def check(self):
        """Raises AssertionError with what the command says when there is a difference."""
        today = datetime.datetime.now(datetime.timezone.utc).date()
        self.checked = rollups.check(
            self.stack, self.tenant.slug, today - datetime.timedelta(days=DAYS + 1), today)
