"""Traffic sources from outside: the ten templates, ready links, macros that arrive unreplaced, copies, the archive."""

import unittest
import urllib.parse

import shared
from harness import eventually
from harness.customers import unique


class Sources(unittest.TestCase):
    def setUp(self):
        self.tenant = shared.tenant()

    def source(self, template, **fields):
        return self.tenant.create("sources", name=unique(template), template=template, **fields)

    def test_there_are_ten_templates_with_macros_and_postback_urls(self):
        rows = {row["id"]: row for row in self.tenant.admin.items("/admin/api/sources/templates")}
        self.assertEqual(len(rows), 10)
        self.assertEqual(
            rows["kadam"]["query"],
            "?click_id={click_id}&cost={cpc}&sub2={campaign_id}&sub3={site_id}&sub4={ad_id}")
        self.assertIn("[BID_PRICE]", rows["richads"]["query"])
        self.assertIn("__CLICKID__", rows["tiktok"]["query"])
        self.assertTrue(rows["taboola"]["postback_url"].startswith("https://trc.taboola.com/"))

    def test_what_a_source_sends_is_stored_under_its_roles(self):
        for template in self.tenant.admin.items("/admin/api/sources/templates"):
            with self.subTest(template["id"]):
                source = self.source(template["id"])
                campaign = self.tenant.simple_campaign(source_id=source["id"])
                query = {row["parameter"]: "0.07" if row["role"] == "cost" else f"V-{row['parameter']}"
                         for row in source["parameters"]}
                click = self.tenant.click(campaign, **query).expect(302).cookie("_tly_click")
                row = eventually(
                    lambda: (found := self.tenant.admin.get(f"/admin/api/clicks/{click}")).status == 200 and found.json,
                    what="the stored click")
                self.assertEqual(row["external_id"], f"V-{source['click_id_param']}")
                for name in query:
                    if name.startswith("sub"):
                        self.assertEqual(row[name], f"V-{name}")

    def test_a_macro_that_comes_unreplaced_is_a_warning(self):
        source = self.source("kadam")
        campaign = self.tenant.simple_campaign(source_id=source["id"])
        link = dict(urllib.parse.parse_qsl(source["query"][1:]))
        for number in range(3):
            self.tenant.click(campaign, address=f"198.18.77.{number + 1}", **(link | {"click_id": "7"})).expect(302)

        def warnings():
            return self.tenant.admin.get(f"/admin/api/sources/{source['id']}").expect(200).json["warnings"]

        def complete():
            rows = {row["parameter"]: row for row in warnings()}
            return sum(row["hits"] for row in rows.values()) == 3 * 4 and rows

        found = eventually(complete, within=20, what="the warnings")
        self.assertEqual(set(found), {"cost", "sub2", "sub3", "sub4"})
        self.assertEqual(found["cost"]["message"],
                         f"Source {source['name']} sends the unreplaced macro {{cpc}} in cost.")

    def test_sources_are_cloned_archived_and_restored(self):
        source = self.source("mgid")
        copy = self.tenant.admin.post(f"/admin/api/sources/{source['id']}/clone", {}).expect(201).json
        self.assertEqual(copy["parameters"], source["parameters"])
        self.tenant.admin.delete(f"/admin/api/sources/{copy['id']}").expect(204)
        self.tenant.admin.get(f"/admin/api/sources/{copy['id']}").expect(404)
        archived = [row["id"] for row in self.tenant.admin.items("/admin/api/sources", archived="true")]
        self.assertIn(copy["id"], archived)
        self.tenant.admin.post(f"/admin/api/sources/{copy['id']}/restore", {}).expect(200)
        self.tenant.admin.get(f"/admin/api/sources/{copy['id']}").expect(200)
