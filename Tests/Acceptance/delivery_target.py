"""A traffic source that takes postbacks."""

import http.server
import threading


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """Who asked was killed."""


class DeliveryTarget:
    """Every request is in `arrivals` as (event id, path). `answers` maps the beginning of a path to (status, body), or
    to an event that the answer waits for; anything else is answered 200 OK."""

    def __init__(self):
        self.arrivals, self.answers, self.lock = [], {}, threading.Lock()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                outer.answer(self)

            def do_POST(self):
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                outer.answer(self)

            def log_message(self, *_):
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def answer(self, handler):
        with self.lock:
            self.arrivals.append((handler.headers["X-Event-Id"], handler.path))
            wanted = next((value for path, value in self.answers.items() if handler.path.startswith(path)), (200, "OK"))
        if isinstance(wanted, threading.Event):
            wanted.wait(timeout=60)
            wanted = (200, "OK")
        status, body = wanted
        try:
            handler.send_response(status)
            handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            handler.wfile.write(body.encode())
        except OSError:
            pass  # who asked is gone

    def ids(self, path=""):
        with self.lock:
            return [event for event, found in self.arrivals if found.startswith(path)]

    def close(self):
        self.server.shutdown()
        self.server.server_close()
