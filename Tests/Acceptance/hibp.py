"""A server that plays Have I Been Pwned, well and badly."""

import http.server
import json
import threading
import urllib.parse

BREACH = {
    "Name": "Adobe", "Title": "Adobe", "Domain": "adobe.com", "BreachDate": "2013-10-04", "PwnCount": 152445165,
    "DataClasses": ["Email addresses", "Passwords"], "IsVerified": True,
}


class BreachServer:
    """`trouble` is None, 429 (with `retry_after`), 401 or 500. Addresses that begin with "pwned" were in a breach."""

    KEY = "0123456789abcdef0123456789abcdef"

    def __init__(self):
        self.trouble, self.retry_after, self.asked = None, 2, []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                place = urllib.parse.urlsplit(self.path)
                account = urllib.parse.unquote(place.path.removeprefix("/api/v3/breachedaccount/"))
                outer.asked.append(account)
                if outer.trouble == 429:
                    return self.answer(429, {"statusCode": 429}, {"Retry-After": str(outer.retry_after)})
                if outer.trouble:
                    return self.answer(outer.trouble, {})
                if self.headers.get("hibp-api-key") != outer.KEY or not self.headers.get("User-Agent"):
                    return self.answer(401, {})
                if "truncateResponse=false" not in place.query or not account.startswith("pwned"):
                    return self.answer(404, None)
                return self.answer(200, [BREACH])

            def answer(self, status, body, headers=None):
                content = b"" if body is None else json.dumps(body).encode()
                self.send_response(status)
                for name, value in (headers or {}).items():
                    self.send_header(name, value)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
