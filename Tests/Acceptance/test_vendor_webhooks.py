"""Events of the license server, told over real HTTP and checked by the Standard Webhooks library."""

import threading
import unittest

import shared
from harness import Stack, Vendor, eventually
from standardwebhooks import Webhook, WebhookVerificationError
from webhook_receiver import WebhookReceiver


class VendorWebhooks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.receiver = WebhookReceiver()
        cls.addClassCleanup(cls.receiver.close)
        cls.stack = Stack(environment={"OUTBOUND_ALLOW": "127.0.0.1"}).start()
        cls.addClassCleanup(cls.stack.stop)
        cls.vendor = Vendor(cls.stack)
        cls.api = cls.vendor.client

    def endpoint(self, path, **more):
        body = {"url": self.receiver.url + path} | more
        return self.api.post("/api/webhook-endpoints", body).expect(201).json

    def arrivals(self, path, count=1, within=10):
        eventually(lambda: len(self.receiver.at(path)) >= count, within=within, what=f"{count} events at {path}")
        return self.receiver.at(path)

    def deliveries(self, endpoint):
        return self.api.items(f"/api/webhook-endpoints/{endpoint['id']}/deliveries")

    def test_an_event_verifies_by_the_library_and_by_no_other_secret(self):
        endpoint = self.endpoint("/verified", event_types=["license.created"])
        license = self.vendor.license("pro")
        arrival = self.arrivals("/verified")[0]
        told = Webhook(endpoint["secret"]).verify(arrival.body, arrival.headers)
        self.assertEqual((told["type"], told["data"]["license"]["id"]), ("license.created", license["id"]))
        self.assertEqual(told["id"], arrival.id)
        self.assertNotIn(license["key"], arrival.body.decode())
        with self.assertRaises(WebhookVerificationError):
            Webhook(endpoint["secret"]).verify(arrival.body + b" ", arrival.headers)
        path = f"/api/webhook-endpoints/{endpoint['id']}"
        other = self.api.post(f"{path}/rotate-secret", {"overlap_hours": 0}).expect(200).json
        with self.assertRaises(WebhookVerificationError):
            Webhook(other["secret"]).verify(arrival.body, arrival.headers)

    def test_while_a_secret_rotates_both_verify(self):
        endpoint = self.endpoint("/rotating", event_types=["endpoint.test"])
        path = f"/api/webhook-endpoints/{endpoint['id']}"
        rotated = self.api.post(f"{path}/rotate-secret", {"overlap_hours": 1}).expect(200).json
        self.api.post(f"{path}/test").expect(202)
        arrival = self.arrivals("/rotating")[0]
        for secret in (endpoint["secret"], rotated["secret"]):
            self.assertEqual(Webhook(secret).verify(arrival.body, arrival.headers)["type"], "endpoint.test")

    def test_a_slow_endpoint_holds_up_nobody(self):
        release = threading.Event()
        self.addCleanup(release.set)
        self.receiver.answers["/slow"] = release
        slow = self.endpoint("/slow", event_types=["license.created"])
        self.endpoint("/quick", event_types=["license.created"])
        for _ in range(8):
            self.vendor.license("pro")
        self.arrivals("/slow")
        self.arrivals("/quick", count=8, within=8)
        self.api.delete(f"/api/webhook-endpoints/{slow['id']}").expect(204)

    def test_a_redirect_is_a_failure_and_a_repeat_keeps_its_id(self):
        self.receiver.answers["/moved"] = (302, {"Location": f"{self.receiver.url}/elsewhere"})
        endpoint = self.endpoint("/moved", event_types=["endpoint.test"])
        self.api.post(f"/api/webhook-endpoints/{endpoint['id']}/test").expect(202)
        first, second = self.arrivals("/moved", count=2, within=20)[:2]  # at once, and after 5 seconds
        self.assertEqual((first.id, first.body), (second.id, second.body))
        self.assertEqual(self.receiver.at("/elsewhere"), [])
        def tried_twice():
            return [found for found in self.deliveries(endpoint) if found["attempts"] >= 2 and found["problem"]]

        delivery = eventually(tried_twice, within=10, what="the second attempt in the log")[0]
        self.assertEqual((delivery["state"], delivery["response_status"]), ("waiting", 302))

        del self.receiver.answers["/moved"]
        self.api.post(f"/api/webhook-deliveries/{delivery['id']}/resend").expect(202)
        eventually(lambda: self.deliveries(endpoint)[0]["state"] == "delivered", within=10, what="the event sent again")
        self.assertEqual({arrival.id for arrival in self.receiver.at("/moved")}, {first.id})

    def test_who_is_gone_is_disabled(self):
        self.receiver.answers["/gone"] = (410, {})
        endpoint = self.endpoint("/gone", event_types=["license.created"])
        self.vendor.license("pro")
        path = f"/api/webhook-endpoints/{endpoint['id']}"
        eventually(lambda: self.api.get(path).json["status"] == "disabled", within=10, what="the endpoint disabled")
        count = len(self.receiver.at("/gone"))
        self.vendor.license("pro")
        self.api.post(f"{path}/test").expect(409)
        self.assertEqual(len(self.receiver.at("/gone")), count)

    def test_private_addresses_are_refused(self):
        for url in ("https://10.0.0.1/", "https://[::1]/", "https://169.254.169.254/latest/meta-data/"):
            refused = self.api.post("/api/webhook-endpoints", {"url": url}).expect(422).json
            self.assertEqual(refused["errors"][0]["field"], "url")
        # A name is looked up when it is sent to: what it leads to decides.
        api = shared.vendor().client  # of a copy that allows nothing private
        wanted = {"url": "https://localhost:1/", "event_types": ["endpoint.test"]}
        endpoint = api.post("/api/webhook-endpoints", wanted).expect(201).json
        self.addCleanup(api.delete, f"/api/webhook-endpoints/{endpoint['id']}")
        path = f"/api/webhook-endpoints/{endpoint['id']}"
        api.post(f"{path}/test").expect(202)
        problem = eventually(
            lambda: api.items(f"{path}/deliveries")[0]["problem"], within=10, what="the refusal in the log")
        self.assertIn("private address", problem)
