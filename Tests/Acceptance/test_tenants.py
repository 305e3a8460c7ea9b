"""Two tenants of one tracker: whatever A holds (token, ids, its database login), nothing of B is read or changed."""

import re
import unittest
import urllib.parse

import shared
from harness import Tenant
from harness.customers import unique
from routes import paths_of

# Routes that end the session they are called with, or change what the test itself needs.
NOT_WALKED = {"/logout", "/login", "/me/password", "/me/sessions", "/license/activate", "/license/refresh"}


class TwoTenants(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        stack = shared.stack()
        cls.a, cls.b = Tenant(stack), Tenant(stack)
        cls.campaign = cls.b.simple_campaign()
        cls.click = cls.b.click(cls.campaign).cookie("_tly_click")
        cls.b.postback(click_id=cls.click, payout="12.34").expect(200)
        cls.marks = [cls.b.slug, cls.campaign["slug"], cls.click]

    def state_of_b(self):
        """Everything B configured, as B sees it."""
        nouns = ("campaigns", "offers", "landings", "sources", "networks", "domains", "users", "roles", "conversions")
        return {noun: self.b.admin.items(f"/admin/api/{noun}") for noun in nouns}

    def filled(self, path):
        """The path with ids of B's things."""
        return re.sub(r"\{[^}]+\}", self.click if path.startswith("/clicks") else str(self.campaign["id"]), path)

    def test_a_token_of_a_is_refused_at_every_route_of_b(self):
        before = self.state_of_b()
        intruder = self.a.admin.but(host=self.b.domain)
        walked = 0
        for method, path in paths_of(self.b.public):
            if path in ("/login", "/openapi.json"):
                continue
            with self.subTest(f"{method} {path}"):
                answer = intruder.request(method, f"/admin/api{self.filled(path)}", json_body={})
                self.assertEqual(answer.status, 401, answer)
                walked += 1
        self.assertGreater(walked, 40)
        self.assertEqual(self.state_of_b(), before)

    def test_ids_of_b_are_nothing_at_a(self):
        before = self.state_of_b()
        for method, path in paths_of(self.a.public):
            if path in NOT_WALKED or path.startswith("/me"):
                continue
            with self.subTest(f"{method} {path}"):
                answer = self.a.admin.request(method, f"/admin/api{self.filled(path)}", json_body={})
                for mark in self.marks:
                    # The id that was asked for may be named in a 404; nothing else of B's is.
                    if mark != self.click or answer.status < 400:
                        self.assertNotIn(mark, answer.text)
        self.assertEqual(self.state_of_b(), before)

    def test_public_routes_of_a_do_not_know_what_b_has(self):
        self.assertEqual(self.a.public.get(f"/c/{self.campaign['slug']}").status, 404)
        self.assertIn(self.a.postback(click_id=self.click, payout="1").status, (202, 404))
        self.assertEqual(len(self.b.conversions(self.click)), 1)

    def test_injected_text_stays_text(self):
        for text in ("'; DROP SCHEMA public CASCADE; --", "x' OR '1'='1", "$1", "\\'; SELECT 1; --", "%' UNION SELECT"):
            with self.subTest(text):
                for path in ("/campaigns", "/clicks", "/conversions", "/stats/grouped"):
                    answer = self.a.admin.get(f"/admin/api{path}", query={"q": text, "sort": text, "group_by": text})
                    self.assertLess(answer.status, 500, answer)
                    self.assertNotRegex(answer.text, r"syntax error|SQLSTATE|pg_|libpq")
                name = self.a.create("networks", name=text)["name"]
                self.assertEqual(name, text)


class DatabaseLogins(unittest.TestCase):
    """SQL as a tenant's own login. Its password is known to the tracker alone, so the cluster's superuser takes the
    login's place with SET SESSION AUTHORIZATION: the same rights, the same refusals."""

    @classmethod
    def setUpClass(cls):
        cls.stack = shared.stack()
        cls.a, cls.b = Tenant(cls.stack), Tenant(cls.stack)
        cls.schema_a, cls.schema_b = (cls.schema_of(tenant) for tenant in (cls.a, cls.b))

    @classmethod
    def schema_of(cls, tenant):
        campaign = tenant.simple_campaign()
        for schema in cls.stack.schemas():
            if cls.stack.sql(f"SELECT 1 FROM {schema}.campaigns WHERE slug = '{campaign['slug']}'"):
                return schema
        raise AssertionError("no schema has the campaign")

    def probe(self, role, query):
        """SQLSTATE that `query` gives to the role, None when it works."""
        socket = self.stack.call("postgres", "socket", self.stack.run_dir / "postgres").strip()
        superuser = f"postgresql://postgres@/trackily?host={urllib.parse.quote(socket, safe='/')}"
        done = self.stack.psql(f"SET SESSION AUTHORIZATION {role};\n{query};", superuser)
        if done.returncode == 0:
            return None
        return re.search(r"(?:ERROR|FATAL):\s+([0-9A-Z]{5})", done.stderr)[1]

    def test_schemas_are_opaque_and_have_a_login_role_of_the_same_name(self):
        for schema, tenant in ((self.schema_a, self.a), (self.schema_b, self.b)):
            self.assertRegex(schema, r"^t_[a-z2-7]{16}$")
            self.assertNotIn(tenant.slug, schema)
            role = self.stack.sql(
                f"SELECT rolcanlogin, rolsuper, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = '{schema}'")
            self.assertEqual(role, [["t", "f", "f", "f"]])

    def test_a_tenants_login_reads_its_own_schema_only(self):
        own, other = self.schema_a, self.schema_b
        self.assertIsNone(self.probe(own, f"SELECT * FROM {own}.campaigns"))
        for query in (
            f"SELECT * FROM {other}.campaigns",
            f"SELECT * FROM {other}.clicks",
            f"INSERT INTO {other}.networks (name) VALUES ('x')",
            f"UPDATE {other}.campaigns SET name = 'x'",
            f"DELETE FROM {other}.users",
            f"SET ROLE {other}",
            "SET ROLE trackily",
            "SELECT * FROM control.tenants",
            "CREATE SCHEMA mine",
            "CREATE TEMP TABLE mine (x int)",
            "CREATE TABLE public.mine (x int)",
            f"CREATE TABLE {own}.mine (x int)",
            f"DROP TABLE {own}.campaigns",
            f"UPDATE {own}.audit_log SET actor = actor",
            f"DELETE FROM {own}.audit_log",
            "SELECT * FROM pg_authid",
            "COPY (SELECT 1) TO PROGRAM 'true'",
            "SELECT pg_read_file('postgresql.conf')",
        ):
            with self.subTest(query):
                self.assertEqual(self.probe(own, query), "42501")

    def test_no_login_of_the_tracker_opens_the_license_database(self):
        roles = [row[0] for row in self.stack.sql("SELECT rolname FROM pg_roles WHERE rolcanlogin AND NOT rolsuper")]
        for role in roles:
            allowed = self.stack.sql(f"SELECT has_database_privilege('{role}', 'trackily_license', 'CONNECT')")
            self.assertEqual(allowed, [["t" if role == "trackily_license" else "f"]], role)


class ControlAPI(unittest.TestCase):
    def setUp(self):
        self.stack = shared.stack()
        self.control = self.stack.tracker.but(token=self.stack.env["CONTROL_TOKEN"])

    def test_it_needs_the_token(self):
        for token in (None, "wrong", shared.tenant().admin.token):
            self.stack.tracker.but(token=token).get("/control/v1/tenants").expect(401)

    def test_creating_a_tenant_twice_is_one_tenant(self):
        tenant = Tenant(self.stack)
        again = self.control.post("/control/v1/tenants", {
            "slug": tenant.slug, "name": "again", "license_key": tenant.license["key"], "domains": [tenant.domain],
            "admin": {"email": tenant.email, "password": tenant.password}})
        self.assertIn(again.status, (200, 201))
        listed = [item["slug"] for item in self.control.items("/control/v1/tenants")]
        self.assertEqual(listed.count(tenant.slug), 1)

    def test_suspended_then_resumed_then_deleted(self):
        tenant = Tenant(self.stack)
        self.control.post(f"/control/v1/tenants/{tenant.slug}/suspend").expect(200, 204)
        self.assertGreaterEqual(tenant.admin.get("/admin/api/campaigns").status, 400)
        self.control.post(f"/control/v1/tenants/{tenant.slug}/resume").expect(200, 204)
        tenant.public.signed_in(tenant.email, tenant.password).get("/admin/api/campaigns").expect(200)
        self.control.delete(f"/control/v1/tenants/{tenant.slug}?purge=true").expect(200, 202, 204)
        self.assertEqual(tenant.public.get("/admin/api/me").status, 404)

    def test_a_purged_tenant_gives_its_licence_back(self):
        tenant = Tenant(self.stack)
        self.control.delete(f"/control/v1/tenants/{tenant.slug}?purge=true").expect(204)
        successor = Tenant(self.stack, license=tenant.license)
        self.assertEqual(successor.admin.get("/admin/api/license").expect(200).json["code"], "VALID")

    def test_a_refused_licence_key_leaves_no_tenant_behind(self):
        slug = unique("refused")
        wanted = {"slug": slug, "name": slug, "domains": [f"{slug}.example.net"], "admin": {"email": "a@example.net"}}
        path = "/control/v1/tenants"
        refused = self.control.post(path, wanted | {"license_key": "no such key"}).expect(422)
        self.assertEqual(refused.code, "license_refused")
        self.control.get(f"{path}/{slug}").expect(404)
        self.stack.tracker.but(host=f"{slug}.example.net").get("/admin/api/me").expect(404)
        key = shared.vendor().license("pro")["key"]
        self.control.post(path, wanted | {"license_key": key}).expect(201)
