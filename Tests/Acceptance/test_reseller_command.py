"""`license-server reseller`: what its commands make is what the API shows, and whom they invite gets in."""

import json
import unittest

import shared
from harness.customers import unique

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class ResellerCommand(unittest.TestCase):
    def setUp(self):
        self.stack, self.client = shared.stack(), shared.vendor().client
        self.email = f"{unique('reseller')}@example.com"

    def command(self, *arguments):
        return self.stack.program("license", "license-server", "reseller", *arguments)

    def create(self, *more):
        return self.command("create", "--name", "Tracker Shop", "--email", self.email, *more)

    def test_a_new_one_is_what_the_api_shows(self):
        made = json.loads(self.create("--json"))
        self.assertTrue(made.pop("invitation_url").startswith(f"{self.stack.env['LICENSE_URL']}/reseller/invitation/"))
        self.assertEqual(made, self.client.get(f"/api/resellers/{made['id']}").expect(200).json)
        self.assertEqual((made["name"], made["email"], made["status"]), ("Tracker Shop", self.email, "active"))
        agreed = made["agreement"]
        self.assertEqual(agreed["plans"], ["starter", "pro", "enterprise"])
        self.assertEqual((agreed["max_licenses"], agreed["max_instances"], agreed["max_tenants"]), (100, 100, 0))
        self.assertEqual((agreed["currency"], agreed["grace_days"], agreed["white_label"]), ("USD", 30, False))
        log = self.client.items("/api/audit-log", action="reseller.create")
        self.assertEqual([one["actor"] for one in log if one["subject"] == f"reseller:{made['id']}"], ["command line"])

    def test_every_option_reaches_the_agreement(self):
        domain = f"{unique('shop')}.example.com"
        made = json.loads(self.create(
            "--json", "--currency", "EUR", "--percent-off", "27.5", "--plans", "pro, enterprise", "--max-licenses", "7",
            "--max-instances", "9", "--max-tenants", "3", "--grace-days", "14", "--portal-domain", domain,
            "--white-label", "--may-hide-powered-by"))
        agreed = made["agreement"]
        self.assertEqual(made["portal_domain"], domain)
        self.assertEqual((agreed["currency"], agreed["wholesale"]["percent_off"]), ("EUR", "27.50"))
        self.assertEqual(agreed["plans"], ["pro", "enterprise"])
        self.assertEqual((agreed["max_licenses"], agreed["max_instances"], agreed["max_tenants"]), (7, 9, 3))
        self.assertEqual((agreed["grace_days"], agreed["white_label"], agreed["may_hide_powered_by"]), (14, True, True))

    def test_the_invitation_is_printed_and_lets_the_owner_in(self):
        line, link = self.create().splitlines()
        number, status, plans, email, name = line.split("\t")
        self.assertEqual((status, plans, email), ("active", "starter,pro,enterprise", self.email))
        self.assertEqual((number.isdigit(), name), (True, "Tracker Shop"))
        path = link.removeprefix(self.stack.env["LICENSE_URL"])
        visitor = self.stack.license
        visitor.get(path).expect(200)
        taken = visitor.request("POST", path, body="password=a+fine+long+password+7", headers=FORM).expect(303)
        self.assertEqual(taken.location, "/reseller")
        login = f"email={self.email}&password=a+fine+long+password+7"
        visitor.request("POST", "/reseller/login", body=login, headers=FORM).expect(303)

    def test_the_list_has_the_newest_first(self):
        made = json.loads(self.create("--json"))
        listed = json.loads(self.command("list", "--json"))
        ids = [one["id"] for one in listed["items"]]
        self.assertIn(made["id"], ids)
        self.assertEqual(ids, sorted(ids, reverse=True))
        self.assertNotIn("invitation_url", json.dumps(listed))
        self.assertEqual(len(self.command("list", "--limit", "1").splitlines()), 1)
        self.assertTrue(any(line.split("\t")[3] == self.email for line in self.command("list").splitlines()))

    def test_what_is_wrong_is_named_with_the_documented_exit_code(self):
        self.create()
        for code, word, arguments in [
            (1, "e-mail address already", ("create", "--name", "Twin", "--email", self.email)),
            (1, "percent_off", ("create", "--name", "A", "--email", "a@example.com", "--percent-off", "130")),
            (1, "no plan that is sold", ("create", "--name", "A", "--email", "a@example.com", "--plans", "gold")),
            (64, "--grace-days", ("create", "--name", "A", "--email", "a@example.com", "--grace-days", "0")),
            (64, "--max-tenants", ("create", "--name", "A", "--email", "a@example.com", "--max-tenants", "1000001")),
            (64, "--email", ("create", "--name", "A", "--email", "nobody")),
            (64, "--name", ("create", "--email", "a@example.com")),
            (64, "--limit", ("list", "--limit", "0")),
        ]:
            with self.subTest(arguments), self.assertRaises(AssertionError) as failed:
                self.command(*arguments)
            self.assertIn(f"failed with {code}:", str(failed.exception))
            self.assertIn(word, str(failed.exception))


if __name__ == "__main__":
    unittest.main()
