"""The reports page as its reader uses it: group, look into a row, choose and keep columns, compare, take along."""

import csv
import io
import json
import urllib.parse

from harness.customers import unique
from shared import BrowserTest, stack


class Reports(BrowserTest):
    def setUp(self):
        self.base = stack().env["TRACKER_URL"]
        self.api = stack().admin

    def open(self, query="", **options):
        admin = self.admin(**options)
        admin.open(f"{self.base}/admin/reports?{query}")
        admin.page.wait_for_selector("#report [data-report-rows], .ty-empty")
        return admin

    def query(self, page):
        return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(page.url).query))

    def headings(self, page):
        return [text.strip() for text in page.locator("#report [data-report-rows] thead th").all_inner_texts()]

    def wait_for_rows(self, page):
        """Without scripts a page that takes long has a link to wait for its rows."""
        rows, link = page.locator("#report [data-report-rows]"), page.locator("a:has-text('Count them')")
        rows.or_(link).first.wait_for()
        if link.count():
            link.click()
        rows.wait_for()

    def asked(self, **query):
        return self.api.get("/admin/api/stats/grouped", query=query).expect(200).json

    def test_grouping_by_two_fields_and_sorting(self):
        admin = self.open("group_by=campaign&period=30d")
        page = admin.page
        page.select_option("#group-2", "os")
        page.click("form button:has-text('Show')")
        page.wait_for_url("**group_by=campaign%2Cos**")
        page.wait_for_selector("#report [data-report-rows]")
        self.assertEqual(self.headings(page)[:2], ["Campaign", "OS"])
        page.click("#report thead a:has-text('Profit')")
        page.wait_for_url("**sort=-profit**")
        page.wait_for_selector("#report th[aria-sort=descending] >> text=Profit")
        self.assertEqual(admin.violations(), [])
        self.assertLessEqual(admin.overflow(), 0)
        self.assertEqual(admin.faults, [])

    def test_a_row_is_opened_and_the_way_back(self):
        admin = self.open("group_by=campaign&period=30d")
        page = admin.page
        name = page.inner_text("#report tbody tr:first-child th a").strip()
        clicks = page.inner_text("#report tbody tr:first-child td").split()[0]
        page.click("#report tbody tr:first-child th a")
        page.wait_for_url("**path=campaign**")
        page.wait_for_selector("#report tfoot")
        self.assertIn(name, page.inner_text(".ty-report-trail"))
        self.assertEqual(page.inner_text("#report tfoot td").split()[0], clicks)
        page.click(".ty-segments >> text=Country")
        page.wait_for_url("**group_by=country**")
        page.wait_for_selector("#report [data-report-rows]")
        self.assertEqual(self.headings(page)[0], "Country")
        self.assertEqual(admin.violations(), [])
        page.click(".ty-report-trail a")
        page.wait_for_url(lambda address: "path=" not in address)
        page.wait_for_selector("#report [data-report-rows]")
        self.assertEqual(self.headings(page)[0], "Campaign")
        self.assertEqual(admin.faults, [])

    def test_a_filter_is_added_by_name_and_taken_away(self):
        admin = self.open("group_by=country&period=30d")
        page = admin.page
        page.click("text=Add filter")
        page.select_option("#f", "campaign")
        page.fill("#v", "VPN Native")
        page.click("button:has-text('Add filter')")
        page.wait_for_selector(".ty-chip >> text=Campaign is VPN Native")
        page.wait_for_selector("#report [data-report-rows], .ty-empty")
        page.click(".ty-chip a")
        page.wait_for_url(lambda address: "filter" not in address)
        page.click("text=Add filter")
        page.select_option("#f", "campaign")
        page.fill("#v", "No such campaign")
        page.click("button:has-text('Add filter')")
        page.wait_for_selector("text=names no campaign")
        self.assertEqual(page.input_value("#v"), "No such campaign")
        self.assertEqual(admin.violations(), [])
        self.assertEqual(admin.faults, [])

    def test_columns_are_kept_and_still_there_after_a_reload(self):
        admin = self.open("group_by=campaign&period=30d")
        page = admin.page
        name = unique("columns")
        page.click("summary:has-text('Columns')")
        menu = page.locator("#columns")
        for metric in ("unique", "leads", "cpl"):
            menu.locator(f"input[value={metric}]").uncheck()
        menu.locator("input[value=roas]").check()
        up = menu.get_by_label("Profit: further left")
        up.focus()
        for _ in range(6):
            up.press("Enter")
        self.assertEqual(admin.violations(), [])
        menu.locator("input[name=name]").fill(name)
        menu.locator("input[name=standard]").check()
        menu.locator("button:has-text('Save columns')").click()
        page.wait_for_selector(f"text={name} was saved.")
        page.wait_for_selector("#report [data-report-rows]")
        wanted = self.headings(page)
        self.assertEqual(wanted[1], "Profit")
        self.assertIn("ROAS", wanted)
        self.assertNotIn("CPL", wanted)
        page.goto(f"{self.base}/admin/reports?group_by=country&period=30d")
        page.wait_for_selector("#report [data-report-rows]")
        self.assertEqual(self.headings(page)[1:], wanted[1:])
        page.click("summary:has-text('Columns')")
        page.click("#columns >> text=E-commerce")
        page.wait_for_url("**metrics=**")
        page.wait_for_selector("#report [data-report-rows]")
        self.assertIn("Repeat rate %", self.headings(page))
        page.goto(f"{self.base}/admin/reports/saved")
        page.locator("tr", has_text=name).locator("button:has-text('Delete')").click()
        page.click("dialog button:has-text('Delete')")
        page.wait_for_selector(f"text={name} was deleted.")
        self.assertEqual(admin.faults, [])

    def test_a_report_is_kept(self):
        admin = self.open("group_by=device&period=30d&sort=-clicks")
        page = admin.page
        name = unique("report")
        page.click("summary:has-text('Saved reports')")
        page.fill("#report-name", name)
        page.click("button:has-text('Save report')")
        page.wait_for_selector(f"text={name} was saved.")
        page.goto(f"{self.base}/admin/reports/saved")
        self.assertEqual(admin.violations(), [])
        page.click(f"a:has-text('{name}')")
        page.wait_for_selector("#report [data-report-rows]")
        self.assertEqual(self.query(page)["group_by"], "device")
        kept = [item for item in self.api.get("/admin/api/reports").json["items"] if item["name"] == name]
        self.assertEqual(len(kept), 1)
        self.api.delete(f"/admin/api/reports/{kept[0]['id']}").expect(204)

    def test_comparison_says_how_much_more(self):
        admin = self.open("group_by=date&period=7d&compare=previous&chart=clicks")
        page = admin.page
        page.wait_for_selector("#report .ty-chart svg")
        admin.picture("reports")
        self.assertGreater(page.locator("#report tbody .ty-change").count(), 0)
        page.click("summary:has-text('The numbers as a table')")
        page.wait_for_selector("th:has-text('Clicks before')")
        self.assertEqual(admin.violations(), [])
        self.assertEqual(admin.faults, [])

    def test_an_export_has_the_pages_numbers(self):
        query = "group_by=campaign,country&period=30d&metrics=clicks,cost,revenue,profit,roi&sort=-clicks"
        admin = self.open(query)
        page = admin.page
        days = [page.input_value("#from"), page.input_value("#to")]
        page.click("summary:has-text('Export')")
        with page.expect_download() as waiting:
            page.click("text=CSV, all rows")
        table = list(csv.reader(io.StringIO(open(waiting.value.path(), newline="").read())))
        page.click("summary:has-text('Export')")
        with page.expect_download() as waiting:
            page.click("text=JSON, all rows")
        document = json.load(open(waiting.value.path()))
        asked = self.asked(
            group_by="campaign,country", metrics="clicks,cost,revenue,profit,roi", sort="-clicks", limit=10_000,
            **{"from": days[0], "to": days[1]})
        # Visitors of other tests may have come meanwhile: the demo's money has not.
        self.assertEqual(len(document["rows"]), document["group_count"])
        self.assertEqual(len(table), len(document["rows"]) + 2)
        self.assertEqual(document["totals"]["revenue"], asked["totals"]["revenue"])
        self.assertEqual(table[-1][-3], document["totals"]["revenue"])
        shown = page.locator("#report [data-report-rows] tbody tr").count()
        self.assertEqual(shown, min(100, document["group_count"]))
        first = page.locator("#report tbody tr:first-child td.num").all_inner_texts()
        self.assertEqual(first[0].split()[0].replace(",", ""), table[1][-5])
        self.assertEqual(admin.faults, [])

    def test_it_fits_a_phone_in_the_dark_and_works_without_scripts(self):
        admin = self.open("group_by=campaign&period=30d", size="phone", scheme="dark")
        self.assertLessEqual(admin.overflow(), 0)
        self.assertEqual(admin.violations(), [])
        admin.picture("reports")
        admin.page.click("summary:has-text('Columns')")
        self.assertLessEqual(admin.overflow(), 0)
        plain = self.admin(javascript=False)
        plain.open(f"{self.base}/admin/reports?group_by=campaign&period=30d")
        self.wait_for_rows(plain.page)
        plain.page.select_option("#group-1", "country")
        plain.page.click("form button:has-text('Show')")
        plain.page.wait_for_url("**group_by=country**")
        self.wait_for_rows(plain.page)
        self.assertEqual(self.headings(plain.page)[0], "Country")

    def test_a_long_count_is_cancelled(self):
        admin = self.admin()
        # An answer that does not come.
        admin.page.route("**/admin/reports/table?*", lambda route: None)
        admin.open(f"{self.base}/admin/reports?group_by=country,device&period=30d")
        admin.page.click("#report button:has-text('Cancel')")
        self.assertIn("Cancelled", admin.page.inner_text("#report [role=alert]"))
        self.assertEqual(admin.violations(), [])

    def test_a_link_shows_somebody_else_the_same(self):
        admin = self.open("group_by=os&period=30d&metrics=clicks,cr&sort=os&chart=clicks")
        address = admin.page.url
        other = self.admin()
        other.open(address)
        other.page.wait_for_selector("#report [data-report-rows]")
        self.assertEqual(self.headings(other.page), self.headings(admin.page))
        self.assertGreater(other.page.locator("#report [data-report-rows] tbody tr").count(), 0)
