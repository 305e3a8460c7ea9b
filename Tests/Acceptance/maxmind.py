"""A server that plays MaxMind's downloads, well and badly."""

import base64
import hashlib
import http.server
import io
import json
import pathlib
import subprocess
import tarfile
import tempfile
import threading
import urllib.parse

from harness.stack import HOME

PROVIDERS = {"198.18.0.0/16": "Test Telco", "2001:db8::/32": "Test Six"}


def database(edition, networks):
    """An .mmdb made by ops/mmdb: network -> country code, or provider's name."""
    if edition.endswith("City"):
        records = {name: {"country": {"iso_code": name, "names": {"en": f"Country {name}"}},
                          "subdivisions": [{"names": {"en": "Region"}}], "city": {"names": {"en": "City"}}}
                   for name in networks.values()}
    else:
        records = {name: {"autonomous_system_number": 64500, "autonomous_system_organization": name}
                   for name in networks.values()}
    with tempfile.TemporaryDirectory() as folder:
        source, target = pathlib.Path(folder, "source.json"), pathlib.Path(folder, "target.mmdb")
        source.write_text(json.dumps({"type": edition, "records": records, "networks": networks}))
        subprocess.run([HOME / "ops" / "mmdb", source, target], check=True)
        return target.read_bytes()


def archive(edition, content):
    """As MaxMind packs it: a folder with the database and a licence."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, data in (("LICENSE.txt", b"Use it well.\n" * 50), (f"{edition}.mmdb", content)):
            member = tarfile.TarInfo(f"{edition}_20261120/{name}")
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return packed.getvalue()


class MaxMind:
    """`country` is what it says of 198.18.0.0/16; `trouble` is None, "checksum", "500", "cut", "other" or "slow": then
    the second half of an archive comes once `go` is set."""

    KEY, ACCOUNT = "k3y_Never-Shown_mmk", 4711

    def __init__(self):
        self.country, self.trouble, self.go = "DE", None, threading.Event()
        self.requests = []
        self.archives = {}
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                outer.answer(self)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.go.set()
        self.server.shutdown()
        self.server.server_close()

    def answer(self, call):
        place = urllib.parse.urlsplit(call.path)
        query = dict(urllib.parse.parse_qsl(place.query))
        self.requests.append(place.path)
        if place.path.startswith("/store/"):
            return self.send_archive(call, place.path.removeprefix("/store/"))
        if place.path == "/app/geoip_download":
            edition, allowed = query["edition_id"], query.get("license_key") == self.KEY
        else:
            login = base64.b64encode(f"{self.ACCOUNT}:{self.KEY}".encode()).decode()
            edition, allowed = place.path.split("/")[3], call.headers.get("Authorization") == f"Basic {login}"
        if not allowed:
            return self.send(call, 401, b"Invalid license key " + self.KEY.encode())
        if self.trouble == "500":
            return self.send(call, 500, b"oops")
        if query["suffix"] == "tar.gz.sha256":
            sum = hashlib.sha256(self.make(edition)).hexdigest()
            if self.trouble == "checksum":
                sum = hashlib.sha256(b"something else").hexdigest()
            return self.send(call, 200, f"{sum}  {edition}_20261120.tar.gz\n".encode())
        # The archives lie somewhere else, as MaxMind's do.
        call.send_response(302)
        call.send_header("Location", f"/store/{edition}")
        call.send_header("Content-Length", "0")
        call.end_headers()

    def make(self, edition):
        key = edition, self.country, self.trouble
        if key not in self.archives:
            networks = {"198.18.0.0/16": self.country, "2001:db8::/32": self.country} \
                if edition.endswith("City") else PROVIDERS
            content = database("GeoLite2-Other" if self.trouble == "other" else edition, networks)
            self.archives[key] = archive(edition, content)
        return self.archives[key]

    def send_archive(self, call, edition):
        content = self.make(edition)
        call.send_response(200)
        call.send_header("Content-Length", str(len(content)))
        call.end_headers()
        half = len(content) // 2
        call.wfile.write(content[:half])
        call.wfile.flush()
        if self.trouble == "cut":
            call.close_connection = True
            return
        if self.trouble == "slow":
            self.go.wait(60)
        call.wfile.write(content[half:])

    @staticmethod
    def send(call, status, body):
        call.send_response(status)
        call.send_header("Content-Length", str(len(body)))
        call.end_headers()
        call.wfile.write(body)
