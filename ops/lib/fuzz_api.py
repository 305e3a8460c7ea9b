"""What ops/fuzz-api runs."""

import argparse
import pathlib
import secrets
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from harness import Stack, Tenant, Vendor
from harness.fuzz import fuzz

PASSWORD = secrets.token_urlsafe(18)


def license_server(stack, **limits):
    """As the vendor's first admin and another one."""
    vendor = Vendor(stack).client
    vendor.post("/api/staff", {"email": "second@example.com", "role": "admin", "password": PASSWORD}).expect(201)
    stack.sql("UPDATE license.staff SET must_change_password = false", stack.env["LICENSE_DATABASE_URL"])
    second = stack.license.signed_in("second@example.com", PASSWORD, "/api/login")
    return fuzz(f"{stack.license.url}/api/openapi.json", [vendor.token, second.token], **limits)


def tracker(stack, **limits):
    """As the admin of a tenant of its own, and as another user of it."""
    tenant = Tenant(stack)
    email = f"second@{tenant.domain}"
    tenant.admin.post("/admin/api/users", {"email": email, "role": "admin", "password": PASSWORD}).expect(201)
    second = tenant.public.signed_in(email, PASSWORD)
    return fuzz(
        f"{stack.tracker.url}/admin/api/openapi.json", [tenant.admin.token, second.token], host=tenant.domain, **limits)


SERVERS = {"license": license_server, "tracker": tracker}


def errors(log):
    """The last of what a server itself called an error."""
    return [line for line in log.splitlines() if " error " in line][-20:]


def main():
    parser = argparse.ArgumentParser(prog="ops/fuzz-api")
    parser.add_argument("--only", choices=SERVERS)
    parser.add_argument("--examples", type=int, default=50, help="cases per operation and phase (50)")
    parser.add_argument("--seconds", type=int, help="for each server; without it until all is done")
    parser.add_argument("--seed", type=int)
    options = parser.parse_args()
    failed = False
    with Stack() as stack:
        for name, run in SERVERS.items():
            if options.only in (None, name):
                found = run(stack, examples=options.examples, seconds=options.seconds, seed=options.seed)
                print(f"--- {name} ---\n{found if not found.is_clean else found.log[-1500:]}", flush=True)
                if not found.is_clean:
                    failed = True
                    print("".join(f"{line}\n" for line in errors(stack.log(name))))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
