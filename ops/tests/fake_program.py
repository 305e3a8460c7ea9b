#!/usr/bin/python3
"""Stands in for both programs in test_copy.py: `serve` answers /readyz on PORT, `demo` and `migrate` note the call."""

import http.server
import json
import os
import pathlib
import signal
import sys


class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({"pid": os.getpid(), "license_key": os.environ.get("LICENSE_KEY")}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *args):
        pass


command = sys.argv[1]
with open(pathlib.Path(__file__).parent / "calls", "a") as calls:
    print(pathlib.Path(sys.argv[0]).name, *sys.argv[1:], file=calls)
if command == "serve":
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Ready).serve_forever()
elif command == "demo" and "--json" in sys.argv:
    print(json.dumps({"license_key": "demo-key"}))
elif command == "migrate" and os.environ.get("BROKEN_MIGRATION"):
    sys.exit("migration 0007 failed: a made-up reason")
