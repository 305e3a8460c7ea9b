"""A license server as far as the installer sees it, with releases that are signed by a key of its own."""

import contextlib
import hashlib
import http.server
import json
import pathlib
import shlex
import subprocess
import threading

OPS = pathlib.Path(__file__).resolve().parent.parent


class FakeReleases:
    """`codes` maps licence keys to what `validate` answers; `files` is all below /releases/."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.codes, self.files, self.requests = {}, {}, []
        self.url, self.latest = None, ""
        self.key = self.folder / "key.pem"
        make = ["openssl", "genpkey", "-algorithm", "ed25519", "-out", self.key]
        subprocess.run(make, check=True, capture_output=True)
        self.public = subprocess.run(["openssl", "pkey", "-in", self.key, "-pubout"], check=True,
                                     capture_output=True, text=True).stdout

    @contextlib.contextmanager
    def serving(self):
        fake = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                name = self.path.split("?")[0].removeprefix("/releases/").replace("latest/", fake.latest + "/", 1)
                fake.requests.append(self.path)
                self.answer(fake.files.get(name))

            def do_POST(self):
                key = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["license_key"]
                code = fake.codes.get(key, "NOT_FOUND")
                self.answer(json.dumps({"valid": code == "VALID", "code": code}).encode())

            def answer(self, body):
                self.send_response(200 if body is not None else 404)
                self.send_header("Content-Length", str(len(body or b"")))
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, format, *args):
                pass

        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            self.url = f"http://127.0.0.1:{server.server_port}"
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            try:
                yield self
            finally:
                server.shutdown()
                thread.join()

    def publish(self, version, archive, architecture):
        name = f"trackily-{version}-linux-{architecture}.tar.gz"
        manifest = (f"trackily-release 1\nversion {version}\nchannel stable\nbuilt 2026-11-21T10:00:00.000Z\n"
                    f"file {hashlib.sha256(archive).hexdigest()} {len(archive)} {name}\n").encode()
        (self.folder / "MANIFEST").write_bytes(manifest)
        subprocess.run(["openssl", "pkeyutl", "-sign", "-inkey", self.key, "-rawin", "-in", self.folder / "MANIFEST",
                        "-out", self.folder / "MANIFEST.sig"], check=True, capture_output=True)
        self.files |= {f"{version}/MANIFEST": manifest, f"{version}/{name}": archive,
                       f"{version}/MANIFEST.sig": (self.folder / "MANIFEST.sig").read_bytes()}
        self.latest = version

    def script(self, key=None):
        """ops/install.sh as the license server gives it out."""
        values = {"server_url": self.url, "product_name": "Trackily", "release_key": (key or self.public).strip()}
        lines = []
        for line in (OPS / "install.sh").read_text().split("\n"):
            name = line.partition("=")[0]
            lines.append(f"{name}={shlex.quote(values[name])}" if name in values else line)
        return "\n".join(lines)
