"""Export and import in the dashboard: a file saved, changed, looked at and taken in; with scripts and without."""

import csv
import io
import json

from harness.customers import unique
from shared import BrowserTest, stack


class Import(BrowserTest):
    def setUp(self):
        self.api = stack().admin
        self.url = f"{stack().env['TRACKER_URL']}/admin/settings/data"

    def choose(self, page, kind, name, content):
        page.select_option("#type", kind)
        page.set_input_files("#file", {"name": name, "mimeType": "text/plain", "buffer": content.encode()})
        page.click("button:has-text('Preview')")
        page.wait_for_selector("h1:has-text('Preview of the import')")

    def test_a_file_is_looked_at_first_then_taken_in(self):
        for javascript in (True, False):
            with self.subTest(javascript=javascript):
                admin = self.admin(javascript=javascript)
                name = unique("imported")
                admin.open(f"{self.url}?type=offers")
                self.choose(admin.page, "offers", "offers.csv", f"name,url\n{name},https://shop.example.org/\n")
                self.assertIn(name, admin.page.text_content("main"))
                self.assertEqual(self.api.get("/admin/api/offers", query={"name": name}).json["items"], [])
                if javascript:
                    self.assertEqual(admin.violations(), [])
                admin.page.click("button:has-text('Apply: 1 new, 0 changed')")
                admin.page.wait_for_selector("text=Imported: 1 new, 0 changed")
                self.assertEqual(len(self.api.get("/admin/api/offers", query={"name": name}).json["items"]), 1)
                self.assertEqual(admin.faults, [])

    def test_what_is_wrong_is_listed_with_its_line(self):
        admin = self.admin(size="phone")
        page = admin.page
        admin.open(self.url)
        self.assertEqual((admin.violations(), admin.overflow()), ([], 0))
        self.choose(page, "sources", "sources.csv", "name,postback_url\n<b>x</b>,nowhere\n,\n")
        self.assertIn("Line 2", page.text_content("main"))
        self.assertIn("<b>x</b>", page.text_content("main"), "shown as text")
        self.assertIn("Name is required", page.text_content("main"))
        self.assertEqual(page.query_selector_all("button:has-text('Apply')"), [])
        self.assertEqual((admin.violations(), admin.overflow()), ([], 0))
        admin.picture("import-faults")
        page.click("text=Choose another file")
        page.select_option("#type", "sources")
        page.set_input_files("#file", {"name": "s.json", "mimeType": "text/plain", "buffer": b"[{"})
        page.click("button:has-text('Preview')")
        page.wait_for_selector("text=Line 1, column 3")
        self.assertEqual(admin.faults, [])

    def test_files_are_saved_from_the_page(self):
        admin = self.admin()
        page = admin.page
        admin.open(self.url)
        admin.picture("export-import")
        with page.expect_download() as saving:
            page.click("a:has-text('CSV of Campaigns')")
        with open(saving.value.path(), newline="", encoding="utf-8") as file:
            rows = list(csv.reader(io.StringIO(file.read())))
        self.assertEqual(rows[0][:3], ["id", "name", "slug"])
        self.assertEqual(len(rows) - 1, len(list(self.api.items("/admin/api/campaigns"))))
        with page.expect_download() as saving:
            page.click("a:has-text('JSON of everything')")
        with open(saving.value.path(), encoding="utf-8") as file:
            everything = json.load(file)
        self.assertEqual(list(everything), ["sources", "networks", "offers", "landings", "campaigns", "flows"])
        self.assertTrue(saving.value.suggested_filename.startswith("trackily-all-"))
        self.choose(page, "all", "all.json", json.dumps(everything))
        page.wait_for_selector("text=Everything in the file is here already")
        self.assertEqual(admin.faults, [])
