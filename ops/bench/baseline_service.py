"""What one writes in an afternoon: an ASGI service that stores a click with one INSERT and redirects. No framework
on top of uvicorn, a prepared statement on a pool of connections; no GeoIP, no user agents, no filters."""

import datetime
import os
import urllib.parse
import uuid

import asyncpg

INSERT = """
INSERT INTO baseline.clicks (id, ts, campaign, ip, user_agent, referrer, language, sub1, sub2, sub3)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
CONNECTIONS = 20


class Service:
    def __init__(self):
        self.pool = None

    async def __call__(self, scope, receive, send):
        if scope["type"] == "lifespan":
            return await self.live(receive, send)
        if scope["path"] == "/ready":
            return await answer(send, 200, [])
        click = uuid.uuid4()
        await self.store(click, scope)
        target = b"https://shop.example.org/offer?_tly_click=%s" % str(click).encode()
        await answer(send, 302, [(b"location", target), (b"set-cookie", b"click=%s; Path=/" % str(click).encode())])

    async def live(self, receive, send):
        while (message := await receive())["type"] != "lifespan.shutdown":
            if message["type"] == "lifespan.startup":
                self.pool = await asyncpg.create_pool(
                    os.environ["DATABASE_URL"], min_size=CONNECTIONS, max_size=CONNECTIONS)
                await send({"type": "lifespan.startup.complete"})
        await self.pool.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def store(self, click, scope):
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        query = dict(urllib.parse.parse_qsl(scope["query_string"].decode("latin-1")))
        await self.pool.execute(
            INSERT, click, datetime.datetime.now(datetime.timezone.utc), scope["path"],
            headers.get("x-forwarded-for") or scope["client"][0], headers.get("user-agent"), headers.get("referer"),
            headers.get("accept-language"), query.get("sub1"), query.get("sub2"), query.get("sub3"))


async def answer(send, status, headers):
    await send({"type": "http.response.start", "status": status, "headers": [*headers, (b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})


application = Service()
