"""HTTP byte by byte: what a client library would never send."""

import socket
import time


class RawConnection:
    def __init__(self, port, host, timeout=15):
        self.host = host
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data if isinstance(data, bytes) else data.encode())

    def request(self, method, path, *headers, body=b"", version="HTTP/1.1"):
        """The bytes of a request; Content-Length is added when there is a body and no header says how long it is."""
        lines = [f"{method} {path} {version}", f"Host: {self.host}", *headers]
        if body and not any(header.lower().startswith(("content-length", "transfer-encoding")) for header in headers):
            lines.append(f"Content-Length: {len(body)}")
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body

    def send_slowly(self, data, piece=1, pause=0.0):
        for start in range(0, len(data), piece):
            self.socket.sendall(data[start:start + piece])
            if pause:
                time.sleep(pause)

    def fill(self):
        data = self.socket.recv(65536)
        if not data:
            raise EOFError(f"the server closed the connection after {self.buffer[:200]!r}")
        self.buffer += data

    def until(self, mark):
        while mark not in self.buffer:
            self.fill()
        taken, self.buffer = self.buffer.split(mark, 1)
        return taken

    def answer(self, to="GET"):
        """(status, headers with lower-case names, body) of the next answer."""
        head = self.until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        status = int(head[0].split(" ")[1])
        headers = {}
        for line in head[1:]:
            name, _, value = line.partition(":")
            headers.setdefault(name.strip().lower(), value.strip())
        if to == "HEAD" or status in (204, 304) or status < 200:
            return status, headers, b""
        if headers.get("transfer-encoding", "").lower() == "chunked":
            return status, headers, self.chunks()
        length = int(headers.get("content-length", "0"))
        while len(self.buffer) < length:
            self.fill()
        body, self.buffer = self.buffer[:length], self.buffer[length:]
        return status, headers, body

    def chunks(self):
        body = b""
        while size := int(self.until(b"\r\n").split(b";")[0], 16):
            while len(self.buffer) < size + 2:
                self.fill()
            body, self.buffer = body + self.buffer[:size], self.buffer[size + 2:]
        self.until(b"\r\n")
        return body

    def is_closed(self):
        """Whether the server closes the connection without sending anything more."""
        if self.buffer:
            return False
        try:
            return self.socket.recv(1) == b""
        except ConnectionResetError:
            return True
        except TimeoutError:
            return False
