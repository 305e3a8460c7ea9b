"""Stripe without an account: localstripe, run as a process, behind a proxy that has what it lacks (prices, Checkout,
the billing portal, Idempotency-Key) and that fails when it is told to."""

import http.server
import json
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

import stripe
from harness.stack import free_ports
from harness.waiting import eventually

KEY = "sk_test_acceptance1"
SECRETS = ["whsec_of_last_month", "whsec_of_this_month"]
VERSION = "2024-06-20"
GOOD_CARD, DECLINED_CARD = "4242424242424242", "4000000000000341"


class StripeStandIn:
    """`with StripeStandIn() as stand_in:` it answers at `stand_in.url`."""

    def __init__(self):
        self.port, self.inner_port = free_ports(2)
        self.url, self.inner = f"http://127.0.0.1:{self.port}", f"http://127.0.0.1:{self.inner_port}"
        self.requests, self.faults = [], []
        self.answers, self.checkouts, self.failed_refunds = {}, {}, {}
        self.lock = threading.Lock()
        self.process = self.server = None

    def __enter__(self):
        command = [sys.executable, "-m", "localstripe", "--from-scratch", "--port", str(self.inner_port)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), handler(self))
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        eventually(self.is_ready, within=30, what="localstripe being ready")
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.process.terminate()
        self.process.wait(timeout=30)

    def is_ready(self):
        try:
            return self.ask("GET", "/v1/customers")["object"] == "list"
        except OSError:
            return False

    # --- what the test does as customer, as bank, and as Stripe's dashboard ---

    def ask(self, method, path, **fields):
        """localstripe itself, past the proxy."""
        status, answer = self.forward(method, path, urllib.parse.urlencode(fields).encode())
        if status >= 400:
            raise AssertionError(f"{method} {path}: {status} {answer}")
        return answer

    def forward(self, method, path, body):
        request = urllib.request.Request(
            self.inner + path, data=body or None, method=method, headers={"Authorization": f"Bearer {KEY}"})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"{}")

    def send_events_to(self, url):
        """localstripe signs its events by itself."""
        body = json.dumps({"url": url, "secret": SECRETS[1]}).encode()
        request = urllib.request.Request(
            f"{self.inner}/_config/webhooks/test", data=body, headers={"Content-Type": "application/json"})
        urllib.request.urlopen(request, timeout=30).close()

    def use_card(self, customer, number):
        method = self.ask("POST", "/v1/payment_methods", **{
            "type": "card", "card[number]": number, "card[exp_month]": 12, "card[exp_year]": 2099, "card[cvc]": "123"})
        self.ask("POST", f"/v1/payment_methods/{method['id']}/attach", customer=customer)
        self.ask("POST", f"/v1/customers/{customer}",
                 **{"invoice_settings[default_payment_method]": method["id"]})

    def complete(self, checkout, card=GOOD_CARD):
        """The customer enters a card on Stripe's page and agrees."""
        session = self.checkouts[checkout]
        self.use_card(session["customer"], card)
        form = session["form"]
        metadata = {name.removeprefix("subscription_data"): value for name, value in form.items()
                    if name.startswith("subscription_data[metadata]")}
        subscription = self.ask("POST", "/v1/subscriptions", **{
            "customer": session["customer"], "items[0][plan]": form["line_items[0][price]"],
            **{name[1:].replace("]", "", 1): value for name, value in metadata.items()}})
        session.update(status="complete", url=None, subscription=subscription["id"],
                       invoice=subscription["latest_invoice"])
        return session

    # --- events that localstripe does not have, signed by Stripe's own library ---

    @staticmethod
    def event(type_, shown, created=None, version=VERSION, id_=None, livemode=False):
        return {"id": id_ or f"evt_{type_.replace('.', '_')}_{time.time_ns()}", "object": "event",
                "api_version": version, "created": created or int(time.time()), "livemode": livemode, "type": type_,
                "data": {"object": shown}}

    @staticmethod
    def signature(body, secret=SECRETS[0], at=None):
        stamp = at or int(time.time())
        code = stripe.WebhookSignature._compute_signature(f"{stamp}.{body}", secret)
        return f"t={stamp},v1={code}"


def handler(stand_in):
    class Proxy(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

        def do_GET(self):
            self.serve()

        def do_POST(self):
            self.serve()

        def do_DELETE(self):
            self.serve()

        def serve(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            path, key = self.path.partition("?")[0], self.headers.get("Idempotency-Key")
            with stand_in.lock:
                stand_in.requests.append((self.command, path, key, self.headers.get("Stripe-Version"), body.decode()))
                fault = stand_in.faults.pop(0) if stand_in.faults else None
            if fault == "429":
                return self.answer(429, {"error": {"type": "invalid_request_error", "code": "rate_limit",
                                                   "message": "Slow down."}})
            if fault == "500":
                return self.answer(500, {"error": {"type": "api_error", "message": "Sorry."}})
            status, shown = self.once(key, path, body)
            if fault == "lost":  # it was done, but the answer never arrives
                self.close_connection = True
                return self.connection.close()
            return self.answer(status, shown)

        def once(self, key, path, body):
            """Idempotency-Key: the first answer again, and a refusal for other parameters."""
            with stand_in.lock:
                known = stand_in.answers.get(key) if key else None
            if known:
                if known[0] != (self.command, path, body):
                    return 400, {"error": {"type": "idempotency_error", "message": "Other parameters."}}
                return known[1]
            answer = self.act(path, body)
            if key and answer[0] < 500:
                with stand_in.lock:
                    stand_in.answers[key] = ((self.command, path, body), answer)
            return answer

        def act(self, path, body):
            form = dict(urllib.parse.parse_qsl(body.decode(), keep_blank_values=True))
            parts = path.split("/")
            if (self.command, path) == ("POST", "/v1/prices"):
                return self.price(form)
            if path == "/v1/checkout/sessions":
                return self.checkout(form)
            if path.startswith("/v1/checkout/sessions/"):
                session = stand_in.checkouts.get(parts[4])
                return (200, session) if session else (404, {"error": {"message": "No such session"}})
            if path == "/v1/billing_portal/sessions":
                return 200, {"id": "bps_1", "object": "billing_portal.session",
                             "url": f"https://billing.stripe.com/p/session/{form['customer']}"}
            if self.command == "POST" and parts[2] == "subscriptions":
                form = {("items[0][plan]" if name == "items[0][price]" else name): value
                        for name, value in form.items() if name not in ("proration_behavior", "payment_behavior")}
                body = urllib.parse.urlencode(form).encode()
            if path == "/v1/coupons":
                body = urllib.parse.urlencode({"id": f"c{time.time_ns()}", **form}).encode()
            status, shown = stand_in.forward(self.command, self.path, body)
            if status == 200 and (self.command, path) == ("GET", "/v1/refunds"):
                for refund in shown["data"]:
                    if reason := stand_in.failed_refunds.get(refund["id"]):
                        refund.update(status="failed", failure_reason=reason)
            if status == 200 and parts[2] == "charges" and shown.get("payment_intent"):
                shown["invoice"] = stand_in.ask("GET", f"/v1/payment_intents/{shown['payment_intent']}")["invoice"]
            return status, shown

        @staticmethod
        def price(form):
            status, plan = stand_in.forward("POST", "/v1/plans", urllib.parse.urlencode({
                "amount": form["unit_amount"], "currency": form["currency"], "product": form["product"],
                "interval": form["recurring[interval]"]}).encode())
            return status, plan | {"object": "price"}

        @staticmethod
        def checkout(form):
            number = f"cs_test_{len(stand_in.checkouts) + 1}"
            session = {
                "id": number, "object": "checkout.session", "mode": form["mode"], "customer": form["customer"],
                "client_reference_id": form["client_reference_id"], "status": "open", "subscription": None,
                "invoice": None, "url": f"https://checkout.stripe.com/c/pay/{number}", "form": form,
                "expires_at": int(time.time()) + 86400}
            stand_in.checkouts[number] = session
            return 200, session

        def answer(self, status, shown):
            content = json.dumps(shown).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Request-Id", "req_stand_in")
            self.end_headers()
            self.wfile.write(content)

    return Proxy
