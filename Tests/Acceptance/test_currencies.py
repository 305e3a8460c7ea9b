"""Rates between currencies: from a server that plays the European Central Bank, by hand, and what that does to
conversions that had none."""

import datetime
import http.server
import threading
import unittest

from harness import Stack, Tenant, eventually

RATES = "/admin/api/settings/currency-rates"


class Bank:
    """`days` is what it knows: a date and its rates; `status` what it answers with."""

    def __init__(self):
        self.days, self.status, self.paths = {}, 200, []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                outer.paths.append(self.path)
                body = outer.document(history="hist" in self.path).encode()
                self.send_response(outer.status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def document(self, history):
        newest = sorted(self.days, reverse=True)
        cubes = "".join(
            f"<Cube time='{day}'>" + "".join(f"<Cube currency='{code}' rate='{rate}'/>"
                                             for code, rate in self.days[day].items()) + "</Cube>"
            for day in (newest if history else newest[:1]))
        return ("<?xml version='1.0'?><gesmes:Envelope xmlns:gesmes='http://www.gesmes.org/xml/2002-08-01'>"
                f"<gesmes:subject>Reference rates</gesmes:subject><Cube>{cubes}</Cube></gesmes:Envelope>")

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Currencies(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.bank = Bank()
        cls.addClassCleanup(cls.bank.close)
        cls.stack = Stack(environment={"ECB_BASE_URL": cls.bank.url}).start()
        cls.addClassCleanup(cls.stack.stop)

    def setUp(self):
        self.bank.status = 200
        self.tenant = Tenant(self.stack)
        self.campaign = self.tenant.simple_campaign()
        self.today = datetime.datetime.now(datetime.timezone.utc).date()

    def sale(self, **fields):
        click = self.tenant.click(self.campaign).expect(302).cookie("_tly_click")
        self.tenant.postback(click_id=click, **fields).expect(200)
        return click

    def conversion(self, click):
        return self.tenant.conversions(click)[0]

    def test_the_banks_rates_convert_what_waited_for_them(self):
        click = self.sale(payout="10", currency="JPY")
        self.assertEqual((self.conversion(click)["rate_missing"], float(self.conversion(click)["revenue"])), (True, 0))
        missing = self.tenant.admin.get(f"{RATES}/missing").expect(200).json["items"]
        self.assertEqual([(item["currency"], item["conversions"]) for item in missing], [("JPY", 1)])
        day = self.today - datetime.timedelta(days=1)
        self.bank.days = {day: {"USD": "1.25", "JPY": "160"}, day - datetime.timedelta(days=30): {"USD": "1"}}
        saved = self.tenant.admin.post(f"{RATES}/fetch").expect(200).json["saved"]
        self.assertEqual(saved, 3)
        eventually(lambda: not self.conversion(click)["rate_missing"], what="the conversion's rate")
        found = self.conversion(click)
        self.assertEqual((found["revenue"], found["payout"], found["currency"]), ("0.078125", "10.00", "JPY"))
        self.assertEqual((found["rate"], found["rate_date"]), ("0.0078125", str(day)))
        self.assertEqual(self.tenant.admin.get(f"{RATES}/missing").expect(200).json["items"], [])
        self.assertIn("hist", self.bank.paths[-1])
        self.tenant.admin.post(f"{RATES}/fetch").expect(200)
        self.assertNotIn("hist", self.bank.paths[-1])

    def test_a_bank_that_fails_is_said_to(self):
        self.bank.status = 500
        answer = self.tenant.admin.post(f"{RATES}/fetch").expect(503).json
        self.assertIn("European Central Bank", answer["detail"])

    def test_a_rate_by_hand_serves_the_conversions_of_its_day(self):
        self.tenant.admin.post(RATES, {
            "date": str(self.today), "base": "USD", "currency": "EUR", "rate": "0.8"}).expect(201)
        found = self.conversion(self.sale(payout="10", currency="EUR"))
        self.assertEqual((found["rate_missing"], found["revenue"], found["rate"]), (False, "12.50", "1.25"))


if __name__ == "__main__":
    unittest.main()
