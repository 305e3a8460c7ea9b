"""`trackily tenant export` and `tenant import`: a tenant in one file, into another copy and into the same one."""

import base64
import hashlib
import hmac
import json
import os
import pathlib
import re
import stat
import subprocess
import tarfile
import time
import unittest
import urllib.parse

from harness import Stack, Tenant, eventually
from harness.customers import unique


def one_time_code(secret):
    """RFC 6238 of a secret as a person types it."""
    text = secret.replace(" ", "")
    key = base64.b32decode(text + "=" * (-len(text) % 8))
    digest = hmac.new(key, int(time.time() // 30).to_bytes(8, "big"), hashlib.sha1).digest()
    offset = digest[-1] & 15
    return f"{(int.from_bytes(digest[offset:offset + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


class Copy:
    """One copy of the product and what an operator does on its command line."""

    def __init__(self):
        self.stack = Stack().start()

    def trackily(self, *arguments):
        """What a command prints, as JSON."""
        return json.loads(self.stack.program("tracker", "trackily", *map(str, arguments), "--json"))

    def refused(self, *arguments):
        """What a command that fails says."""
        command = [str(pathlib.Path(__file__).parents[2] / "ops" / "with"), "tracker", "trackily", *map(str, arguments)]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=120,
            env=os.environ | {"RUN_DIR": str(self.stack.run_dir), "PROGRAMS": str(
                pathlib.Path(__file__).parents[2] / ".build" / self.stack.build)})
        assert done.returncode == 1, (done.returncode, done.stdout, done.stderr)
        return done.stderr

    def schema_of(self, slug):
        return {tenant["slug"]: tenant["schema"] for tenant in self.trackily("tenant", "list")}.get(slug)

    def traces(self):
        """Everything in the database by which a tenant shows: schemas, logins, entries."""
        return [self.stack.sql(query) for query in (
            r"SELECT nspname FROM pg_namespace WHERE nspname LIKE 't\_%' ORDER BY 1",
            r"SELECT rolname FROM pg_roles WHERE rolname LIKE 't\_%' ORDER BY 1",
            "SELECT slug FROM control.tenants ORDER BY 1",
            "SELECT target, version FROM control.schema_version ORDER BY 1, 2")]

    def refusal(self, role, query):
        """SQLSTATE that `query` gives to a login, None when it works. Its password is known to the tracker alone, so
        the cluster's superuser takes its place."""
        socket = self.stack.call("postgres", "socket", self.stack.run_dir / "postgres").strip()
        superuser = f"postgresql://postgres@/trackily?host={urllib.parse.quote(socket, safe='/')}"
        done = self.stack.psql(f"SET SESSION AUTHORIZATION {role};\n{query};", superuser)
        return None if done.returncode == 0 else re.search(r"(?:ERROR|FATAL):\s+([0-9A-Z]{5})", done.stderr)[1]


def figures(client):
    """All that can be counted of a tenant."""
    days = {"from": "2020-01-01", "to": "2099-12-31", "tz": "UTC"}
    nouns = ("campaigns", "offers", "landings", "sources", "networks", "roles", "clicks", "conversions")
    return {
        "stats": client.get("/admin/api/stats", query=days).expect(200).json,
        "by day": client.get("/admin/api/stats/grouped", query=days | {"group_by": "campaign,date"}).expect(200).json,
        "users": sorted((user["email"], user["role"]) for user in client.items("/admin/api/users")),
    } | {noun: [without_scheme(item) for item in client.items(f"/admin/api/{noun}")] for noun in nouns}


def without_scheme(item):
    """Only with Pro is an order's step shown, and the licence does not come along everywhere."""
    return {name: value for name, value in item.items() if name != "scheme_status"}


class TenantArchives(unittest.TestCase):
    """A tenant with 20 clicks, 4 conversions, a manager with two-factor sign-in and a licence."""

    @classmethod
    def setUpClass(cls):
        cls.source, cls.target = Copy(), None
        cls.addClassCleanup(cls.source.stack.stop)
        cls.target = Copy()
        cls.addClassCleanup(cls.target.stack.stop)
        cls.tenant = tenant = Tenant(cls.source.stack)
        campaign = tenant.simple_campaign(cost="0.05", currency="USD")
        clicks = tenant.clicks(campaign, 20, sub1="zone's \\ \"1\"\t;")
        for click, payout in zip(clicks, ("10.00", "20.00", "5.50", "1.25")):
            tenant.postback(click_id=click, payout=payout).expect(200)
        cls.manager = {"email": f"{unique('manager')}@example.com", "password": unique("correct horse battery")}
        tenant.create("users", role="manager", **cls.manager)
        manager = tenant.public.signed_in(**cls.manager)
        cls.secret = manager.post("/admin/api/me/totp", {}).expect(200).json["secret"]
        confirmed = manager.post("/admin/api/me/totp", {"secret": cls.secret, "code": one_time_code(cls.secret)})
        cls.recovery = confirmed.expect(200).json["recovery_codes"]
        eventually(lambda: tenant.stats(campaign)["clicks"] == 20, what="20 clicks in the stats")
        eventually(lambda: len(cls.source.stack.clicks(campaign["slug"])) == 20, what="20 clicks in the table")
        cls.figures = figures(tenant.admin)
        cls.file = cls.source.stack.folder / "tenant.archive"
        cls.exported = cls.source.trackily("tenant", "export", tenant.slug, cls.file)

    def test_1_the_file_is_whole_and_its_owners_only(self):
        self.assertEqual(stat.S_IMODE(self.file.stat().st_mode), 0o600)
        self.assertEqual(self.exported["bytes"], self.file.stat().st_size)
        with tarfile.open(self.file) as archive:
            manifest = json.load(archive.extractfile("manifest.json"))
            data = archive.extractfile("data.sql").read().decode()
        self.assertEqual(manifest["slug"], self.tenant.slug)
        self.assertEqual(manifest["schema"], self.source.schema_of(self.tenant.slug))
        self.assertEqual(manifest["schema_version"], self.exported["schema_version"])
        self.assertEqual(manifest["domains"], [self.tenant.domain])
        for secret in (self.tenant.license["key"], self.secret.replace(" ", ""), self.tenant.password):
            self.assertNotIn(secret, data)
        self.assertEqual([name for name in os.listdir(self.file.parent) if name.startswith(".")], [])
        self.assertIn("there already", self.source.refused("tenant", "export", self.tenant.slug, self.file))
        self.assertIn("no such tenant", self.source.refused("tenant", "export", "nobody", self.file.with_name("none")))

    def test_2_into_another_copy(self):
        made = self.target.trackily("tenant", "import", self.file)
        self.assertEqual((made["slug"], made["domains"]), (self.tenant.slug, [self.tenant.domain]))
        self.assertEqual(made["schema"], self.source.schema_of(self.tenant.slug))
        self.assertEqual(len([note for note in made["warnings"] if "SECRET_KEY" in note]), 2, made)
        public = self.target.stack.tracker.but(host=self.tenant.domain)
        eventually(lambda: public.get("/admin/login").status == 200, what="the tenant being known to the tracker")
        admin = public.signed_in(self.tenant.email, self.tenant.password)
        self.assertEqual(figures(admin), self.figures)
        # Another SECRET_KEY: no second factor any more, no licence. Sessions stay behind.
        manager = public.signed_in(**self.manager)
        self.assertFalse(manager.get("/admin/api/me").expect(200).json["totp"])
        self.assertEqual(admin.get("/admin/api/license").json["plan"], "starter")
        public.but(token=self.tenant.admin.token).get("/admin/api/me").expect(401)
        self.assertTrue(admin.get("/admin/api/audit-log/verify").json["intact"])
        # It lives on: visitors, configuration, reports.
        slug = self.figures["campaigns"][0]["slug"]
        eventually(lambda: public.get(f"/c/{slug}").status == 302, what="the imported campaign being live")
        eventually(lambda: admin.get("/admin/api/stats", query={
            "from": "2020-01-01", "to": "2099-12-31", "tz": "UTC"}).json["clicks"] >= 21,
            what="a new click in the stats")
        admin.post("/admin/api/sources", {"name": "new here"}).expect(201)
        self.isolated(self.target, made["schema"])
        before = self.target.traces()
        self.assertIn("slug", self.target.refused("tenant", "import", self.file))
        self.assertEqual(self.target.traces(), before)

    def test_3_into_the_same_copy_under_another_slug(self):
        slug = unique("twin")
        made = self.source.trackily("tenant", "import", self.file, "--slug", slug, "--domain", f"{slug}.example.net")
        self.assertEqual(made["domains"], [f"{slug}.example.net"])
        self.assertNotEqual(made["schema"], self.source.schema_of(self.tenant.slug))
        self.assertRegex(made["schema"], r"^t_[a-z2-7]{16}$")
        self.assertTrue(any(self.tenant.domain in note for note in made["warnings"]), made)
        self.assertTrue(any("licence" in note for note in made["warnings"]), made)
        public = self.source.stack.tracker.but(host=f"{slug}.example.net")
        eventually(lambda: public.get("/admin/login").status == 200, what="the twin being known to the tracker")
        admin = public.signed_in(self.tenant.email, self.tenant.password)
        self.assertEqual(figures(admin), self.figures)
        # The same SECRET_KEY: the second factor is asked for, and works.
        self.assertEqual(public.post("/admin/api/login", self.manager).code, "totp_required")
        public.post("/admin/api/login", self.manager | {"totp": self.recovery[0]}).expect(200)
        # The licence is the other one's.
        self.assertEqual(admin.get("/admin/api/license").json["plan"], "starter")
        self.assertEqual(self.tenant.admin.get("/admin/api/license").json["plan"], "enterprise")
        self.isolated(self.source, made["schema"])
        # The twin is one by itself.
        admin.post("/admin/api/sources", {"name": "the twin's alone"}).expect(201)
        self.assertEqual(self.tenant.admin.items("/admin/api/sources"), self.figures["sources"])
        self.tenant.admin.post("/admin/api/networks", {"name": "the first one's alone"}).expect(201)
        self.assertEqual(admin.items("/admin/api/networks"), self.figures["networks"])

    def test_4_what_is_no_archive_or_too_new_leaves_nothing(self):
        before = self.target.traces()
        folder = self.target.stack.folder
        (folder / "text").write_text("no archive")
        self.assertIn("not a tenant's archive", self.target.refused("tenant", "import", folder / "text"))
        for change, words in (
            (lambda manifest, data: (manifest | {"migrations": manifest["migrations"] + [
                {"version": 9_999, "checksum": "0"}]}, data), "newer"),
            (lambda manifest, data: (manifest | {"format_version": 2}, data), "newer"),
            # Half a file: the transaction ends with its data.
            (lambda manifest, data: (manifest, data[:len(data) * 2 // 3]), "in the middle"),
            (lambda manifest, data: (manifest, data[:len(data) // 2] + data[-len(data) // 3:]), "psql failed"),
        ):
            manifest, data = change(*self.parts())
            broken = self.packed(folder / "broken", manifest, data)
            with self.subTest(words):
                self.assertIn(words, self.target.refused("tenant", "import", broken, "--slug", unique("broken")))
                self.assertEqual(self.target.traces(), before)
        self.assertEqual([name for name in os.listdir(folder) if name.startswith(".")], [])

    def test_5_deleted_and_brought_back(self):
        stack = self.source.stack
        control = stack.tracker.but(token=stack.env["CONTROL_TOKEN"])
        control.delete(f"/control/v1/tenants/{self.tenant.slug}").expect(204)
        self.assertIn("purged", self.source.refused("tenant", "import", self.file))
        control.delete(f"/control/v1/tenants/{self.tenant.slug}?purge=true").expect(204)
        made = self.source.trackily("tenant", "import", self.file)
        self.assertEqual(made["warnings"], [])
        eventually(lambda: self.tenant.public.get("/admin/login").status == 200, what="the tenant being back")
        admin = self.tenant.public.signed_in(self.tenant.email, self.tenant.password)
        self.assertEqual(figures(admin), self.figures)
        self.assertEqual(admin.get("/admin/api/license").json["plan"], "enterprise")
        self.assertEqual(admin.post("/admin/api/license/refresh", {}).expect(200).json["code"], "VALID")

    def isolated(self, copy, schema):
        """The new login reads its own schema and nobody else's."""
        default = copy.schema_of("default")
        self.assertIsNone(copy.refusal(schema, f"SELECT * FROM {schema}.campaigns"))
        for query in (
            f"SELECT * FROM {default}.campaigns", f"DELETE FROM {default}.users", "SELECT * FROM control.tenants",
            "SET ROLE trackily", f"UPDATE {schema}.audit_log SET actor = actor", f"CREATE TABLE {schema}.mine (x int)",
            f"UPDATE {schema}.journal_position SET segment = 0", f"DROP TABLE {schema}.campaigns",
        ):
            with self.subTest(query):
                self.assertEqual(copy.refusal(schema, query), "42501")
        self.assertEqual(copy.refusal(default, f"SELECT * FROM {schema}.campaigns"), "42501")

    def parts(self):
        with tarfile.open(self.file) as archive:
            return json.load(archive.extractfile("manifest.json")), archive.extractfile("data.sql").read()

    def packed(self, file, manifest, data):
        folder = file.with_name(unique("parts"))
        folder.mkdir()
        (folder / "manifest.json").write_text(json.dumps(manifest))
        (folder / "data.sql").write_bytes(data)
        with tarfile.open(file, "w:gz") as archive:
            for name in ("manifest.json", "data.sql"):
                archive.add(folder / name, name)
        return file


if __name__ == "__main__":
    unittest.main()
