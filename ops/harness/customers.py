"""The vendor's staff and the vendor's customers, with what tests need them to do."""

import itertools
import secrets

from harness.waiting import eventually

numbers = itertools.count(1)


def unique(word):
    """A name that no other test uses."""
    return f"{word}-{next(numbers)}-{secrets.token_hex(3)}"


class Vendor:
    """Vendor staff, signed in at the license server."""

    def __init__(self, stack):
        self.client = stack.license.signed_in(stack.env["VENDOR_EMAIL"], stack.env["VENDOR_PASSWORD"], "/api/login")

    def license(self, plan="pro", **more):
        """A new licence as the API answers it, with its key."""
        wanted = {"plan": plan, "customer_email": f"{unique('customer')}@example.com"} | more
        return self.client.post("/api/licenses", wanted).expect(201).json

    def change(self, license, verb, **body):
        """suspend, reinstate, revoke, renew, ..."""
        return self.client.post(f"/api/licenses/{license['id']}/{verb}", body).expect(200).json


class Tenant:
    """A tenant made through the control API, with a domain and a licence of its own, and its admin signed in."""

    def __init__(self, stack, plan="enterprise", license=None):
        self.stack = stack
        self.slug = unique("tenant")
        self.domain = f"{self.slug}.example.net"
        self.email = f"admin@{self.domain}"
        self.password = secrets.token_urlsafe(18)
        self.license = license or Vendor(stack).license(plan)
        control = stack.tracker.but(token=stack.env["CONTROL_TOKEN"])
        self.answer = control.post("/control/v1/tenants", {
            "slug": self.slug,
            "name": f"Tenant {self.slug}",
            "license_key": self.license["key"],
            "domains": [self.domain],
            "admin": {"email": self.email, "password": self.password},
        }).expect(201).json
        self.public = stack.tracker.but(host=self.domain)
        self.admin = self.public.signed_in(self.email, self.password)

    def create(self, noun, **fields):
        """A new configured thing, such as create("offers", name=..., url=...)."""
        return self.admin.post(f"/admin/api/{noun}", fields).expect(201).json

    def offer(self, **fields):
        name = unique("offer")
        wanted = {"name": name, "url": f"https://shop.example.org/{name}", "payout": "10.00", "currency": "USD"}
        return self.create("offers", **(wanted | fields))

    def landing(self, **fields):
        name = unique("landing")
        wanted = {"name": name, "kind": "url", "url": f"https://page.example.org/{name}"}
        return self.create("landings", **(wanted | fields))

    def campaign(self, landings=(), offers=(), **fields):
        """A campaign with one default flow over `landings` and `offers`: things, or (thing, weight)."""
        name = unique("campaign")
        campaign = self.create("campaigns", **({"name": name, "slug": name, "cost_model": "cpc"} | fields))
        flow = {
            "name": "everyone", "type": "default", "weight": 100, "filters": [], "binding": "none", "active": True,
            "landings": [weighted(item) for item in landings], "offers": [weighted(item) for item in offers],
        }
        self.create(f"campaigns/{campaign['id']}/flows", **flow)
        return campaign

    def simple_campaign(self, **fields):
        """A campaign that redirects straight to one offer, ready to take clicks."""
        campaign = self.campaign(offers=[self.offer()], **fields)
        self.await_campaign(campaign)
        return campaign

    def await_campaign(self, campaign):
        """Waits until visitors see the campaign: a change is live within a second."""
        eventually(lambda: self.explain(campaign).status != 404, within=10, what="the new campaign being live")

    def explain(self, campaign):
        """Explains what would happen; records nothing."""
        return self.public.get(f"/c/{campaign['slug']}", query={"test": "1"})

    def click(self, campaign, address=None, headers=None, **query):
        """One visitor's hit; its click id is `answer.cookie("_tly_click")`."""
        client = self.public.but(address=address) if address else self.public
        return client.get(f"/c/{campaign['slug']}", query=query, headers=headers)

    def clicks(self, campaign, count, **query):
        """Ids of `count` clicks, each by a visitor of its own."""
        ids = []
        for number in range(count):
            address = f"198.18.{number // 250}.{number % 250 + 1}"
            ids.append(self.click(campaign, address=address, **query).expect(200, 302).cookie("_tly_click"))
        return ids

    def postback(self, **query):
        return self.public.get("/postback", query=query)

    def conversions(self, click_id):
        return self.admin.items("/admin/api/conversions", click_id=click_id)

    def stats(self, campaign=None, **query):
        """Figures of the campaign over every day that a test can touch."""
        query = {"from": "2020-01-01", "to": "2099-12-31", "tz": "UTC"} | query
        if campaign:
            query["campaign_id"] = campaign["id"]
        return self.admin.get("/admin/api/stats", query=query).expect(200).json


def weighted(item):
    thing, weight = item if isinstance(item, tuple) else (item, 100)
    return {"id": thing["id"], "weight": weight}
