"""Shops' webhooks as their documentation describes them, Stripe's signed by Stripe's own library."""

import base64
import concurrent.futures
import hashlib
import hmac
import json
import time
import unittest
import uuid

import shared
import stripe
from harness import Tenant

SETTINGS = "/admin/api/settings/webhooks"


def shopify_order(number, click=None, status="paid", **fields):
    """The parts of Shopify's order that matter, among some that do not."""
    noted = [{"name": "gift", "value": "yes"}] + ([{"name": "_tly_click", "value": click}] if click else [])
    return {
        "id": number, "admin_graphql_api_id": f"gid://shopify/Order/{number}", "browser_ip": None,
        "cancel_reason": None, "cancelled_at": None, "client_details": None, "contact_email": "jon@example.com",
        "created_at": "2026-11-20T16:09:21-05:00", "currency": "USD", "current_total_price": "398.00",
        "email": "jon@example.com", "financial_status": status, "landing_site": None, "name": "#9999",
        "note_attributes": noted, "order_number": 1234, "presentment_currency": "USD", "refunds": [], "test": False,
        "total_price": "408.00",
        "total_price_set": {"shop_money": {"amount": "408.00", "currency_code": "USD"},
                            "presentment_money": {"amount": "408.00", "currency_code": "USD"}},
        "updated_at": "2026-11-20T16:09:21-05:00", "customer": {"id": 115310627314723954, "email": "john@example.com"},
        "line_items": [{"id": 866550311766439020, "price": "199.00", "quantity": 1, "title": "IPod Nano – 8 Gb"}],
        **fields}


def woo_order(number, click=None, status="processing", **fields):
    meta = [{"id": 13106, "key": "_download_permissions_granted", "value": "yes"}]
    meta += [{"id": 13107, "key": "_tly_click", "value": click}] if click else []
    return {
        "id": number, "parent_id": 0, "number": str(number), "order_key": "wc_order_58d2d042d1d", "status": status,
        "currency": "EUR", "date_created": "2026-11-20T16:28:02", "date_modified_gmt": "2026-11-20T19:28:08",
        "total": "29.35", "customer_ip_address": "", "billing": {"first_name": "John", "email": "john.doe@example.com"},
        "meta_data": meta, "line_items": [], "refunds": [], **fields}


class Webhooks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.tenant = Tenant(shared.stack())  # its settings change
        cls.campaign = cls.tenant.simple_campaign()

    def click(self):
        return self.tenant.click(self.campaign).expect(302).cookie("_tly_click")

    def post(self, path, body, **headers):
        raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json", **{k.replace("_", "-"): v for k, v in headers.items()}}
        return self.tenant.public.request("POST", path, body=raw, headers=headers)

    def set_secrets(self, shop, *secrets):
        self.tenant.admin.request("PUT", f"{SETTINGS}/{shop}", json_body={"secrets": list(secrets)}).expect(200)
        self.addCleanup(lambda: self.tenant.admin.request("PUT", f"{SETTINGS}/{shop}", json_body={"secrets": []}))

    def one(self, click):
        found = self.tenant.conversions(click)
        self.assertEqual(len(found), 1, found)
        return found[0]

    @staticmethod
    def number():
        return uuid.uuid4().int >> 66

    # --- Shopify ---

    def test_the_documented_shopify_form(self):
        self.set_secrets("shopify", "YOUR_WEBHOOK_SECRET")
        click, number = self.click(), self.number()
        order = shopify_order(number, click)
        self.post("/webhook/shopify?key=wrong", order).expect(401)
        self.post("/webhook/shopify", order).expect(401)
        self.post("/webhook/shopify?key=YOUR_WEBHOOK_SECRET", order, X_Shopify_Topic="orders/create").expect(200)
        conversion = self.one(click)
        self.assertEqual((conversion["status"], conversion["type"], conversion["match"]), ("sale", "sale", "click_id"))
        self.assertEqual((float(conversion["payout"]), conversion["txid"]), (408.0, str(number)))

    def test_shopifys_signature_over_the_raw_body(self):
        self.set_secrets("shopify", "shpss_0123456789abcdef")
        click = self.click()
        raw = json.dumps(shopify_order(self.number(), click), ensure_ascii=False, indent=1).encode()
        code = base64.b64encode(hmac.new(b"shpss_0123456789abcdef", raw, hashlib.sha256).digest()).decode()
        named = {"X_Shopify_Topic": "orders/paid", "X_Shopify_Webhook_Id": str(uuid.uuid4())}
        self.post("/webhook/shopify", raw + b" ", X_Shopify_Hmac_Sha256=code, **named).expect(401)
        for _ in range(3):
            self.post("/webhook/shopify", raw, X_Shopify_Hmac_Sha256=code, **named).expect(200)
        self.assertEqual(float(self.one(click)["revenue"]), 408.0)

    def test_a_refund_comes_before_its_order_and_both_twice(self):
        click, number = self.click(), self.number()
        refund = {"id": self.number(), "order_id": number, "created_at": "2026-11-21T10:00:00-05:00", "restock": True,
                  "refund_line_items": [], "order_adjustments": [],
                  "transactions": [{"id": self.number(), "kind": "refund", "status": "success", "amount": "209.00",
                                    "currency": "USD", "gateway": "bogus"}]}
        for _ in range(2):
            self.post("/webhook/shopify", refund, X_Shopify_Topic="refunds/create").expect(200)
        for _ in range(2):
            self.post("/webhook/shopify", shopify_order(number, click), X_Shopify_Topic="orders/create").expect(200)
        self.assertEqual(float(self.one(click)["revenue"]), 199.0)
        cancelled = shopify_order(number, click, cancelled_at="2026-11-22T10:00:00-05:00",
                                  updated_at="2026-11-22T10:00:00-05:00")
        self.post("/webhook/shopify", cancelled, X_Shopify_Topic="orders/cancelled").expect(200)
        self.assertEqual(self.one(click)["status"], "rejected")

    def test_sixteen_at_once_are_one(self):
        click = self.click()
        order = shopify_order(self.number(), click)
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(lambda _: self.post("/webhook/shopify", order).status, range(16)))
        self.assertEqual(set(answers), {200})
        self.one(click)

    # --- WooCommerce ---

    def test_woocommerces_ping_its_signature_and_statuses(self):
        self.set_secrets("woocommerce", "a-woo-secret")
        self.tenant.public.request(
            "POST", "/webhook/woocommerce", body=b"webhook_id=7",
            headers={"Content-Type": "application/x-www-form-urlencoded"}).expect(200)
        click, number = self.click(), self.number()

        def send(status, minute, **fields):
            raw = json.dumps(woo_order(number, click, status, date_modified_gmt=f"2026-11-20T19:{minute:02}:00",
                                       **fields)).encode()
            code = base64.b64encode(hmac.new(b"a-woo-secret", raw, hashlib.sha256).digest()).decode()
            return self.post("/webhook/woocommerce", raw, X_WC_Webhook_Signature=code,
                             X_WC_Webhook_Topic="order.updated", X_WC_Webhook_Source="https://shop.example/")

        self.post("/webhook/woocommerce", woo_order(number, click), X_WC_Webhook_Topic="order.created").expect(401)
        send("processing", 1).expect(200)
        self.assertEqual(self.one(click)["status"], "hold")
        send("completed", 2).expect(200)
        self.assertEqual((self.one(click)["status"], self.one(click)["currency"]), ("sale", "EUR"))
        send("completed", 3, refunds=[{"id": 726, "reason": "", "total": "-10.00"}]).expect(200)
        self.assertEqual(float(self.one(click)["payout"]), 19.35)
        send("refunded", 4).expect(200)
        self.assertEqual(self.one(click)["status"], "rejected")

    def test_an_order_of_no_click_is_no_error(self):
        self.post("/webhook/woocommerce", woo_order(self.number(), status="completed", billing={})).expect(200)

    # --- Stripe ---

    def stripe(self, kind, item, secret="whsec_acceptance_0123456789", at=None):
        at = at or int(time.time())
        event = {"id": f"evt_{uuid.uuid4().hex}", "object": "event", "api_version": "2024-06-20", "created": at,
                 "data": {"object": item}, "livemode": False, "pending_webhooks": 1, "type": kind}
        payload = json.dumps(event, indent=2)
        code = stripe.WebhookSignature._compute_signature(f"{at}.{payload}", secret)
        header = f"t={at},v1={code},v0=6ffbb59b2300aae63f272406069a9788598b792a944a07aba816edb039989a39"
        # What Stripe's library signs, Stripe's library accepts.
        if time.time() - at < 300:
            stripe.Webhook.construct_event(payload, header, secret)
        return self.post("/webhook/stripe", payload.encode(), Stripe_Signature=header)

    def session(self, click, tag, **fields):
        return {"id": f"cs_test_{tag}", "object": "checkout.session", "mode": "payment", "payment_status": "paid",
                "amount_subtotal": 5000, "amount_total": 5000, "currency": "usd", "client_reference_id": click,
                "customer_details": {"email": "jenny@example.com", "name": None}, "payment_intent": f"pi_{tag}",
                "subscription": None, "invoice": None, "metadata": {}, "status": "complete", **fields}

    def test_stripes_signatures(self):
        click, tag = self.click(), uuid.uuid4().hex
        session = self.session(click, tag)
        self.stripe("checkout.session.completed", session).expect(401)
        self.set_secrets("stripe", "whsec_former_0123456789", "whsec_acceptance_0123456789")
        self.stripe("checkout.session.completed", session, secret="whsec_other").expect(401)
        self.stripe("checkout.session.completed", session, at=int(time.time()) - 3600).expect(401)
        self.assertEqual(self.tenant.conversions(click), [])
        self.stripe("checkout.session.completed", session).expect(200)
        self.stripe("checkout.session.completed", session, secret="whsec_former_0123456789").expect(200)
        self.assertEqual((self.one(click)["txid"], float(self.one(click)["revenue"])), (f"cs_test_{tag}", 50.0))
        charge = {"id": f"ch_{tag}", "object": "charge", "amount": 5000, "amount_refunded": 1500, "currency": "usd",
                  "payment_intent": f"pi_{tag}", "invoice": None, "refunded": False}
        self.stripe("charge.refunded", charge).expect(200)
        self.assertEqual((self.one(click)["status"], float(self.one(click)["revenue"])), ("sale", 35.0))
        self.stripe("charge.refunded", charge | {"amount_refunded": 5000, "refunded": True}).expect(200)
        self.assertEqual((self.one(click)["status"], float(self.one(click)["revenue"])), ("rejected", 0.0))

    def test_a_subscription_in_yen_and_its_dispute(self):
        self.set_secrets("stripe", "whsec_acceptance_0123456789")
        click, tag = self.click(), uuid.uuid4().hex
        now = int(time.time())

        def invoice(number, reason):
            return {"id": f"in_{tag}_{number}", "object": "invoice", "billing_reason": reason, "amount_paid": 1980,
                    "currency": "jpy", "subscription": f"sub_{tag}", "payment_intent": f"pi_{tag}_{number}"}

        self.stripe("invoice.paid", invoice(2, "subscription_cycle"), at=now - 60).expect(200)
        dispute = {"id": f"du_{tag}", "object": "dispute", "amount": 1980, "currency": "jpy", "status": "lost",
                   "charge": f"ch_{tag}", "payment_intent": f"pi_{tag}_2"}
        self.stripe("charge.dispute.closed", dispute, at=now - 30).expect(200)
        self.assertEqual(self.tenant.conversions(click), [])
        self.stripe("checkout.session.completed", self.session(
            click, tag, mode="subscription", amount_total=1980, currency="jpy", payment_intent=None,
            subscription=f"sub_{tag}", invoice=f"in_{tag}_1"), at=now - 120).expect(200)
        self.stripe("invoice.paid", invoice(1, "subscription_create"), at=now - 119).expect(200)
        found = {item["type"]: item for item in self.tenant.conversions(click)}
        self.assertEqual(sorted(found), ["rebill", "sale"])
        self.assertEqual((float(found["sale"]["payout"]), found["sale"]["currency"]), (1980.0, "JPY"))
        self.assertEqual((found["rebill"]["status"], found["rebill"]["parent_id"]), ("rejected", found["sale"]["id"]))


if __name__ == "__main__":
    unittest.main()
