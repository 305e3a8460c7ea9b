"""A publisher's money from outside: its link, the click, the postback, the commission, the statement, the export."""

import csv
import datetime
import io
import unittest

import shared
from harness import eventually
from harness.customers import unique


class Publishers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.tenant = shared.tenant()
        cls.api = cls.tenant.admin
        cls.campaign = cls.tenant.simple_campaign()

    def create(self, noun, **fields):
        return self.api.post(f"/admin/api/{noun}", {"name": unique(noun), **fields}).expect(201).json

    def click(self, publisher):
        return self.tenant.click(self.campaign, pub=publisher["id"]).expect(302).cookie("_tly_click")

    def commissions(self, publisher):
        return self.api.items("/admin/api/commissions", publisher_id=publisher["id"])

    def test_from_the_link_to_the_export(self):
        publisher = self.create("publishers", schedule="weekly", net_days=7, currency="USD")
        self.create("commission-rules", publisher_id=publisher["id"], model="hybrid", amount="1.50", percent="33.3333",
                    currency="USD")
        clicks = [self.click(publisher) for _ in range(3)]
        for number, click in enumerate(clicks):
            self.tenant.postback(click_id=click, payout="10.00", txid=f"T-{number}").expect(200)
        self.tenant.postback(click_id=clicks[2], txid="T-2", status="refund").expect(200)
        found = self.commissions(publisher)
        self.assertEqual(sorted((row["status"], row["amount"]) for row in found),
                         [("approved", "4.83333"), ("approved", "4.83333"), ("rejected", "4.83333")])
        conversions = self.api.items("/admin/api/conversions", publisher_id=publisher["id"])
        self.assertEqual({row["id"] for row in conversions}, {row["conversion_id"] for row in found})

        today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
        path = f"/admin/api/publishers/{publisher['id']}/payouts"
        statement = self.api.post(path, {"to": today}).expect(200).json["items"][0]
        self.assertEqual(self.api.post(path, {"to": today}).expect(200).json["items"], [])
        address = f"/admin/api/payouts/{statement['id']}"
        self.assertEqual(self.api.get(address).expect(200).json["payable"], "9.66666")
        locked = self.api.post(f"{address}/lock", {}).expect(200).json
        self.assertEqual((locked["state"], locked["payable"]), ("locked", "9.66666"))
        lines = self.api.items(f"{address}/lines")

        rows = list(csv.DictReader(io.StringIO(self.api.get(f"{address}/export?format=csv").expect(200).text)))
        self.assertEqual([row["conversion_id"] for row in rows], [line["conversion_id"] for line in lines])
        self.assertEqual([row["amount"] for row in rows], ["4.83333", "4.83333"])
        exported = self.api.get(f"{address}/export?format=json").expect(200).json
        self.assertEqual(exported["lines"], lines)

        # What is refunded now leaves the statement as it is, and the next one takes it back.
        self.tenant.postback(click_id=clicks[0], txid="T-0", status="refund").expect(200)
        self.assertEqual(self.api.items(f"{address}/lines"), lines)
        paid = self.api.post(f"{address}/pay", {"reference": "SEPA 1"}).expect(200).json
        self.assertEqual(paid["state"], "paid")
        self.api.post(f"{address}/pay", {"reference": "SEPA 2"}).expect(409)
        following = self.api.post(path, {"to": today}).expect(200).json["items"][0]
        totals = self.api.get(f"/admin/api/payouts/{following['id']}").expect(200).json
        self.assertEqual((totals["adjusted"], totals["payable"], totals["carried_out"]),
                         ("-4.83333", "0.00", "-4.83333"))
        balance = self.api.get(f"/admin/api/publishers/{publisher['id']}/balance").expect(200).json["items"]
        self.assertEqual(
            [(row["open"], row["owed"], row["paid"]) for row in balance], [("-4.83333", "0.00", "9.66666")])

    def test_clicks_and_reports_know_the_publisher(self):
        publisher = self.create("publishers")
        click = self.click(publisher)
        self.tenant.postback(click_id=click, payout="3").expect(200)
        shown = eventually(lambda: self.api.get(f"/admin/api/clicks/{click}").expect(200).json, what="the click")
        self.assertEqual(shown["publisher_id"], publisher["id"])
        eventually(lambda: self.api.items("/admin/api/clicks", publisher_id=publisher["id"]), what="the stored click")
        answer = self.api.get("/admin/api/stats/grouped", query={
            "group_by": "publisher", "filter[publisher]": publisher["id"]}).expect(200).json
        self.assertEqual([row["keys"]["publisher_name"] for row in answer["rows"]], [publisher["name"]])
        self.assertEqual(answer["totals"]["revenue"], "3.00")
        # Without a rule nothing is earned; a publisher that there is not harms nobody.
        self.assertEqual(self.commissions(publisher), [])
        stranger = self.tenant.click(self.campaign, pub="999999").expect(302).cookie("_tly_click")
        self.tenant.postback(click_id=stranger, payout="3").expect(200)
        for odd in ("", "x", "-1", "9" * 30, "{pub}"):
            self.tenant.click(self.campaign, pub=odd).expect(302)

    def test_types_that_count_are_conversions(self):
        name = unique("trial")
        made = self.api.post("/admin/api/conversion-types", {"name": name, "counts_as_conversion": True}).expect(201)
        publisher = self.create("publishers")
        for kind in (name, "deposit"):
            self.tenant.postback(click_id=self.click(publisher), payout="2", conversion_type=kind).expect(200)
        query = {"group_by": "publisher", "filter[publisher]": publisher["id"], "metrics": "conversions,revenue"}
        totals = lambda: self.api.get("/admin/api/stats/grouped", query=query).expect(200).json["totals"]
        self.assertEqual((totals()["conversions"], totals()["revenue"]), (1, "4.00"))
        self.api.patch(f"/admin/api/conversion-types/{made.json['id']}", {"counts_as_conversion": False}).expect(200)
        self.assertEqual(totals()["conversions"], 0)
        self.api.patch(f"/admin/api/conversion-types/{made.json['id']}", {"name": "other"}).expect(422)


if __name__ == "__main__":
    unittest.main()
