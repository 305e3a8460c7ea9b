"""A landing's life in the dashboard: write it in the editor, save, preview, go back to a version, import one."""

import io
import zipfile

from harness.customers import unique
from shared import BrowserTest, stack


class LandingEditor(BrowserTest):
    def setUp(self):
        self.url = stack().env["TRACKER_URL"]
        self.name = unique("editor")
        made = stack().admin.post(
            "/admin/api/landings", {"name": self.name, "kind": "local", "html": "<h1>one {{city}}</h1>"}).expect(201)
        self.landing = f"{self.url}/admin/landings/{made.json['id']}"

    def clean(self, visit):
        self.assertEqual(visit.faults, [])

    def test_the_editor_writes_what_the_form_sends(self):
        admin = self.admin()
        admin.open(self.landing)
        editor = admin.page.locator(".ty-editor .cm-content")
        editor.wait_for()
        self.assertTrue(admin.page.locator("#html").is_hidden())
        self.assertEqual(editor.get_attribute("aria-label"), "HTML")
        editor.click()
        admin.page.keyboard.press("Control+A")
        admin.page.keyboard.type("<h2>two")  # the editor closes the tag
        admin.picture("landing-editor")
        self.assertEqual(admin.violations(), [])
        admin.page.get_by_role("button", name="Save changes").click()
        admin.page.wait_for_selector(".ty-toast.success")
        self.assertEqual(admin.page.input_value("#html"), "<h2>two</h2>")
        self.clean(admin)

    def test_preview_and_versions(self):
        admin = self.admin()
        admin.open(self.landing)
        admin.page.get_by_role("link", name="Preview").click()
        frame = admin.page.frame_locator("iframe.ty-preview")
        self.assertEqual(frame.locator("h1").inner_text(), "one Los Angeles")
        admin.picture("landing-preview")
        self.assertEqual(admin.page.evaluate("document.querySelector('iframe').contentDocument"), None)
        number = self.landing.rsplit("/", 1)[1]
        stack().admin.request("PATCH", f"/admin/api/landings/{number}", json_body={"html": "<h1>two</h1>"}).expect(200)
        admin.open(f"{self.landing}/versions")
        self.assertEqual(admin.violations(), [])
        admin.picture("landing-versions")
        admin.page.get_by_role("button", name="Restore version 1").click()
        admin.page.get_by_role("button", name="Restore", exact=True).last.click()
        admin.page.wait_for_selector(".ty-toast.success")
        self.assertEqual(admin.page.input_value("#html"), "<h1>one {{city}}</h1>")
        self.clean(admin)

    def test_without_scripts_the_text_area_is_the_editor(self):
        visit = self.visit(javascript=False).sign_in(
            f"{self.url}/admin/login", stack().env["ADMIN_EMAIL"], stack().env["ADMIN_PASSWORD"])
        visit.open(self.landing)
        visit.page.fill("#html", "<h1>plain</h1>")
        visit.page.get_by_role("button", name="Save changes").click()
        self.assertEqual(visit.page.input_value("#html"), "<h1>plain</h1>")
        visit.open(f"{self.url}/admin/landings/import")
        visit.page.get_by_role("link", name="From HTML").click()
        visit.page.fill("#html", "<title>Pasted</title><p>x</p>")
        visit.page.fill("#name", f"{self.name} pasted")
        visit.page.get_by_role("button", name="Import").click()
        self.assertEqual(visit.page.input_value("#name"), f"{self.name} pasted")

    def test_an_archive_is_imported_with_its_progress(self):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as made:
            made.writestr("index.html", "<title>Zipped</title><img src=gone.png><h1>zipped</h1>")
        admin = self.admin()
        admin.open(f"{self.url}/admin/landings")
        admin.page.get_by_role("link", name="Import", exact=True).click()
        self.assertEqual(admin.violations(), [])
        admin.picture("landing-import")
        admin.page.get_by_role("link", name="From ZIP").click()
        admin.page.set_input_files("#file", {
            "name": "page.zip", "mimeType": "application/zip", "buffer": buffer.getvalue()})
        admin.page.fill("#name", f"{self.name} zipped")
        admin.page.get_by_role("button", name="Import").click()
        admin.page.get_by_role("link", name="Open the landing page").click()
        admin.page.wait_for_selector(".ty-editor .cm-content")
        self.assertIn("zipped", admin.page.input_value("#html"))
        self.clean(admin)

    def test_a_wrong_address_comes_back_with_the_form(self):
        admin = self.admin()
        admin.open(f"{self.url}/admin/landings/import")
        admin.page.fill("#url", "http://127.0.0.1:1/")
        admin.page.get_by_role("button", name="Import").click()
        admin.page.get_by_text("is not on the public internet").wait_for()
        admin.picture("landing-import-failed")
        admin.page.get_by_role("link", name="Try again").click()
        admin.page.fill("#url", "nonsense")
        admin.page.get_by_role("button", name="Import").click()
        admin.page.get_by_text("must be an absolute").first.wait_for()
        self.clean(admin)
