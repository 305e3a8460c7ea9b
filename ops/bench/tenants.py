"""What a click costs with 1, 100 and 10,000 tenants.

Ten thousand tenants take an hour to make, each with a schema, a login and partitions. The click path knows tenants from
its snapshot alone, so the snapshot on disk gets that many tenants, and a node of its own is started from it while its
database is away: it answers and journals every click as ever and drains nothing. (The drain's work is per tenant that
clicked, however many there are.)
"""

import json
import shutil
import subprocess

import campaigns
import hits
from harness import Client, Tenant, eventually
from harness.stack import HOME, free_ports
from meters import cpu_seconds
from table import say
from wrk import wrk

SIZES = (1, 100, 10_000)
CONNECTIONS = 64
# Nobody listens there.
NO_DATABASE = "postgresql://nobody:nothing@127.0.0.1:1/nowhere"


def tenants(bench):
    tenant = Tenant(bench.stack)
    campaign = campaigns.whole(tenant)
    path = bench.stack.run_dir / "state/snapshot.json"
    eventually(lambda: find(path, tenant.slug), within=30, what="the snapshot on disk having the tenant")
    found = []
    for size in SIZES:
        say(f"cost with {size:,} tenants")
        hosts = [f"t{number}.bench.example" for number in range(size)]
        with LoneNode(bench.stack, multiplied(json.loads(path.read_text()), tenant.slug, hosts)) as node:
            requests = hits.people([f"/c/{campaign.slug}"], hosts, max(hits.BROWSERS, size))
            found.append(node.cost(requests, bench.seconds))
    bench.table.cost("tenants, journaled", SIZES, found)


def find(path, slug):
    return next((record for record in json.loads(path.read_text())["tenants"] if record["slug"] == slug), None)


def multiplied(snapshot, slug, hosts):
    """The snapshot with nothing but copies of one tenant, one for each host."""
    record = next(record for record in snapshot["tenants"] if record["slug"] == slug)
    copies = []
    for number, host in enumerate(hosts):
        [place] = record["hosts"]
        copies.append(record | {"id": 1_000_000 + number, "slug": f"{slug}-{number}", "isDefault": False,
                                "hosts": [place | {"host": host}]})
    return snapshot | {"tenants": copies}


class LoneNode:
    """A click node without a database that serves from a snapshot on disk."""

    def __init__(self, stack, snapshot):
        self.stack = stack
        [self.port] = free_ports(1)
        self.state = stack.folder / "lone"
        self.state.mkdir(mode=0o700)
        (self.state / "snapshot.json").write_text(json.dumps(snapshot))

    def __enter__(self):
        with open(self.stack.folder / "lone.log", "ab") as log:
            self.process = subprocess.Popen(
                [HOME / ".build" / self.stack.build / "trackily", "serve", "--roles", "click"],
                env=self.environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        eventually(self.is_ready, within=120, what="the node without a database being ready")
        return self

    def environment(self):
        """The tracker's, but for its own folder and the database."""
        lines = self.stack.program("tracker", "env", "-0").split("\0")
        return dict(line.split("=", 1) for line in lines if line) | {
            "PORT": str(self.port), "STATE_DIR": str(self.state), "DATABASE_URL": NO_DATABASE,
            "GEOIP_DIR": str(self.stack.run_dir / "state/geoip")}

    def is_ready(self):
        if self.process.poll() is not None:
            raise RuntimeError("the node ended: " + (self.stack.folder / "lone.log").read_text()[-2000:])
        try:
            return Client(f"http://127.0.0.1:{self.port}").get("/readyz").status == 200
        except OSError:
            return False

    def cost(self, requests, seconds):
        """Microseconds of CPU for each click that is in the journal."""
        wrk(self.port, requests, CONNECTIONS, 1)
        before = cpu_seconds(self.process.pid)
        result = wrk(self.port, requests, CONNECTIONS, seconds)
        if result["refused"]:
            raise RuntimeError(f"the node refused {result['refused']} clicks")
        return (cpu_seconds(self.process.pid) - before) / result["requests"] * 1e6

    def __exit__(self, *_):
        # With its database away it could not drain what it holds; nobody wants that.
        self.process.kill()
        self.process.wait(timeout=30)
        shutil.rmtree(self.state)
