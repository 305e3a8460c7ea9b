"""A merchant's shop: a server with pages of its own, under host names that only the browser of these tests knows."""

import contextlib
import http.server
import threading

HOSTS = ("shop.test", "checkout.shop.test")


class Shop:
    """`pages` maps a path to (headers, HTML)."""

    def __init__(self):
        self.pages = {}
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                headers, html = outer.pages.get(self.path.partition("?")[0], (None, ""))
                content = html.encode()
                self.send_response(404 if headers is None else 200)
                for name, value in (headers or {}).items():
                    self.send_header(name, value)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                # Browsers give pages up half-way.
                with contextlib.suppress(ConnectionError):
                    self.wfile.write(content)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self, path="/", host=HOSTS[0]):
        return f"http://{host}:{self.port}{path}"

    def close(self):
        self.server.shutdown()
        self.server.server_close()


# No page may reach another site with its cookies, as browsers are about to have it.
ARGUMENTS = ["--no-sandbox", "--test-third-party-cookie-phaseout", "--host-resolver-rules=" + ",".join(
    f"MAP {host} 127.0.0.1" for host in HOSTS)]
