"""A plan is ordered, the invoice is paid, the licence is there: all through the license server's API."""

import unittest

import shared
from harness import eventually
from harness.customers import unique


class Ordering(unittest.TestCase):
    def setUp(self):
        self.public = shared.stack().license
        self.staff = shared.vendor().client
        self.email = f"{unique('buyer')}@example.com"

    def order(self, plan="pro"):
        wanted = {"plan": plan, "interval": "month", "currency": "USD", "email": self.email}
        return self.public.post("/api/orders", wanted).expect(201).json

    def licenses(self):
        return self.staff.items("/api/licenses", customer_email=self.email)

    def pay(self, order, reference="bank transfer 4711"):
        return self.staff.post(f"/api/invoices/{order['invoice']['id']}/mark-paid", {"reference": reference})

    def test_a_paid_order_becomes_a_licence(self):
        order = self.order()
        self.assertTrue(order["invoice"]["number"])
        self.assertEqual(order["invoice"]["currency"], "USD")
        self.assertEqual([item for item in self.licenses() if item["status"] == "active"], [])
        self.pay(order).expect(200)
        licenses = self.licenses()
        self.assertEqual([(item["plan"], item["status"]) for item in licenses], [("pro", "active")])

    def test_the_total_is_the_price_of_the_plan(self):
        plans = {plan["code"] if "code" in plan else plan["id"]: plan for plan in self.staff.items("/api/plans")}
        self.assertLessEqual({"starter", "pro", "enterprise"}, set(plans))
        self.assertGreater(float(self.order()["invoice"]["total"]), 0)

    def test_an_invoice_marked_paid_twice_gives_one_licence(self):
        order = self.order()
        self.pay(order).expect(200)
        self.pay(order).expect(200, 409)
        self.assertEqual(len(self.licenses()), 1)

    def test_staff_see_no_key_in_a_list(self):
        key = shared.vendor().license(customer_email=self.email)["key"]
        answer = self.staff.get("/api/licenses", query={"customer_email": self.email}).expect(200)
        self.assertNotIn(key, answer.text)
        self.assertEqual(len(answer.json["items"]), 1)

    def test_the_customer_is_sent_a_sign_in_link_to_the_portal(self):
        self.pay(self.order()).expect(200)
        mail = eventually(
            lambda: [text for text in shared.stack().mails() if self.email in text], what="a mail to the customer")[-1]
        self.assertIn("/portal", mail)

    def test_orders_are_validated(self):
        for change in ({"plan": "gold"}, {"email": "nobody"}, {"currency": "XXXX"}, {"interval": "week"}, {"more": 1}):
            with self.subTest(change):
                wanted = {"plan": "pro", "interval": "month", "currency": "USD", "email": self.email} | change
                answer = self.public.post("/api/orders", wanted).expect(422)
                self.assertEqual(answer.code, "validation_failed")

    def test_only_staff_mark_an_invoice_paid(self):
        order = self.order()
        self.public.post(f"/api/invoices/{order['invoice']['id']}/mark-paid", {"reference": "x"}).expect(401)
        self.assertEqual([item for item in self.licenses() if item["status"] == "active"], [])
