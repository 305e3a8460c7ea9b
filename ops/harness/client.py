"""A small HTTP client that follows no redirect, retries nothing and shows what was answered when a test fails."""

import http.client
import json
import urllib.parse


class Answer:
    def __init__(self, request, status, headers, body):
        self.request, self.status, self.headers, self.body = request, status, headers, body

    @property
    def text(self):
        return self.body.decode("utf-8", "replace")

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def location(self):
        return self.headers.get("Location")

    @property
    def code(self):
        """The problem's stable code, None when this is no problem."""
        if not (self.headers.get("Content-Type") or "").startswith("application/problem+json"):
            return None
        return self.json.get("code")

    def cookie(self, name):
        """The value that a Set-Cookie of this answer gives `name`, None without one."""
        for header in self.headers.get_all("Set-Cookie") or []:
            found, _, value = header.partition(";")[0].partition("=")
            if found.strip() == name:
                return value
        return None

    def expect(self, *statuses):
        """Self when the status is one of these; else an AssertionError that shows request and answer."""
        if self.status not in statuses:
            raise AssertionError(f"{self.request} answered {self.status}, not {statuses}:\n{self.text[:2000]}")
        return self

    def __repr__(self):
        return f"<{self.request}: {self.status} {self.text[:300]}>"


class Client:
    """Requests to one server. `host` overrides the Host header (which tenant), `token` is sent as bearer token,
    `address` plays a visitor's IP through X-Forwarded-For."""

    def __init__(self, url, token=None, host=None, address=None, timeout=30):
        self.url, self.token, self.host, self.address, self.timeout = url.rstrip("/"), token, host, address, timeout

    def but(self, **changes):
        """A copy of this client with some of its properties changed."""
        kept = {name: getattr(self, name) for name in ("url", "token", "host", "address", "timeout")}
        return Client(**(kept | changes))

    def request(self, method, path, json_body=None, body=None, query=None, headers=None):
        place = urllib.parse.urlsplit(self.url)
        if query:
            path = f"{path}{'&' if '?' in path else '?'}{urllib.parse.urlencode(query, doseq=True)}"
        sent = {"Host": self.host or place.netloc}
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        if self.address:
            sent["X-Forwarded-For"] = self.address
        if json_body is not None:
            body = json.dumps(json_body).encode()
            sent["Content-Type"] = "application/json"
        sent |= headers or {}
        connection = http.client.HTTPConnection(place.hostname, place.port, timeout=self.timeout)
        try:
            connection.request(method, path, body=body, headers=sent)
            response = connection.getresponse()
            content = response.read()
            return Answer(f"{method} {path}", response.status, response.headers, content)
        finally:
            connection.close()

    def get(self, path, **options):
        return self.request("GET", path, **options)

    def post(self, path, json_body=None, **options):
        return self.request("POST", path, json_body=json_body, **options)

    def patch(self, path, json_body=None, **options):
        return self.request("PATCH", path, json_body=json_body, **options)

    def delete(self, path, **options):
        return self.request("DELETE", path, **options)

    def signed_in(self, email, password, path="/admin/api/login"):
        """This client with the token that a log-in gives."""
        answer = self.but(token=None).post(path, {"email": email, "password": password}).expect(200)
        return self.but(token=answer.json["token"])

    def items(self, path, **query):
        """All items of a list, page by page."""
        cursor, found = None, []
        while True:
            page = self.get(path, query=query | ({"cursor": cursor} if cursor else {})).expect(200).json
            found += page["items"]
            cursor = page.get("next_cursor")
            if not cursor:
                return found
