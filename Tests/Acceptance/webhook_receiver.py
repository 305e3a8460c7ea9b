"""Another system's endpoints, which keep what they are told and check it as receivers do."""

import http.server
import json
import threading

from delivery_target import Server


class Arrival:
    def __init__(self, path, headers, body):
        self.path, self.headers, self.body = path, {name.lower(): value for name, value in headers.items()}, body

    @property
    def id(self):
        return self.headers["webhook-id"]

    @property
    def json(self):
        return json.loads(self.body)


class WebhookReceiver:
    """Every request is in `arrivals`. `answers` maps a path to (status, headers), or to an event that the answer waits
    for; anything else is answered 200."""

    def __init__(self):
        self.arrivals, self.answers, self.lock = [], {}, threading.Lock()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                with outer.lock:
                    outer.arrivals.append(Arrival(self.path, self.headers, body))
                    answer = outer.answers.get(self.path, (200, {}))
                if isinstance(answer, threading.Event):
                    answer.wait(timeout=60)
                    answer = (200, {})
                status, headers = answer
                try:
                    self.send_response(status)
                    for name, value in headers.items():
                        self.send_header(name, value)
                    self.send_header("Content-Length", "2")
                    self.end_headers()
                    self.wfile.write(b"ok")
                except OSError:
                    pass  # who asked is gone

            def log_message(self, *_):
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def at(self, path):
        with self.lock:
            return [arrival for arrival in self.arrivals if arrival.path == path]

    def close(self):
        self.server.shutdown()
        self.server.server_close()
