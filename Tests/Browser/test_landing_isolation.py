"""A landing page on the dashboard's host, written by someone who wants the admin's session, gets nothing of it."""

import json

from harness import eventually
from harness.customers import unique
from pages import until
from shared import BrowserTest, stack

# Tries whatever a page can do to act as the person who has the dashboard open, and writes down what came of it.
INTRUDER = """<!doctype html><title>landing</title><h1>Offer of the day</h1><pre id="log"></pre>
<iframe id="frame" src="/admin"></iframe>
<script>
const log = {};
async function attempt(name, action) {
  try { log[name] = await action(); } catch (error) { log[name] = "refused"; }
}
const read = async (path, options) => {
  const answer = await fetch(path, {credentials: "include", ...options});
  return answer.status + " " + (await answer.text()).slice(0, 80);
};
const intruder = {email: "INTRUDER", role: "admin", password: "correct horse battery staple 9"};
const form = (fields) => ({method: "POST", mode: "no-cors", body: new URLSearchParams(fields)});
(async () => {
  await attempt("me", () => read("/admin/api/me"));
  await attempt("users", () => read("/admin/api/users"));
  await attempt("dashboard", () => read("/admin"));
  await attempt("create", () => read("/admin/api/users", {
    method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify(intruder)}));
  await attempt("create by simple request", () => read("/admin/api/users", {
    method: "POST", headers: {"Content-Type": "text/plain"}, body: JSON.stringify(intruder)}));
  await attempt("form", () => read("/admin/users", form(intruder)));
  await attempt("cookie", () => document.cookie || "refused");
  await attempt("storage", () => { localStorage.setItem("x", "1"); return localStorage.getItem("x"); });
  await attempt("frame", () => document.getElementById("frame").contentWindow.document.body.innerText || "refused");
  await attempt("worker", async () => (await navigator.serviceWorker.register("/c/worker.js")).scope);
  document.getElementById("log").textContent = JSON.stringify(log);
  document.title = "done";
})();
</script>"""


class LandingIsolation(BrowserTest):
    def setUp(self):
        self.api = stack().admin
        self.intruder = f"{unique('intruder')}@example.com"

    def landing(self, html):
        """The address of a campaign that shows this page on the dashboard's own host."""
        name = unique("landing")
        landing = self.create("landings", name=name, kind="local", html=html)
        offer = self.create("offers", name=name, url="https://shop.example.org/", payout="1", currency="USD")
        campaign = self.create("campaigns", name=name, slug=name, cost_model="none")
        self.create(f"campaigns/{campaign['id']}/flows", name="all", type="default", weight=100, filters=[],
                    landings=[{"id": landing["id"], "weight": 1}], offers=[{"id": offer["id"], "weight": 1}],
                    binding="none", active=True)
        eventually(lambda: stack().tracker.get(f"/c/{name}").status == 200, what="the landing being live")
        return f"{stack().env['TRACKER_URL']}/c/{name}"

    def create(self, noun, **fields):
        return self.api.post(f"/admin/api/{noun}", fields).expect(201).json

    def emails(self):
        return [user["email"] for user in self.api.items("/admin/api/users")]

    def test_its_script_gets_nothing_of_the_signed_in_session(self):
        address = self.landing(INTRUDER.replace("INTRUDER", self.intruder))
        admin = self.admin()
        answer = admin.open(address)
        self.assertIn("sandbox", answer.headers["content-security-policy"])
        self.assertNotIn("allow-same-origin", answer.headers["content-security-policy"])
        until(admin.page, "document.title == 'done'")
        log = json.loads(admin.page.inner_text("#log"))
        for name, result in log.items():
            with self.subTest(name):
                # Status 0 is an opaque answer: the browser shows the page nothing of it.
                self.assertTrue(result == "refused" or str(result).startswith(("401 ", "0 ")), result)
        self.assertNotIn(self.intruder, self.emails())

    def test_a_form_it_submits_changes_nothing(self):
        fields = {"email": self.intruder, "role": "admin", "password": "correct horse battery staple 9"}
        inputs = "".join(f'<input type="hidden" name="{name}" value="{value}">' for name, value in fields.items())
        address = self.landing(
            f'<!doctype html><title>landing</title><form method="post" action="/admin/users">{inputs}</form>'
            '<script>document.forms[0].submit()</script>')
        admin = self.admin()
        admin.open(address)
        admin.page.wait_for_url(lambda url: "/admin" in url)
        self.assertNotIn(self.intruder, self.emails())

    def test_a_window_it_opens_cannot_be_read(self):
        address = self.landing(
            '<!doctype html><title>landing</title><button id="go">go</button><script>'
            'document.getElementById("go").onclick = () => { const opened = window.open("/admin");'
            'setTimeout(() => { try { document.title = "read " + opened.document.title; }'
            'catch (error) { document.title = "refused"; } }, 1500); };</script>')
        admin = self.admin()
        admin.open(address)
        admin.page.click("#go")
        until(admin.page, "document.title != 'landing'")
        self.assertEqual(admin.page.title(), "refused")

    def test_the_page_itself_works(self):
        address = self.landing("<!doctype html><title>t</title><h1 id=h>{{country_code}}</h1><script>"
                               "document.getElementById('h').textContent = 'script ran'</script>")
        visit = self.visit()
        visit.open(address)
        self.assertEqual(visit.page.inner_text("#h"), "script ran")
