"""Leases and the key set as another implementation (PyJWT) reads them, lease files for a tracker without network, and
what that implementation forges: nothing of it is taken."""

import base64
import hashlib
import hmac
import json
import pathlib
import time
import unittest

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from harness import Stack, Vendor, eventually

TYPE = "trackily-lease+jwt"
DAY = 86_400


def encoded(value):
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Leases(unittest.TestCase):
    """A copy of its own: the default tenant's licence is what these tests change."""

    @classmethod
    def setUpClass(cls):
        cls.stack = Stack().start()
        cls.addClassCleanup(cls.stack.stop)
        cls.vendor = Vendor(cls.stack)
        cls.license = cls.vendor.license("pro")
        cls.folder = cls.stack.folder
        cls.jwks = cls.stack.license.get("/.well-known/jwks.json").expect(200).json
        cls.write("jwks.json", cls.jwks)

    @classmethod
    def write(cls, name, content):
        path = pathlib.Path(cls.folder, name)
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    # --- the server's side ---

    def request_file(self):
        path = pathlib.Path(self.folder, "request.json")
        self.stack.program(
            "tracker", "trackily", "license", "activate", "--offline", self.license["key"], "--output", str(path))
        return json.loads(path.read_text())

    def lease_file(self, days=90):
        answer = self.vendor.client.post(
            f"/api/licenses/{self.license['id']}/offline-lease", {"request": self.request_file(), "days": days})
        return answer.expect(201).json["lease_file"]

    def read(self, token, **more):
        """The claims, as PyJWT reads them with nothing but the published keys."""
        key = jwt.PyJWKSet.from_dict(self.jwks)[jwt.get_unverified_header(token)["kid"]]
        return jwt.decode(token, key, algorithms=["EdDSA"], audience="trackily", issuer="trackily-license", **more)

    def signing_key(self):
        """The vendor's own private key: to sign, rightly, what is wrong."""
        [path] = pathlib.Path(self.stack.run_dir, "signing-keys").glob("*.json")
        document = json.loads(path.read_text())
        return jwt.PyJWK({name: document[name] for name in ("kty", "crv", "x", "d", "kid")} | {"alg": "EdDSA"})

    # --- the tracker's side ---

    def import_file(self, file, keys=True):
        """What the tracker says to a lease file: the licence, or the error's text."""
        path = self.write("lease.json", file)
        more = ["--keys", str(pathlib.Path(self.folder, "jwks.json"))] if keys else []
        try:
            return json.loads(self.stack.program(
                "tracker", "trackily", "license", "import", str(path), "--json", *more))
        except AssertionError as error:
            return str(error)

    def assert_refused(self, file, why):
        said = self.import_file(file)
        self.assertIsInstance(said, str, f"{why}: taken")
        self.assertIn("lease file was refused", said, why)

    def plan(self):
        return self.stack.admin.get("/admin/api/license").expect(200).json["plan"]

    # --- tests, in this order ---

    def test_1_another_implementation_reads_our_leases(self):
        answer = self.stack.license.post("/api/v1/licenses/activate", {
            "license_key": self.vendor.license("pro")["key"],
            "instance": {"fingerprint": "pyjwt", "hostname": "h", "version": "1.0.0"}, "nonce": "n-1"}).expect(200).json
        self.assertEqual(jwt.get_unverified_header(answer["lease"])["typ"], TYPE)
        claims = self.read(answer["lease"])
        self.assertEqual((claims["plan"], claims["limits"]["users"], claims["status"]), ("pro", 5, "active"))
        self.assertEqual(claims["fpr"], hashlib.sha256(b"pyjwt").hexdigest())
        self.assertEqual(claims["exp"] - claims["iat"], 7 * DAY)
        self.assertEqual(self.read(answer["signed"])["nonce"], "n-1")
        head, payload, signature = answer["lease"].split(".")
        with self.assertRaises(jwt.InvalidSignatureError):
            self.read(f"{head}.{encoded(claims | {'plan': 'enterprise'})}.{signature}")

    def test_2_a_tracker_takes_nothing_that_was_forged(self):
        file = self.lease_file()
        token = file["lease"]
        header, claims = jwt.get_unverified_header(token), self.read(token)
        head, _, signature = token.split(".")
        right = self.signing_key()
        public = base64.urlsafe_b64decode(self.jwks["keys"][0]["x"] + "=")
        rich = claims | {"plan": "enterprise", "limits": {"users": None}}

        def signed(changes, key=right.key, **more):
            return jwt.encode(claims | changes, key, algorithm="EdDSA", headers=header | more)

        other_key = jwt.algorithms.OKPAlgorithm.from_jwk(json.dumps(self.made_up_key()))
        now = int(time.time())
        hs_head = encoded({"alg": "HS256", "kid": header["kid"], "typ": TYPE})
        hs_input = f"{hs_head}.{encoded(rich)}"
        forgeries = {
            "alg none": f"{encoded({'alg': 'none', 'typ': TYPE})}.{encoded(rich)}.",
            "alg none with the kid": f"{encoded(header | {'alg': 'none'})}.{encoded(rich)}.{signature}",
            "HS256 under the public key": f"{hs_input}.{encoded(hmac.digest(public, hs_input.encode(), 'sha256'))}",
            "HS256 under the published text": f"{hs_input}." + encoded(
                hmac.digest(self.jwks["keys"][0]["x"].encode(), hs_input.encode(), "sha256")),
            "edited": f"{head}.{encoded(rich)}.{signature}",
            "another key under our kid": signed({"plan": "enterprise"}, other_key),
            "an unknown kid": signed({}, other_key, kid="unknown"),
            "our key under an unknown kid": signed({}, kid="unknown"),
            "a key that the header brings": signed({}, other_key, kid="unknown", jwk=self.made_up_key(private=False)),
            "an address of keys": signed({}, other_key, kid="unknown", jku="https://evil.example/jwks.json"),
            "expired": signed({"iat": now - 60 * DAY, "nbf": now - 60 * DAY, "exp": now - DAY, "seq": 900}),
            "future": signed({"iat": now + DAY, "nbf": now + DAY, "exp": now + 90 * DAY, "seq": 900}),
            "another audience": signed({"aud": "somebody"}),
            "another issuer": signed({"iss": "somebody"}),
            "another instance": signed({"fpr": "0" * 64}),
            "another type": signed({}, typ="trackily-decision+jwt"),
            "cut off": token[:-4],
            "no token": "lease",
        }
        for why, forged in forgeries.items():
            with self.subTest(why):
                self.assert_refused(file | {"lease": forged}, why)
        self.assertEqual(self.plan(), "starter")

    @staticmethod
    def made_up_key(private=True):
        seed = b"\x07" * 32
        key = Ed25519PrivateKey.from_private_bytes(seed)
        document = {"kty": "OKP", "crv": "Ed25519", "x": encoded(key.public_key().public_bytes_raw())}
        return document | ({"d": encoded(seed)} if private else {})

    def test_3_without_network_a_lease_file_gives_the_plan_and_is_taken_once(self):
        file = self.lease_file(days=365)
        older = self.lease_file(days=30)
        newer = self.lease_file(days=365)
        self.stack.stop_service("license")
        try:
            self.assertIn("does not know the licence server's keys", self.import_file(file, keys=False))
            told = self.import_file(file)
            self.assertEqual((told["plan"], told["status"], told["warnings"]), ("pro", "active", []), told)
            eventually(lambda: self.plan() == "pro", what="the plan of the lease file")
            self.assert_refused(file, "played again")
            self.assertEqual(self.import_file(newer, keys=False)["plan"], "pro")
            self.assert_refused(older, "older than the newest")
            self.stack.stop_service("tracker")
            self.stack.start_service("tracker")
            self.assertEqual(self.plan(), "pro")
        finally:
            self.stack.start_service("license")

    def test_4_given_back_its_files_are_not_taken_again(self):
        file = self.lease_file()
        self.assertEqual(self.import_file(file)["plan"], "pro")
        self.stack.program("tracker", "trackily", "license", "deactivate")
        self.assert_refused(file, "given back")
        eventually(lambda: self.plan() == "starter", what="Starter")
