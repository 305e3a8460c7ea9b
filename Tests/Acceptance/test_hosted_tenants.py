"""Hosted tenants for real: a license server that provisions, moves and deletes tenants on two trackers."""

import email
import email.policy
import hashlib
import html
import io
import json
import re
import signal
import tarfile
import threading
import unittest
import urllib.parse

from harness import Stack, Tenant, Vendor, eventually
from harness.customers import unique


class HostedTenants(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.home = Stack(environment={"OUTBOUND_ALLOW": "127.0.0.1/32,::1/128"}).start()
        cls.addClassCleanup(cls.home.stop)
        # The second tracker keeps its own secrets, and asks the first copy's license server for leases.
        cls.away = Stack(environment={"LICENSE_SERVER_URL": cls.home.env["LICENSE_URL"]}).start()
        cls.addClassCleanup(cls.away.stop)
        cls.vendor = Vendor(cls.home)
        cls.trackers = [cls.register(name, stack) for name, stack in (("first", cls.home), ("second", cls.away))]

    @classmethod
    def register(cls, name, stack):
        return cls.vendor.client.post("/api/trackers", {
            "name": name, "base_url": stack.env["TRACKER_URL"], "control_token": stack.env["CONTROL_TOKEN"],
            "capacity": 50}).expect(201).json

    def provision(self, slug=None, **more):
        slug = slug or unique("hosted")
        wanted = {
            "slug": slug, "name": f"Tenant {slug}", "customer_email": f"{slug}@example.com", "plan": "enterprise",
            "domains": [f"{slug}.example.net"], "admin_email": f"admin@{slug}.example.net"}
        return self.vendor.client.post("/api/tenants", wanted | more).expect(202).json

    def tenant(self, id):
        return self.vendor.client.get(f"/api/tenants/{id}").expect(200).json

    def settled(self, id, status, within=90):
        """The tenant once nothing is under way with it."""
        def ended():
            tenant = self.tenant(id)
            assert tenant["operation"]["state"] != "running", tenant["operation"]
            return tenant
        tenant = eventually(ended, within=within, what=f"tenant {id} being {status}")
        self.assertEqual(tenant["status"], status, tenant["operation"])
        return tenant

    def act(self, tenant, verb, status, body=None):
        self.vendor.client.post(f"/api/tenants/{tenant['id']}/{verb}", body or {}).expect(202)
        return self.settled(tenant["id"], status)

    def stack_of(self, tenant):
        return self.home if tenant["tracker"] == "first" else self.away

    def signed_in(self, tenant, password):
        stack = self.stack_of(tenant)
        return stack.tracker.but(host=tenant["domains"][0]).signed_in(tenant["admin_email"], password)

    def with_password(self, tenant):
        """The tenant's admin, signed in after following the link that the vendor gives out."""
        answer = self.vendor.client.post(f"/api/tenants/{tenant['id']}/password-link", {}).expect(200).json
        link = urllib.parse.urlsplit(answer["link"])
        self.assertEqual(link.hostname, tenant["domains"][0])
        password = unique("correct horse battery")
        public = self.stack_of(tenant).tracker.but(host=tenant["domains"][0])
        form = urllib.parse.urlencode({"token": link.fragment, "password": password})
        public.request("POST", link.path, body=form.encode(), headers={
            "Content-Type": "application/x-www-form-urlencoded"}).expect(303)
        return password, self.signed_in(tenant, password)

    def test_1_a_tenant_is_provisioned_licensed_and_signed_in_to(self):
        tenant = self.settled(self.provision()["id"], "active")
        _, admin = self.with_password(tenant)
        license = admin.get("/admin/api/license").expect(200).json
        self.assertEqual((license["plan"], license["code"]), ("enterprise", "VALID"))
        instances = self.vendor.client.items(f"/api/licenses/{tenant['license_id']}/instances")
        self.assertEqual(len([one for one in instances if one["state"] == "active"]), 1)
        stopped = self.act(tenant, "suspend", "suspended")
        self.assertIn(admin.get("/admin/api/me").status, (401, 403, 404, 503))
        self.act(stopped, "resume", "active")
        admin.get("/admin/api/me").expect(200)

    def test_2_the_first_admin_comes_in_by_the_mail(self):
        tenant = self.settled(self.provision()["id"], "active")
        def link():
            for text in self.home.mails():
                mail = email.message_from_string(text, policy=email.policy.default)
                if tenant["admin_email"] in str(mail["to"]):
                    body = mail.get_body(("plain",)).get_content()
                    return re.search(r"/portal/hosted/[A-Za-z0-9_-]+", body)[0]
            return None
        path = eventually(link, what="the mail to the first admin")
        public = self.home.license
        self.assertIn(tenant["admin_email"], public.get(path).expect(200).text)
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        page = public.request("POST", path, body=b"", headers=form).expect(200).text
        place = urllib.parse.urlsplit(html.unescape(re.search(r'href="(http[^"]+invitation#[^"]+)"', page)[1]))
        self.assertEqual(place.hostname, tenant["domains"][0])
        public.request("POST", path, body=b"", headers=form).expect(404)
        body = urllib.parse.urlencode({"token": place.fragment, "password": "a password of some length"}).encode()
        self.stack_of(tenant).tracker.but(host=tenant["domains"][0]).request(
            "POST", place.path, body=body, headers=form).expect(303)
        self.signed_in(tenant, "a password of some length").get("/admin/api/me").expect(200)

    def test_3_two_at_once_make_one_tenant(self):
        slug, statuses = unique("race"), []
        def ask():
            client = Vendor(self.home).client
            statuses.append(client.post("/api/tenants", {
                "slug": slug, "name": slug, "customer_email": f"{slug}@example.com", "plan": "pro",
                "domains": [f"{slug}.example.net"], "admin_email": f"a@{slug}.example.net"}).status)
        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(statuses), [202, 409, 409, 409])
        [tenant] = self.vendor.client.items("/api/tenants", q=slug)
        tenant = self.settled(tenant["id"], "active")
        held = [stack.sql(f"SELECT count(*) FROM control.tenants WHERE slug = '{slug}'")[0][0]
                for stack in (self.home, self.away)]
        self.assertEqual(sorted(held), ["0", "1"])

    def test_4_a_kill_half_way_leaves_nothing_half_made(self):
        made = [self.provision() for _ in range(3)]
        self.home.kill("license", signal.SIGKILL)
        self.home.start_service("license")
        for tenant in made:
            self.settled(tenant["id"], "active")
            counts = [stack.sql(f"SELECT count(*) FROM control.tenants WHERE slug = '{tenant['slug']}'")[0][0]
                      for stack in (self.home, self.away)]
            self.assertEqual(sorted(counts), ["0", "1"])

    def test_5_a_tracker_that_is_down_is_waited_for(self):
        self.vendor.client.patch(f"/api/trackers/{self.trackers[1]['id']}", {"status": "draining"}).expect(200)
        self.addCleanup(lambda: self.vendor.client.patch(
            f"/api/trackers/{self.trackers[1]['id']}", {"status": "active"}).expect(200))
        self.home.kill("tracker", signal.SIGKILL)
        tenant = self.provision()
        eventually(lambda: self.tenant(tenant["id"])["operation"]["attempts"] > 0, what="a failed attempt")
        self.home.start_service("tracker")
        self.vendor.client.post(f"/api/trackers/{self.trackers[0]['id']}/check").expect(200)
        self.assertEqual(self.settled(tenant["id"], "active")["tracker"], "first")

    def test_6_a_move_carries_everything_over(self):
        self.vendor.client.patch(f"/api/trackers/{self.trackers[1]['id']}", {"status": "draining"}).expect(200)
        tenant = self.settled(self.provision()["id"], "active")
        self.vendor.client.patch(f"/api/trackers/{self.trackers[1]['id']}", {"status": "active"}).expect(200)
        self.assertEqual(tenant["tracker"], "first")
        password, admin = self.with_password(tenant)
        offer = admin.post("/admin/api/offers", {
            "name": "offer", "url": "https://shop.example.org/", "payout": "10.00", "currency": "USD"}).expect(201).json
        campaign = admin.post("/admin/api/campaigns", {
            "name": "moved", "slug": "moved", "cost_model": "cpc"}).expect(201).json
        admin.post(f"/admin/api/campaigns/{campaign['id']}/flows", {
            "name": "everyone", "type": "default", "weight": 100, "filters": [], "binding": "none", "active": True,
            "landings": [], "offers": [{"id": offer["id"], "weight": 100}]}).expect(201)
        public = self.home.tracker.but(host=tenant["domains"][0])
        eventually(lambda: public.get("/c/moved").status == 302, what="the campaign being live")
        eventually(lambda: admin.items("/admin/api/clicks"), what="the click in the table")

        moved = self.act(tenant, "move", "active", {"tracker_id": self.trackers[1]["id"]})
        self.assertEqual(moved["tracker"], "second")
        there = self.signed_in(moved, password)
        self.assertEqual([one["slug"] for one in there.items("/admin/api/campaigns")], ["moved"])
        self.assertTrue(there.items("/admin/api/clicks"))
        license = there.get("/admin/api/license").expect(200).json
        self.assertEqual((license["plan"], license["code"]), ("enterprise", "VALID"))
        eventually(lambda: self.away.tracker.but(host=tenant["domains"][0]).get("/c/moved").status == 302,
                   what="the campaign being live there")
        [[status]] = self.home.sql(f"SELECT status FROM control.tenants WHERE slug = '{tenant['slug']}'")
        self.assertEqual(status, "deleted")
        for stack in (self.home, self.away):
            self.assertEqual(list(stack.run_dir.rglob("archives/*")), [])
        again = self.act(moved, "move", "active", {"tracker_id": self.trackers[0]["id"]})
        self.assertEqual(again["tracker"], "first")
        self.signed_in(again, password).get("/admin/api/me").expect(200)

    def test_7_deletion_keeps_an_archive_and_purging_drops_everything(self):
        tenant = self.settled(self.provision()["id"], "active")
        client = self.vendor.client
        client.delete(f"/api/tenants/{tenant['id']}?export=true").expect(202)
        deleted = self.settled(tenant["id"], "deleted")
        answer = client.get(f"/api/tenants/{tenant['id']}/archive").expect(200)
        self.assertEqual(hashlib.sha256(answer.body).hexdigest(), deleted["archive"]["sha256"])
        with tarfile.open(fileobj=io.BytesIO(answer.body)) as archive:
            self.assertEqual(json.load(archive.extractfile("manifest.json"))["slug"], tenant["slug"])
        stack = self.stack_of(tenant)
        self.act(tenant, "purge", "purged")
        self.assertEqual(stack.sql(f"SELECT slug FROM control.tenants WHERE slug = '{tenant['slug']}'"), [])
        instances = client.items(f"/api/licenses/{tenant['license_id']}/instances")
        self.assertEqual([one for one in instances if one["state"] == "active"], [])
        self.settled(self.provision(slug=tenant["slug"])["id"], "active")

    def test_8_what_the_control_api_refuses(self):
        control = self.home.tracker.but(token=self.home.env["CONTROL_TOKEN"])
        id = "0191e8a0-0000-7000-8000-000000000000"
        control.get("/control/v1/archives/../../etc/passwd").expect(400)
        control.get("/control/v1/archives/nothing").expect(404)
        control.get(f"/control/v1/archives/{id}/piece?offset=0").expect(404)
        control.get(f"/control/v1/archives/{id}/piece?offset=-1").expect(422)
        control.request("PUT", f"/control/v1/archives/{id}/piece?offset=5", body=b"x", headers={
            "Content-Type": "application/octet-stream"}).expect(409)
        control.request("PUT", f"/control/v1/archives/{id}/piece?offset=0", body=b"not an archive", headers={
            "Content-Type": "application/octet-stream"}).expect(204)
        self.assertEqual(control.get(f"/control/v1/archives/{id}").json, {"bytes": 14, "whole": False})
        slug = unique("import")
        body = {"archive": id, "sha256": "0" * 64}
        control.post(f"/control/v1/tenants/{slug}/import", body).expect(422)
        self.assertEqual(control.get(f"/control/v1/archives/{id}").json["bytes"], 0)
        control.request("PUT", f"/control/v1/archives/{id}/piece?offset=0", body=b"not an archive", headers={
            "Content-Type": "application/octet-stream"}).expect(204)
        body["sha256"] = hashlib.sha256(b"not an archive").hexdigest()
        control.post(f"/control/v1/tenants/{slug}/import", body).expect(422)
        control.delete(f"/control/v1/archives/{id}").expect(204)
        control.get(f"/control/v1/tenants/{slug}").expect(404)
        control.post(f"/control/v1/tenants/{slug}/password-link", {"email": "a@example.com"}).expect(404)
        self.assertEqual(control.get("/control/v1/tenants?limit=1").json["items"].__len__(), 1)
        for bad in ("limit=0", "cursor=x"):
            control.get(f"/control/v1/tenants?{bad}").expect(422)
        for path in ("/control/v1/status", f"/control/v1/archives/{id}"):
            self.home.tracker.but(token="wrong").get(path).expect(401)

    def test_9_paging_shows_every_tenant_once(self):
        made = {Tenant(self.away, license=self.vendor.license()).slug for _ in range(3)}
        control = self.away.tracker.but(token=self.away.env["CONTROL_TOKEN"])
        seen, cursor = [], None
        while True:
            place = f"&cursor={cursor}" if cursor else ""
            page = control.get(f"/control/v1/tenants?usage=true&limit=2{place}").expect(200).json
            self.assertLessEqual(len(page["items"]), 2)
            seen += [item["slug"] for item in page["items"]]
            self.assertTrue(all("usage" in item for item in page["items"] if item["status"] != "deleted"))
            if not (cursor := page["next_cursor"]):
                break
        self.assertEqual(len(seen), len(set(seen)))
        self.assertTrue(made <= set(seen))
        self.assertEqual(page["total"], len(seen))
