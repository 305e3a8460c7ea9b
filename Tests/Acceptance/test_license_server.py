"""What an instance gets from activate, validate, heartbeat and deactivate, and that what is signed can be verified."""

import base64
import concurrent.futures
import json
import pathlib
import subprocess
import tempfile
import unittest
import uuid

import shared


def unpadded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class LicenseServer(unittest.TestCase):
    def setUp(self):
        self.api = shared.stack().license

    def activate(self, key, fingerprint, **more):
        body = {"license_key": key, "instance": {"fingerprint": fingerprint, "hostname": "h", "version": "1.0.0"}}
        return self.api.post("/api/v1/licenses/activate", body | more).expect(200).json

    def validate(self, key, **more):
        return self.api.post("/api/v1/licenses/validate", {"license_key": key} | more).expect(200).json

    def verified(self, token):
        """Header and claims of a JWS, after OpenSSL has checked its signature against the published keys."""
        head, payload, signature = token.split(".")
        header = json.loads(unpadded(head))
        keys = {key["kid"]: key for key in self.api.get("/.well-known/jwks.json").expect(200).json["keys"]}
        self.assertEqual(header["alg"], "EdDSA")
        # SubjectPublicKeyInfo of Ed25519 (RFC 8410) is this prefix and the 32 bytes.
        public = bytes.fromhex("302a300506032b6570032100") + unpadded(keys[header["kid"]]["x"])
        with tempfile.TemporaryDirectory() as folder:
            files = {"key": public, "text": f"{head}.{payload}".encode(), "sig": unpadded(signature)}
            for name, content in files.items():
                pathlib.Path(folder, name).write_bytes(content)
            subprocess.run(
                ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "key", "-keyform", "DER", "-rawin", "-in", "text",
                 "-sigfile", "sig"], cwd=folder, check=True, capture_output=True)
        return header, json.loads(unpadded(payload))

    def test_activation_gives_a_signed_lease(self):
        license = shared.vendor().license("pro")
        answer = self.activate(license["key"], "instance-1", nonce="n-1")
        self.assertEqual((answer["valid"], answer["code"]), (True, "VALID"))
        self.assertEqual(answer["license"]["limits"]["users"], 5)
        header, claims = self.verified(answer["lease"])
        self.assertEqual(header["typ"], "trackily-lease+jwt")
        self.assertEqual((claims["aud"], claims["plan"], claims["sub"]), ("trackily", "pro", str(license["id"])))
        self.assertAlmostEqual(claims["exp"] - claims["iat"], 7 * 86400, delta=60)
        self.assertAlmostEqual(claims["grace_until"] - claims["exp"], 14 * 86400, delta=60)
        self.assertNotIn(license["key"], json.dumps(claims))
        _, signed = self.verified(answer["signed"])
        self.assertEqual((signed["valid"], signed["code"], signed["nonce"]), (True, "VALID", "n-1"))

    def test_refusals_are_signed_too(self):
        license = shared.vendor().license("pro")
        shared.vendor().change(license, "suspend")
        answer = self.validate(license["key"], nonce="n-2")
        self.assertEqual((answer["valid"], answer["code"]), (False, "SUSPENDED"))
        _, signed = self.verified(answer["signed"])
        self.assertEqual((signed["valid"], signed["code"], signed["nonce"]), (False, "SUSPENDED", "n-2"))

    def test_the_codes_by_what_the_vendor_did(self):
        vendor = shared.vendor()
        self.assertEqual(self.validate(str(uuid.uuid4()))["code"], "NOT_FOUND")
        self.assertEqual(self.validate("no key at all")["code"], "NOT_FOUND")
        license = vendor.license("pro")
        self.assertEqual(self.validate(license["key"], fingerprint="f")["code"], "NOT_ACTIVATED")
        self.activate(license["key"], "f")
        self.assertEqual(self.validate(license["key"], fingerprint="f")["code"], "VALID")
        self.assertEqual(self.validate(license["key"], fingerprint="other")["code"], "FINGERPRINT_MISMATCH")
        vendor.change(license, "suspend")
        self.assertEqual(self.validate(license["key"], fingerprint="f")["code"], "SUSPENDED")
        vendor.change(license, "reinstate")
        self.assertEqual(self.validate(license["key"], fingerprint="f")["code"], "VALID")
        vendor.change(license, "revoke")
        self.assertEqual(self.validate(license["key"], fingerprint="f")["code"], "REVOKED")

    def test_an_expired_licence_says_so(self):
        license = shared.vendor().license("pro", expires_at="2020-01-01T00:00:00Z")
        self.assertEqual(self.validate(license["key"])["code"], "EXPIRED")

    def test_activating_again_is_the_same_instance(self):
        key = shared.vendor().license("pro")["key"]
        one, other = self.activate(key, "same"), self.activate(key, "same")
        self.assertEqual((other["code"], other["instance"]["id"]), ("VALID", one["instance"]["id"]))

    def test_concurrent_activations_fill_exactly_the_limit(self):
        key = shared.vendor().license("pro", max_instances=3)["key"]
        with concurrent.futures.ThreadPoolExecutor(12) as pool:
            codes = list(pool.map(lambda number: self.activate(key, f"instance-{number}")["code"], range(12)))
        self.assertEqual((codes.count("VALID"), codes.count("TOO_MANY_INSTANCES")), (3, 9))

    def test_deactivation_frees_the_slot(self):
        key = shared.vendor().license("pro")["key"]
        self.activate(key, "old")
        self.assertEqual(self.activate(key, "new")["code"], "TOO_MANY_INSTANCES")
        self.api.post("/api/v1/licenses/deactivate", {"license_key": key, "fingerprint": "old"}).expect(200)
        self.assertEqual(self.activate(key, "new")["code"], "VALID")

    def test_a_heartbeat_renews_the_lease_with_a_growing_sequence(self):
        key = shared.vendor().license("pro")["key"]
        _, first = self.verified(self.activate(key, "f")["lease"])
        usage = {"users": 1, "clicks_24h": 0}
        body = {"license_key": key, "fingerprint": "f", "seq": first["seq"], "usage": usage, "version": "1.0.0"}
        answer = self.api.post("/api/v1/licenses/heartbeat", body).expect(200).json
        _, second = self.verified(answer["lease"])
        self.assertGreater(second["seq"], first["seq"])

    def test_malformed_requests_are_problems_and_decisions_are_not(self):
        for body in ({}, {"license_key": 7}, {"license_key": "x" * 101}, {"license_key": None}):
            with self.subTest(body):
                self.api.post("/api/v1/licenses/validate", body).expect(422)
        for key in ("", "x" * 100, "ключ", "nul \0 byte"):
            with self.subTest(key):
                self.assertEqual(self.validate(key)["code"], "NOT_FOUND")
        self.api.post("/api/v1/licenses/activate", {"license_key": "x"}).expect(422)
        self.api.request("POST", "/api/v1/licenses/validate", body=b"{", headers={
            "Content-Type": "application/json"}).expect(400)
