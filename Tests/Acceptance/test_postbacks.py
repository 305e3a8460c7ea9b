"""Every alias of the documents' table, once; what is refused; what happens twice."""

import concurrent.futures
import unittest
import uuid

import shared
from harness import Tenant

CLICK = "subid sub_id click_id clickid trackID aff_sub aff_click_id sub1 sub2".split()
PAYOUT = "payout amount revenue price pay money summ_approved payment order_sum affiliateCommission value".split()
STATUS = "status type state conversion_status".split()
TRANSACTION = "tid transaction_id txid trans_id receipt".split()


class Postbacks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.tenant = shared.tenant()
        cls.campaign = cls.tenant.simple_campaign()

    def click(self):
        return self.tenant.click(self.campaign).expect(302).cookie("_tly_click")

    def one(self, click):
        """The only conversion of a click."""
        found = self.tenant.conversions(click)
        self.assertEqual(len(found), 1, found)
        return found[0]

    def test_every_alias_of_the_click_id(self):
        for name in CLICK:
            with self.subTest(name):
                click = self.click()
                answer = self.tenant.postback(**{name: click, "payout": "7.25"}).expect(200)
                self.assertEqual(answer.text.strip(), "OK")
                conversion = self.one(click)
                self.assertEqual(answer.headers["X-Conversion-Id"], conversion["id"])
                self.assertEqual((conversion["type"], conversion["status"]), ("sale", "sale"))
                self.assertEqual(float(conversion["payout"]), 7.25)

    def test_every_alias_of_the_payout(self):
        for name in PAYOUT:
            with self.subTest(name):
                click = self.click()
                self.tenant.postback(**{"click_id": click, name: "10,50"}).expect(200)
                self.assertEqual(float(self.one(click)["payout"]), 10.5)

    def test_every_alias_of_the_status(self):
        for name in STATUS:
            with self.subTest(name):
                click = self.click()
                self.tenant.postback(**{"click_id": click, "payout": "1", name: "Rejected"}).expect(200)
                conversion = self.one(click)
                self.assertEqual((conversion["status"], conversion["original_status"]), ("rejected", "Rejected"))

    def test_every_alias_of_the_transaction(self):
        for name in TRANSACTION:
            with self.subTest(name):
                click = self.click()
                for transaction in ("T-1", "T-2", "T-1"):
                    self.tenant.postback(**{"click_id": click, "payout": "2", name: transaction}).expect(200)
                found = self.tenant.conversions(click)
                self.assertEqual(sorted(item["txid"] for item in found), ["T-1", "T-2"])

    def test_forms_json_and_the_versioned_api_do_the_same(self):
        click = self.click()
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        self.tenant.public.request(
            "POST", "/postback", body=f"click_id={click}&payout=3&txid=a".encode(), headers=form).expect(200)
        self.tenant.public.post("/postback", {"click_id": click, "payout": 3, "txid": "b"}).expect(200)
        answer = self.tenant.public.post("/v1/postback", {
            "click_id": click, "event": "conversion", "payout": 25.00, "currency": "USD", "order_id": "ORD-789",
            "status": "approved"}).expect(200)
        self.assertTrue(answer.json["conversion_id"])
        self.assertEqual(len(self.tenant.conversions(click)), 3)

    def test_a_postback_right_after_its_click_is_found_and_readable_at_once(self):
        for _ in range(10):
            click = self.click()
            self.tenant.postback(click_id=click, payout="1").expect(200)
            self.one(click)

    def test_what_is_refused(self):
        click = self.click()
        self.tenant.postback(payout="1").expect(400)
        for payout in ("abc", "NaN", "inf", "1e400", "--1", "99999999999999999999"):
            with self.subTest(payout):
                answer = self.tenant.postback(click_id=click, payout=payout).expect(400)
                self.assertIn("payout", answer.text)
        old = uuid.UUID("01890a5d-ac96-774b-bcce-b302099a8057")
        self.tenant.postback(click_id=old, payout="1").expect(404)
        self.tenant.postback(click_id="not-one-of-ours", payout="1").expect(404)
        self.assertEqual(self.tenant.conversions(click), [])

    def test_identical_postbacks_at_once_make_one_conversion(self):
        click = self.click()
        with concurrent.futures.ThreadPoolExecutor(12) as pool:
            answers = list(pool.map(
                lambda _: self.tenant.postback(click_id=click, payout="5", txid="same").status, range(24)))
        self.assertEqual(set(answers), {200})
        self.one(click)

    def test_sub_id_order_sub1_counts_only_when_it_is_a_click(self):
        click = self.click()
        self.tenant.postback(sub1="banner-7", sub2=click, payout="1").expect(200)
        self.one(click)

    def test_a_hold_counts_nowhere_until_it_is_a_sale(self):
        campaign = self.tenant.simple_campaign()
        click = self.tenant.click(campaign).cookie("_tly_click")
        self.tenant.postback(click_id=click, payout="9", status="hold").expect(200)
        self.assertEqual(float(self.tenant.stats(campaign)["revenue"]), 0)
        self.tenant.postback(click_id=click, payout="9", status="approved").expect(200)
        self.assertEqual(self.one(click)["status"], "sale")
        self.assertEqual(float(self.tenant.stats(campaign)["revenue"]), 9)

    def test_another_tenants_click_is_unknown_here(self):
        other = Tenant(shared.stack())
        answer = other.postback(click_id=self.click(), payout="1")
        # A fresh, well-formed id that is not here may belong to another node: 202 at most, never a conversion.
        self.assertIn(answer.status, (202, 404))
        self.assertEqual(other.admin.items("/admin/api/conversions"), [])
