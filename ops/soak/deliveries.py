#!/usr/bin/python3
"""Postbacks out, 100,000 of them: 10,000 conversions, each told at ten URLs. Of the targets one is down for the whole
run and one fails 10 % and hangs 1 % of the time; the others must not notice.

Exits 1 when a delivery is neither delivered nor dead at the end, when one that was answered went out twice, or when a
good target was not done while the bad ones still waited. SOAK_CONVERSIONS=500 ops/soak/deliveries.py is a short one.
"""

import collections
import concurrent.futures
import http.server
import os
import pathlib
import socket
import sys
import threading
import time

OPS = pathlib.Path(__file__).resolve().parent.parent
sys.dont_write_bytecode = True
sys.path[1:1] = [str(OPS)]

from harness import Stack, Tenant, eventually

CONVERSIONS = int(os.environ.get("SOAK_CONVERSIONS", "10000"))
GOOD = 8
# Seconds until a delivery counts as dead, and that an attempt may take.
SETTINGS = {
    "OUTBOUND_ALLOW": "127.0.0.1", "POSTBACK_ATTEMPTS": "4", "POSTBACK_RETRY_SECONDS": "1",
    "POSTBACK_TIMEOUT_SECONDS": "2", "POSTBACK_PATIENCE_MINUTES": "5",
}


class Target:
    """Answers at once; a bad one by the number of the arrival's conversion."""

    def __init__(self, is_bad=False):
        self.arrivals, self.lock = [], threading.Lock()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                number = int(self.path.rpartition("=")[2])
                with outer.lock:
                    outer.arrivals.append(self.headers["X-Event-Id"])
                if is_bad and number % 100 == 7:
                    time.sleep(10)
                    return
                status = 500 if is_bad and number % 10 == 3 else 200
                self.send_response(status)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"OK")

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.request_queue_size = 256
        self.host = f"127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def most_arrivals(self):
        with self.lock:
            return max(collections.Counter(self.arrivals).values(), default=0)


def nobody():
    """A port that takes no connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"127.0.0.1:{listener.getsockname()[1]}"


def main():
    good, bad, down = [Target() for _ in range(GOOD)], Target(is_bad=True), nobody()
    hosts = [target.host for target in good] + [bad.host, down]
    with Stack(build=os.environ.get("BUILD", "release"), environment=SETTINGS) as stack:
        tenant = Tenant(stack)
        begin = time.monotonic()
        convert(tenant, hosts)
        print(f"deliveries: {CONVERSIONS:,} conversions in {time.monotonic() - begin:.0f} s", flush=True)
        return report(await_end(stack, tenant, good), good, bad, down)


def convert(tenant, hosts):
    """Clicks of one source, each with a conversion that is told at every host."""
    source = tenant.create("sources", name="told", postback_url=f"http://{hosts[0]}/?id={{external_id}}")
    for host in hosts[1:]:
        tenant.create(f"sources/{source['id']}/postbacks", url=f"http://{host}/?id={{external_id}}")
    campaign = tenant.simple_campaign(source_id=source["id"])

    def one(number):
        address = f"198.{18 + number // 62_500}.{number // 250 % 250}.{number % 250 + 1}"
        click = tenant.click(campaign, address=address, click_id=str(number)).cookie("_tly_click")
        tenant.postback(click_id=click, payout="1").expect(200, 202)

    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        list(pool.map(one, range(CONVERSIONS)))


def await_end(stack, tenant, good):
    """{(host, state): count} once nothing waits, and how many waited when the good targets were done."""
    schema = stack.sql(f"SELECT schema_name FROM control.tenants WHERE slug = '{tenant.slug}'")[0][0]

    def counts():
        rows = stack.sql(f"SELECT host, state, count(*) FROM {schema}.deliveries GROUP BY host, state")
        return {(host, state): int(count) for host, state, count in rows}

    def waiting(found, hosts=None):
        return sum(count for (host, state), count in found.items()
                   if state == "waiting" and (hosts is None or host in hosts))

    names = {target.host for target in good}
    eventually(lambda: sum(counts().values()) == CONVERSIONS * (GOOD + 2), within=600, every=2, what="all queued")
    eventually(lambda: waiting(counts(), names) == 0, within=3600, every=1, what="the good targets' end")
    left = waiting(counts())
    eventually(lambda: waiting(counts()) == 0, within=3600, every=5, what="every delivery's end")
    return counts(), left


def report(end, good, bad, down):
    found, left = end
    faults = []
    for target in good:
        if found.get((target.host, "delivered")) != CONVERSIONS or len(target.arrivals) != CONVERSIONS:
            faults.append(
                f"{target.host} got {len(target.arrivals):,}, {found.get((target.host, 'delivered')):,} delivered")
        if target.most_arrivals() > 1:
            faults.append(f"{target.host} was told twice")
    if set(state for host, state in found if host == down) != {"dead"}:
        faults.append("the target that is down has more than dead letters")
    dead = sum(1 for number in range(CONVERSIONS) if number % 10 == 3 or number % 100 == 7)
    if found.get((bad.host, "dead"), 0) != dead or found.get((bad.host, "delivered"), 0) != CONVERSIONS - dead:
        faults.append(f"the bad target has {found.get((bad.host, 'dead'))} dead letters instead of {dead}")
    print(
        f"deliveries: {sum(found.values()):,} ended, {left:,} still waited when the good targets were done", flush=True)
    for fault in faults:
        print(f"deliveries: {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
