"""Many postbacks, duplicated, with the tracker killed in the middle: the totals are those of a model that knows nothing
of the tracker. POSTBACKS and CLICKS settle the size: `POSTBACKS=10000 CLICKS=1000` for the whole of it."""

import concurrent.futures
import decimal
import hashlib
import hmac
import os
import random
import signal
import threading
import unittest
import uuid

from harness import Stack, Tenant, eventually

POSTBACKS = int(os.environ.get("POSTBACKS", 2_000))
CLICKS = int(os.environ.get("CLICKS", 200))
WORKERS = 16

WORDS = {
    "approved": "sale", "Confirmed": "sale", "lead": "lead", "PENDING": "hold", "never-heard-of": "hold",
    "declined": "rejected", "refund": "rejected", "spam": "trash", None: "sale",
}
MOVES = {"lead": ("sale", "rejected"), "hold": ("sale", "rejected"), "sale": ("rejected",)}
OFFER_PAYOUT = decimal.Decimal("10.00")


class Model:
    """What a click's hits amount to, told anew: one conversion a type and transaction; later hits move it."""

    def __init__(self):
        self.conversions = {}

    def take(self, hit):
        key, status = (hit.get("conversion_type", "sale"), hit.get("txid")), WORDS[hit.get("status")]
        payout = decimal.Decimal(hit["payout"]) if "payout" in hit else None
        known = self.conversions.get(key)
        if known is None:
            self.conversions[key] = [status, OFFER_PAYOUT if payout is None else payout]
        elif status == known[0] or status in MOVES.get(known[0], ()):
            known[0] = status
            if payout is not None:
                known[1] = payout

    def rows(self):
        return sorted(
            (kind, txid or "", status, str(payout)) for (kind, txid), (status, payout) in self.conversions.items())

    def revenue(self):
        return sum((payout for status, payout in self.conversions.values() if status == "sale"), decimal.Decimal(0))


def hits(dice, click, count):
    """The postbacks of one click, in their order; some are sent twice."""
    sequence = []
    while len(sequence) < count:
        hit = {"click_id": click}
        for name, values in (("status", list(WORDS)), ("txid", [None, None, "a", "b"]),
                             ("conversion_type", [None, None, "lead", "upsell", "ftd"])):
            if (value := dice.choice(values)) is not None:
                hit[name] = value
        if dice.random() < 0.7:
            hit["payout"] = f"{dice.randint(0, 99)}.{dice.randint(0, 99):02}"
        sequence.append(hit)
        if dice.random() < 0.15:
            sequence.append(hit)
    return sequence[:count]


class PostbackModel(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = Stack().start()
        cls.addClassCleanup(cls.stack.stop)
        cls.tenant = Tenant(cls.stack)
        cls.campaign = cls.tenant.simple_campaign()

    def test_duplicates_and_kill_9_leave_the_models_totals(self):
        seed = random.randrange(1 << 32)
        dice = random.Random(seed)
        clicks = self.tenant.clicks(self.campaign, CLICKS)
        plans = {click: hits(dice, click, POSTBACKS // CLICKS) for click in clicks}
        self.sent, self.counter = 0, threading.Lock()
        killer = threading.Thread(target=self.kill_in_the_middle)
        killer.start()
        with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
            list(pool.map(self.send_in_order, plans.values()))
        killer.join()
        expected = decimal.Decimal(0)
        models = {}
        for click, plan in plans.items():
            models[click] = Model()
            for hit in plan:
                models[click].take(hit)
            expected += models[click].revenue()
        with self.subTest(seed=seed):
            # What was answered 202 is recorded in its turn.
            eventually(lambda: self.revenue() == expected or None, within=60, every=0.5, what=f"revenue of {expected}")
            stored = {}
            for item in self.tenant.admin.items("/admin/api/conversions", limit=500):
                stored.setdefault(item["click_id"], []).append(
                    (item["type"], item["txid"] or "", item["status"], str(decimal.Decimal(item["payout"]))))
            for click, model in models.items():
                self.assertEqual(sorted(stored.get(click, [])), model.rows(), plans[click])
            grouped = self.tenant.admin.get("/admin/api/stats/grouped", query={
                "group_by": "campaign", "from": "2020-01-01", "to": "2099-12-31", "metrics": "revenue",
            }).expect(200).json
            self.assertEqual(decimal.Decimal(grouped["totals"]["revenue"]), expected)

    def revenue(self):
        return decimal.Decimal(self.tenant.stats(self.campaign)["revenue"])

    def send_in_order(self, plan):
        """One click's hits one after the other, each until it is answered: a network tries again."""
        for hit in plan:
            eventually(lambda hit=hit: self.send(hit), within=60, every=0.1, what="an answer")
            with self.counter:
                self.sent += 1

    def send(self, hit):
        token = uuid.uuid4().hex
        try:
            answer = self.tenant.postback(**hit, token=token)
        except OSError:
            return None
        if answer.status == 202:
            # Taken, and recorded in its turn; the click's next hit must not overtake it.
            eventually(lambda: self.logged(token), within=60, what="the journaled hit in the log")
        # Not known while its click is in no database yet: that is what a network would try again.
        return answer if answer.status in (200, 202) else None

    def logged(self, token):
        try:
            return self.tenant.admin.get("/admin/api/postbacks", query={"q": token}).expect(200).json["items"]
        except OSError:
            return None

    def kill_in_the_middle(self):
        for share in (0.3, 0.6):
            eventually(lambda share=share: self.sent >= POSTBACKS * share or None, within=300, what="half-way")
            self.stack.kill("tracker", signal.SIGKILL)
            self.stack.start_service("tracker")


class Proofs(unittest.TestCase):
    """Key, address and signature, each asked for or not, each right or wrong."""

    @classmethod
    def setUpClass(cls):
        cls.stack = Stack().start()
        cls.addClassCleanup(cls.stack.stop)
        cls.tenant = Tenant(cls.stack)
        cls.network = cls.tenant.create("networks", name="Careful House")
        offer = cls.tenant.offer(network_id=cls.network["id"])
        cls.campaign = cls.tenant.campaign(offers=[offer])
        cls.tenant.await_campaign(cls.campaign)
        cls.path = f"/admin/api/networks/{cls.network['id']}"

    def hit(self, txid, secret, key, address, method):
        """One postback with or without each proof; its status."""
        client = self.tenant.public.but(address="198.51.100.7" if address else "203.0.113.7")
        path = f"/postback/{self.network['postback_key']}" if key else "/postback"
        text = f"click_id={self.click}&payout=1&txid={txid}"
        sign = hmac.new((secret or "no").encode(), text.encode(), hashlib.sha256).hexdigest()
        if method == "GET":
            return client.get(f"{path}?{text}" + (f"&sig={sign}" if secret else "")).status
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if secret:
            headers["X-Postback-Signature"] = sign
        return client.request("POST", path, body=text.encode(), headers=headers).status

    def test_every_proof_that_is_asked_for_counts(self):
        self.click = self.tenant.click(self.campaign).cookie("_tly_click")
        number, expected = 0, 0
        for wants_signature in (False, True):
            secret = "not-the-secret"
            if wants_signature:
                secret = self.tenant.admin.post(f"{self.path}/postback-secret", {}).expect(201).json["secret"]
            for wants_key in (False, True):
                for wants_address in (False, True):
                    self.tenant.admin.patch(self.path, {
                        "require_key": wants_key,
                        "allowed_addresses": ["198.51.100.0/24"] if wants_address else []}).expect(200)
                    for key in (False, True):
                        for address in (False, True):
                            for signed in (None, secret, "wrong"):
                                for method in ("GET", "POST"):
                                    number += 1
                                    good = ((key or not wants_key) and (address or not wants_address)
                                            and (signed == secret or not wants_signature))
                                    case = (wants_key, wants_address, wants_signature, key, address, signed, method)
                                    self.assertEqual(
                                        self.hit(f"t{number}", signed, key, address, method), 200 if good else 401,
                                        case)
                                    expected += good
        self.assertEqual(len(self.tenant.conversions(self.click)), expected)
        log = self.tenant.admin.items("/admin/api/postbacks", limit=500)
        self.assertEqual(sum(item["outcome"] == "unauthorized" for item in log), number - expected)
