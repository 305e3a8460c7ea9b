"""A name server on this machine, by UDP, that says what a test wants."""

import socket
import socketserver
import struct
import threading

TYPES = {"A": 1, "NS": 2, "CNAME": 5, "TXT": 16, "AAAA": 28}


class FakeDNS:
    """`with FakeDNS() as dns: dns.set("TXT", "_trackily.a.test", "token")`; `dns.address` is host:port. Names without
    records do not exist."""

    def __init__(self):
        self.records = {}
        owner = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                message, answering = self.request
                answering.sendto(owner.answer(message), self.client_address)

        self.server = socketserver.ThreadingUDPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.address = "127.0.0.1:%d" % self.server.server_address[1]

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def set(self, kind, name, *values):
        """Replaces the records of this kind; without values there are none."""
        self.records[kind, name] = values

    def clear(self):
        self.records = {}

    def answer(self, message):
        number, = struct.unpack("!H", message[:2])
        labels, position = [], 12
        while length := message[position]:
            labels.append(message[position + 1:position + 1 + length].decode())
            position += 1 + length
        question = message[12:position + 5]
        kind, = struct.unpack("!H", message[position + 1:position + 3])
        name = ".".join(labels).lower()
        found = b"".join(self.found(name, kind))
        exists = any(known == name and values for (_, known), values in self.records.items())
        count = len(list(self.found(name, kind)))
        return struct.pack("!HHHHHH", number, 0x8180 if exists else 0x8183, 1, count, 0, 0) + question + found

    def found(self, name, kind):
        for target in self.records.get(("CNAME", name), ()):
            yield self.record(name, "CNAME", encoded(target))
            yield from self.found(target, kind)
            return
        for word, number in TYPES.items():
            if number == kind:
                for value in self.records.get((word, name), ()):
                    yield self.record(name, word, DATA[word](value))

    def record(self, name, word, data):
        return encoded(name) + struct.pack("!HHIH", TYPES[word], 1, 60, len(data)) + data


def encoded(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"


DATA = {
    "A": socket.inet_aton,
    "AAAA": lambda value: socket.inet_pton(socket.AF_INET6, value),
    "NS": encoded,
    "CNAME": encoded,
    "TXT": lambda value: bytes([len(value)]) + value.encode(),
}
