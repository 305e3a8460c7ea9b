"""Visitors in numbers: connections that click as fast as they are answered, and remember every click id they got."""

import asyncio
import re
import threading
import time
import urllib.parse

CLICK_ID = re.compile(rb"[Ss]et-[Cc]ookie: _tly_click=([0-9a-f-]{36})")
LENGTH = re.compile(rb"[Cc]ontent-[Ll]ength: (\d+)")


class Load:
    """`with Load(url, "/c/slug", connections=64) as load: ...`; afterwards `ids` has every click id that was answered.

    A connection that breaks is counted in `broken` and opened again, so a load outlives the server's death. Answers
    that are no redirect and no page are kept in `refusals` (status -> count). `path` may be a function that gives the
    next one.
    """

    def __init__(self, url, path, connections=64, host=None):
        place = urllib.parse.urlsplit(url)
        self.address = place.hostname, place.port
        self.path = path if callable(path) else lambda: path
        self.host = host or place.netloc
        self.connections = connections
        self.ids, self.answers, self.broken, self.refusals = [], 0, 0, {}
        self.slowest = 0.0
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=lambda: asyncio.run(self.run()), daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.stopping.set()
        self.thread.join(timeout=60)

    async def run(self):
        await asyncio.gather(*(self.visit(number) for number in range(self.connections)))

    async def visit(self, number):
        while not self.stopping.is_set():
            try:
                await self.click_until_broken(number)
            except (OSError, asyncio.IncompleteReadError, asyncio.TimeoutError):
                self.broken += 1
                await asyncio.sleep(0.05)

    async def click_until_broken(self, number):
        reader, writer = await asyncio.open_connection(*self.address)
        try:
            turn = 0
            while not self.stopping.is_set():
                turn += 1
                visitor = f"198.{18 + number % 2}.{turn % 250}.{number % 250 + 1}"
                request = f"GET {self.path()} HTTP/1.1\r\nHost: {self.host}\r\nX-Forwarded-For: {visitor}\r\n" \
                    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) Load/1.0\r\n\r\n"
                begin = time.monotonic()
                writer.write(request.encode())
                await asyncio.wait_for(self.take_answer(reader), timeout=30)
                self.slowest = max(self.slowest, time.monotonic() - begin)
        finally:
            writer.close()

    async def take_answer(self, reader):
        head = await reader.readuntil(b"\r\n\r\n")
        if length := LENGTH.search(head):
            await reader.readexactly(int(length[1]))
        self.answers += 1
        status = head[9:12].decode()
        if status[0] not in "23":
            self.refusals[status] = self.refusals.get(status, 0) + 1
        if click := CLICK_ID.search(head):
            self.ids.append(click[1].decode())
