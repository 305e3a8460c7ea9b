"""The tracker's port under hard conditions: the visitor's handler and the framework share every connection."""

import json
import socket
import time
import unittest

import shared
from harness import eventually
from raw_http import RawConnection


class Edge(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.tenant = shared.tenant()
        cls.campaign = cls.tenant.simple_campaign()
        cls.hot = f"/c/{cls.campaign['slug']}"
        cls.click = cls.tenant.click(cls.campaign).cookie("_tly_click")

    def connect(self, **options):
        connection = RawConnection(shared.stack().tracker_port, self.tenant.domain, **options)
        self.addCleanup(connection.socket.close)
        return connection

    def postback_body(self, **fields):
        return json.dumps({"click_id": self.click, "payout": "1", **fields}).encode()


class Order(Edge):
    def test_pipelined_hot_and_framework_requests_are_answered_in_order(self):
        connection = self.connect()
        login = b'{"email":"nobody@example.com","password":"wrong password"}'
        kind = ["Content-Type: application/json"]
        wanted, sent = [], b""
        for turn in range(25):
            for method, path, body, status in (
                ("GET", self.hot, b"", 302),
                ("GET", "/admin/api/me", b"", 401),
                ("GET", f"/c/unknown-{turn}", b"", 404),
                ("GET", "/healthz", b"", 200),
                ("POST", "/postback", self.postback_body(txid=f"pipe-{turn}"), 200),
                ("GET", self.hot, b"", 302),
            ):
                sent += connection.request(method, path, *kind[:len(body)], body=body)
                wanted.append((method, path, status))
        sent += connection.request("POST", "/admin/api/login", *kind, body=login)
        wanted.append(("POST", "/admin/api/login", 401))
        connection.send(sent)
        found = [(method, path, connection.answer(method)[0]) for method, path, _ in wanted]
        self.assertEqual(found, wanted)

    def test_many_pipelined_clicks_are_each_recorded(self):
        campaign = self.tenant.simple_campaign()
        connection = self.connect()
        connection.send(connection.request("GET", f"/c/{campaign['slug']}") * 200)
        cookies = {connection.answer()[1]["set-cookie"].split(";")[0] for _ in range(200)}
        self.assertEqual(len(cookies), 200)
        eventually(lambda: self.tenant.stats(campaign)["clicks"] == 200, what="200 clicks in the stats")

    def test_one_connection_stays_open_over_hot_and_framework_requests(self):
        connection = self.connect()
        for path, status in ((self.hot, 302), ("/healthz", 200), (self.hot, 302), ("/admin/api/me", 401)) * 3:
            connection.send(connection.request("GET", path))
            self.assertEqual(connection.answer()[0], status)


class Bodies(Edge):
    def send_postback(self, connection, body, *headers):
        return connection.request("POST", "/postback", "Content-Type: application/json", *headers, body=body)

    def test_a_body_split_at_every_byte(self):
        body = self.postback_body(txid="split")
        connection = self.connect()
        data = self.send_postback(connection, body)
        head = len(data) - len(body)
        for cut in range(head - 4, len(data)):
            connection.send(data[:cut])
            time.sleep(0.002)
            connection.send(data[cut:])
            self.assertEqual(connection.answer()[0], 200, f"split at byte {cut}")

    def test_a_request_sent_byte_by_byte(self):
        for data in (b"", self.postback_body(txid="bytewise")):
            connection = self.connect()
            request = self.send_postback(connection, data) if data else connection.request("GET", self.hot)
            connection.send_slowly(request, pause=0.001)
            self.assertEqual(connection.answer()[0], 200 if data else 302)

    def test_chunked_bodies(self):
        body = self.postback_body(txid="chunked")
        for size in (1, 7, len(body)):
            with self.subTest(size):
                pieces = [body[start:start + size] for start in range(0, len(body), size)]
                chunks = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
                connection = self.connect()
                connection.send(self.send_postback(connection, chunks, "Transfer-Encoding: chunked"))
                self.assertEqual(connection.answer()[0], 200)
                connection.send(connection.request("GET", self.hot))
                self.assertEqual(connection.answer()[0], 302)

    def test_expect_100_continue(self):
        body = self.postback_body(txid="expect")
        connection = self.connect()
        connection.send(self.send_postback(
            connection, b"", "Expect: 100-continue", f"Content-Length: {len(body)}"))
        status, *_ = connection.answer()
        if status == 100:
            connection.send(body)
            status, *_ = connection.answer()
        self.assertEqual(status, 200)

    def test_an_oversized_body_is_413_or_the_connection_ends(self):
        for path, kind in (("/postback", "announced"), ("/admin/api/login", "announced"), ("/postback", "chunked")):
            with self.subTest(path, kind=kind):
                connection = self.connect()
                length = 64 * 1024 * 1024
                framing = f"Content-Length: {length}" if kind == "announced" else "Transfer-Encoding: chunked"
                connection.send(connection.request("POST", path, "Content-Type: application/json", framing))
                piece = b"x" * 65536
                try:
                    for _ in range(length // len(piece)):
                        connection.send(piece if kind == "announced" else b"10000\r\n" + piece + b"\r\n")
                        connection.socket.settimeout(0.001)
                        try:
                            connection.fill()
                            break
                        except TimeoutError:
                            pass
                        finally:
                            connection.socket.settimeout(15)
                    self.assertEqual(connection.answer()[0], 413)
                except (ConnectionError, EOFError):
                    pass  # closing on a flood is an answer too
        self.tenant.click(self.campaign).expect(302)

    def test_a_get_with_a_body_does_not_shift_the_next_request(self):
        connection = self.connect()
        smuggled = connection.request("GET", "/healthz")
        connection.send(connection.request("GET", self.hot, body=smuggled) + connection.request("GET", "/admin/api/me"))
        self.assertEqual([connection.answer()[0] for _ in range(2)], [302, 401])


class Versions(Edge):
    def test_http_1_0_is_answered_and_closed(self):
        for path, status in ((self.hot, 302), ("/healthz", 200)):
            with self.subTest(path):
                connection = self.connect()
                connection.send(connection.request("GET", path, version="HTTP/1.0"))
                self.assertEqual(connection.answer()[0], status)
                self.assertTrue(connection.is_closed())

    def test_connection_close_is_honoured_and_nothing_after_it_is_answered(self):
        for path, status in ((self.hot, 302), ("/healthz", 200)):
            with self.subTest(path):
                connection = self.connect()
                last, after = connection.request("GET", path, "Connection: close"), connection.request("GET", self.hot)
                connection.send(last + after)
                got, headers, _ = connection.answer()
                self.assertEqual((got, headers.get("connection", "close").lower()), (status, "close"))
                self.assertTrue(connection.is_closed())

    def test_half_closed_clients_get_their_answer(self):
        for paths in ([self.hot], ["/healthz"], ["/admin/api/me"], [self.hot, "/admin/api/me"] * 10):
            with self.subTest(paths):
                connection = self.connect()
                connection.send(b"".join(connection.request("GET", path) for path in paths))
                connection.socket.shutdown(socket.SHUT_WR)
                statuses = {self.hot: 302, "/healthz": 200, "/admin/api/me": 401}
                self.assertEqual([connection.answer()[0] for _ in paths], [statuses[path] for path in paths])
                self.assertTrue(connection.is_closed())

    def test_a_client_that_leaves_before_its_answer_harms_nobody(self):
        for _ in range(50):
            connection = self.connect()
            connection.send(connection.request("GET", self.hot) * 10)
            connection.socket.close()
        self.tenant.click(self.campaign).expect(302)


class Smuggling(Edge):
    """One reading of a request's length, or none: 400 and the end of the connection."""

    def assert_refused(self, *headers, body=b"", path=None, raw=None):
        for target in (path,) if path else (self.hot, "/postback", "/admin/api/login"):
            with self.subTest(headers or raw, path=target):
                connection = self.connect()
                hidden = connection.request("GET", "/healthz")
                data = raw(target) if raw else connection.request("POST", target, *headers, body=body)
                connection.send(data + hidden)
                try:
                    # A route that looks at the media type first may say 415: what counts is that nothing goes on.
                    self.assertIn(connection.answer()[0], (400, 415))
                    self.assertTrue(connection.is_closed(), "the hidden request was read")
                except (EOFError, ConnectionError):
                    pass  # closed without a word: refused as well

    def test_length_and_chunked_together(self):
        self.assert_refused("Content-Length: 4", "Transfer-Encoding: chunked", body=b"0\r\n\r\n")

    def test_two_lengths(self):
        self.assert_refused("Content-Length: 3", "Content-Length: 5", body=b"abcde")

    def test_lengths_that_are_no_numbers(self):
        for value in ("-1", "+3", "0x3", "3 3", "abc", "99999999999999999999999"):
            self.assert_refused(f"Content-Length: {value}", body=b"abc")

    def test_bad_chunk_sizes(self):
        for size in (b"xyz", b"-1", b"fffffffffffffffff"):
            self.assert_refused("Transfer-Encoding: chunked", body=size + b"\r\nabc\r\n0\r\n\r\n")

    def test_obsolete_and_unknown_codings(self):
        for coding in ("chunked, identity", "xchunked", "gzip, chunked, chunked"):
            self.assert_refused(f"Transfer-Encoding: {coding}", body=b"0\r\n\r\n")

    def test_malformed_request_lines_and_headers(self):
        for raw in (
            lambda path: b"GARBAGE\r\n\r\n",
            lambda path: f"GET {path}\r\nHost: x\r\n\r\n".encode(),
            lambda path: f"GET {path} HTTP/1.1\r\nHost : x\r\n\r\n".encode(),
            lambda path: f"GET {path} HTTP/1.1\r\nHo st: x\r\n\r\n".encode(),
            lambda path: f"GET {path} HTTP/9.9\r\nHost: x\r\n\r\n".encode(),
        ):
            self.assert_refused(raw=raw)

    def test_a_request_head_without_end_is_cut_off(self):
        connection = self.connect()
        connection.send(f"GET {self.hot} HTTP/1.1\r\nHost: {self.tenant.domain}\r\n")
        with self.assertRaises((ConnectionError, EOFError, _Refused)):
            for number in range(4000):
                connection.send(f"X-Filler-{number}: {'x' * 1000}\r\n")
                if number % 100 == 99:
                    self.look_for_refusal(connection)

    def look_for_refusal(self, connection):
        connection.socket.settimeout(0.05)
        try:
            connection.fill()
            status, *_ = connection.answer()
            self.assertIn(status, (400, 413, 431))
            raise _Refused
        except TimeoutError:
            pass
        finally:
            connection.socket.settimeout(15)

    def test_a_very_long_path_is_refused(self):
        connection = self.connect()
        try:
            connection.send(connection.request("GET", "/c/" + "a" * 1_000_000))
            self.assertIn(connection.answer()[0], (400, 404, 414, 431))
        except (ConnectionError, EOFError):
            pass


class _Refused(Exception):
    """The server answered that it had enough."""


class Slow(Edge):
    def test_many_slow_clients_hold_up_nobody(self):
        """Slow-loris: 300 connections that never finish their head."""
        waiting = [self.connect() for _ in range(300)]
        for connection in waiting:
            connection.send(f"GET {self.hot} HTTP/1.1\r\nHost: {self.tenant.domain}\r\nX-Slow: ")
        begin = time.monotonic()
        for _ in range(50):
            self.tenant.click(self.campaign).expect(302)
        self.tenant.admin.get("/admin/api/me").expect(200)
        self.assertLess(time.monotonic() - begin, 5)

    def test_a_slow_reader_gets_everything(self):
        connection = self.connect()
        connection.send(connection.request("GET", self.hot) * 100)
        time.sleep(0.5)
        self.assertEqual([connection.answer()[0] for _ in range(100)], [302] * 100)

