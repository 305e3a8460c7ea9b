"""Local landings from outside: call-outs, imports from a web server of the test's own, steps, lander protection."""

import http.server
import io
import threading
import time
import unittest
import uuid
import zipfile
import zlib

from harness import Stack, Tenant, eventually
from harness.customers import unique

BROWSER = {
    "User-Agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 "
                  "Safari/537.36",
    "Accept-Language": "en-US,en;q=0.9",
}


class Site(http.server.ThreadingHTTPServer):
    """Pages by path: (status, content type or headers, body) or something to call."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.pages, self.asked = {}, []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://localhost:{self.server_port}"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        page = self.server.pages.get(self.path.split("?")[0], (404, "text/html", b"no"))
        if callable(page):
            page = page()
        status, headers, body = page
        headers = {"Content-Type": headers} if isinstance(headers, str) else headers
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the importer has seen enough

    def log_message(self, *_):
        pass


def archive(*files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files:
            made.writestr(name, content)
    return buffer.getvalue()


class Landings(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # By name the site may be private, by address nothing may.
        cls.stack = Stack(environment={"OUTBOUND_ALLOW": "localhost"}).start()
        cls.addClassCleanup(cls.stack.stop)
        cls.tenant = Tenant(cls.stack)
        cls.site = Site()
        cls.addClassCleanup(cls.site.shutdown)

    def setUp(self):
        self.site.pages.clear()
        self.site.asked.clear()

    def visitors_page(self, landing, headers=BROWSER, **query):
        campaign = self.tenant.campaign(landings=[landing], offers=[self.tenant.offer()])
        self.tenant.await_campaign(campaign)
        return self.tenant.click(campaign, headers=headers, **query)

    def bring(self, wanted, *statuses):
        return self.tenant.admin.post("/admin/api/landings/import", wanted).expect(*statuses)

    def upload(self, content, *statuses, name=None):
        return self.tenant.admin.request(
            "POST", "/admin/api/landings/import", body=content, headers={"Content-Type": "application/zip"},
            query={"name": name or unique("zip")}).expect(*statuses)

    # Call-outs

    def test_call_outs_are_filled_in_and_escaped(self):
        landing = self.tenant.landing(kind="local", url=None, html="<p>{{sub1}}|{{language}}|{{sub2|none}}</p>")
        answer = self.visitors_page(landing, sub1="<script>alert(1)</script>\"'").expect(200)
        self.assertIn("<p>&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;|en|none</p>", answer.text)

    # Import from an address

    def test_a_page_comes_with_its_files(self):
        self.site.pages |= {
            "/lp/": (200, "text/html; charset=iso-8859-1", """<!doctype html><title>Caf\xe9</title>
                <base href="/files/"><link rel=stylesheet href="main.css?v=1" integrity="sha256-x">
                <script src=app.js></script><img src="one.png" srcset="one.png 1x, two.png 2x">
                <p style="background:url(three.png)"><a href="next">go</a><a href="#top">top</a>
                <img src="missing.png"><img src="page.html">""".encode("latin-1")),
            "/files/main.css": (200, "text/css", b"@import 'more.css'; @font-face{src:url(f.woff2)} b{color:red}"),
            "/files/more.css": (200, "text/css", b"a{background:url('/files/four.png')}"),
            "/files/app.js": (302, {"Location": "/moved/app.js"}, b""),
            "/moved/app.js": (200, "application/javascript", b"window.app = 1"),
            "/files/f.woff2": (200, "application/octet-stream", b"font"),
            "/files/page.html": (200, "text/html", b"no picture"),
        } | {f"/files/{name}.png": (200, "image/png", name.encode()) for name in ("one", "two", "three", "four")}
        made = self.bring({"url": f"{self.site.url}/lp/"}, 201).json
        self.assertEqual(made["name"], "Café")
        html = made["html"]
        self.assertNotIn("integrity", html)
        self.assertIn(f'href="{self.site.url}/files/next"', html)
        self.assertIn('href="#top"', html)
        notes = "\n".join(made["import"]["notes"])
        self.assertIn("missing.png: answered 404", notes)
        self.assertIn("page.html: answered with text/html", notes)
        prefix = f"/lander/{made['id']}/1/"
        paths = [part.split('"')[0].split(" ")[0].split("&")[0].split(")")[0]
                 for part in html.split(prefix)[1:]]
        self.assertEqual(len(set(paths)), 5, paths)
        contents = {}
        for path in set(paths):
            answer = self.tenant.public.get(prefix + path).expect(200)
            self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")
            self.assertIn("immutable", answer.headers["Cache-Control"])
            contents[answer.body] = answer.headers["Content-Type"]
        self.assertEqual(contents[b"window.app = 1"], "text/javascript; charset=utf-8")
        self.assertEqual(contents[b"one"], "image/png")
        css = next(body for body, kind in contents.items() if kind.startswith("text/css")).decode()
        more = css.split('@import "')[1].split('"')[0]
        self.assertTrue(more.startswith(prefix), css)
        self.assertIn(prefix, self.tenant.public.get(more).expect(200).text)
        # Another tenant has no such landing.
        Tenant(self.stack).public.get(prefix + paths[0]).expect(404)

    def test_a_redirect_to_a_private_address_is_not_followed(self):
        port = self.site.server_port
        self.site.pages |= {
            "/out": (302, {"Location": f"http://127.0.0.1:{port}/secret"}, b""),
            "/secret": (200, "text/html", b"secret"),
            "/page": (200, "text/html", f"<img src=/pic.png><img src='http://127.0.0.1:{port}/b.png'>".encode()),
            "/pic.png": (302, {"Location": f"http://127.0.0.1:{port}/secret"}, b""),
        }
        answer = self.bring({"url": f"{self.site.url}/out"}, 422)
        self.assertIn("not on the public internet", answer.text)
        made = self.bring({"url": f"{self.site.url}/page"}, 201).json
        self.assertEqual(len([note for note in made["import"]["notes"] if "not on the public internet" in note]), 2)
        self.assertNotIn("/secret", self.site.asked)
        self.assertNotIn("/b.png", self.site.asked)
        for url in ("http://127.0.0.1/", "http://169.254.169.254/", "http://[::1]/", "http://10.0.0.1/",
                    "file:///etc/passwd"):
            self.bring({"url": url}, 422)

    def test_what_is_too_large_or_no_page_is_refused(self):
        self.site.pages |= {
            "/big": (200, "text/html", b"x" * (5 * 2 ** 20 + 1)),
            "/zip": (200, "application/zip", b"PK"),
            "/gone": (410, "text/html", b""),
            "/loop": (302, {"Location": "/loop"}, b""),
            "/page": (200, "text/html", b"<img src=big.png>" + b"".join(
                b"<img src=%d.png>" % number for number in range(205))),
            "/big.png": (200, "image/png", b"x" * (5 * 2 ** 20 + 1)),
        } | {f"/{number}.png": (200, "image/png", b"p") for number in range(205)}
        self.assertIn("larger than 5 MB", self.bring({"url": f"{self.site.url}/big"}, 422).text)
        self.assertIn("application/zip", self.bring({"url": f"{self.site.url}/zip"}, 422).text)
        self.assertIn("410", self.bring({"url": f"{self.site.url}/gone"}, 422).text)
        self.assertIn("redirects more than", self.bring({"url": f"{self.site.url}/loop"}, 422).text)
        made = self.bring({"url": f"{self.site.url}/page"}, 201).json
        notes = made["import"]["notes"]
        self.assertEqual(made["import"]["files_total"], 200)
        self.assertTrue(any("big.png: is larger than 5 MB" in note for note in notes), notes)
        self.assertEqual(len([note for note in notes if "more than 200 files" in note]), 6)

    def test_a_slow_import_tells_how_far_it_is(self):
        gate = threading.Event()
        self.addCleanup(gate.set)

        def slow():
            gate.wait(30)
            return 200, "image/png", b"p"

        self.site.pages |= {"/slow": (200, "text/html", b"<title>slow</title><img src=a.png><img src=b.png>"),
                            "/a.png": (200, "image/png", b"a"), "/b.png": slow}
        began = time.monotonic()
        answer = self.bring({"url": f"{self.site.url}/slow", "name": unique("slow")}, 202)
        self.assertLess(time.monotonic() - began, 14)
        self.assertEqual((answer.json["state"], answer.json["files_done"], answer.json["files_total"]),
                         ("running", 1, 2))
        gate.set()
        done = eventually(lambda: (found := self.tenant.admin.get(answer.location).expect(200).json)["state"] == "done"
                          and found, what="the import")
        self.tenant.admin.get(f"/admin/api/landings/{done['landing_id']}").expect(200)

    # Import from an archive

    def test_an_archive_becomes_a_landing(self):
        made = self.upload(archive(
            ("site/index.html", "<link rel=stylesheet href=css/a.css><a href='{{offer_url}}'>go</a>"),
            ("site/css/a.css", "a{background:url(../i/x.png)}"), ("site/i/x.png", b"picture")), 201).json
        prefix = f"/lander/{made['id']}/1/site/"
        self.assertIn(f'href="{prefix}css/a.css"', made["html"])
        self.assertIn("{{offer_url}}", made["html"])
        self.assertIn(f'url("{prefix}i/x.png")', self.tenant.public.get(prefix + "css/a.css").expect(200).text)
        self.assertEqual(self.tenant.public.get(prefix + "i/x.png").expect(200).body, b"picture")
        page = self.visitors_page(made).expect(200)
        self.assertIn("/offer/", page.text)

    def test_traversal_and_bombs_are_refused(self):
        index = ("index.html", "x")
        for name in ("../evil.html", "/evil.html", "a/../../evil.html", "..\\evil.html"):
            self.upload(archive(index, (name, "y")), 422)
        self.upload(archive(index, ("bomb.css", b"\0" * (6 * 2 ** 20))), 422)
        self.upload(archive(index, *((f"b{n}.css", b"\0" * (4 * 2 ** 20)) for n in range(8))), 422)
        self.upload(archive(index, *((f"f{n}.css", "") for n in range(300))), 422)
        self.upload(archive(("readme.txt", "nothing")), 422)
        # The directory says ten bytes, the stream holds a megabyte.
        liar = archive(index, ("b.css", b"\0" * 2 ** 20)).replace((2 ** 20).to_bytes(4, "little"), b"\x0a\0\0\0")
        self.upload(liar, 422)
        self.upload(zlib.compress(b"no archive"), 422)
        self.upload(b"x" * (28 << 20), 413)

    # Steps and protection

    def test_steps_belong_to_the_tenants_own_clicks(self):
        landing = self.tenant.landing(kind="local", url=None, html="<h1>x</h1>")
        click = self.visitors_page(landing).expect(200).cookie("_tly_click")
        answer = self.tenant.public.request(
            "POST", "/api/step", body=f'{{"click_id":"{click}","step":2,"name":"Email"}}'.encode(),
            headers={"Content-Type": "text/plain;charset=UTF-8", "Origin": "null"}).expect(204)
        self.assertEqual(answer.headers["Access-Control-Allow-Origin"], "*")
        Tenant(self.stack).public.post("/api/step", {"click_id": click, "step": 2}).expect(404)
        self.tenant.public.post("/api/step", {"click_id": str(uuid.uuid4()), "step": 2}).expect(404)
        row = eventually(lambda: (found := self.tenant.admin.get(f"/admin/api/clicks/{click}")).status == 200
                         and found.json, what="the click")
        self.assertEqual([(step["step"], step["name"]) for step in row["steps"]], [(2, "Email")])

    def test_spy_tools_see_access_denied(self):
        landing = self.tenant.landing(kind="local", url=None, html="<h1>secret</h1>", protected=True)
        campaign = self.tenant.campaign(landings=[landing], offers=[self.tenant.offer()])
        self.tenant.await_campaign(campaign)
        for headers in ({"Referer": "https://app.adplexity.com/x"},
                        {"User-Agent": BROWSER["User-Agent"].replace("Chrome", "HeadlessChrome")}):
            answer = self.tenant.click(campaign, headers=BROWSER | headers).expect(403)
            self.assertIn("Access Denied", answer.text)
            self.assertNotIn("secret", answer.text)
            click = answer.cookie("_tly_click")
            row = eventually(
                lambda: (found := self.tenant.admin.get(f"/admin/api/clicks/{click}")).status == 200  # noqa: B023
                and found.json, what="the click")
            self.assertEqual(row["status"], "blocked")
            self.assertIn("lander_protection", row["trace"])
        answer = self.tenant.click(campaign, headers=BROWSER).expect(200)
        self.assertNotIn("secret", answer.text)  # it is packed until the browser has passed

    def test_protection_is_part_of_pro(self):
        starter = Tenant(self.stack, plan="starter")
        wanted = {"name": unique("landing"), "kind": "local", "html": "x", "protected": True}
        self.assertEqual(starter.admin.post("/admin/api/landings", wanted).expect(402).code, "feature_not_licensed")

    def test_versions_can_be_taken_up_again(self):
        landing = self.tenant.landing(kind="local", url=None, html="one")
        path = f"/admin/api/landings/{landing['id']}"
        self.tenant.admin.request("PATCH", path, json_body={"html": "two"}).expect(200)
        self.tenant.admin.post(f"{path}/versions/1/restore", {}).expect(200)
        self.assertEqual(self.tenant.admin.get(path).expect(200).json["html"], "one")
        versions = self.tenant.admin.items(f"{path}/versions")
        self.assertEqual([(entry["version"], entry["origin"]) for entry in versions],
                         [(3, "restore"), (2, "edit"), (1, "edit")])


if __name__ == "__main__":
    unittest.main()
