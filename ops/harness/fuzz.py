"""Calls every operation of an OpenAPI document with what Schemathesis makes up from its schemas, as two users."""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

# What would sign the run itself out, or take its own account away.
OWN_ACCOUNT = r"/(logout|me/(password|sessions|totp).*)$"


# Every check that Schemathesis has but these. `GET /licenses/bulk` is answered by `/licenses/{id}`, so `Allow` names
# GET there. Whether a request was right is said in more than a schema (a name that is taken, a plan that nobody sells).
# 503 is documented: somebody else's server that cannot be reached, for one. What colleagues see of each other by design
# is no leak, though no list shows it.
CONFIGURATION = """
[auth.wfc]
path = {users}
peers = {peers}

[checks]
allow_header_conformance.enabled = false
positive_data_acceptance.enabled = false
negative_data_rejection.enabled = false
missing_required_header.enabled = false
not_a_server_error.expected-statuses = ["2xx", "3xx", "4xx", "503"]

[[operations]]
include-path = "/postbacks/runs/{{id}}"
checks.object_level_authorization.enabled = false
"""


class Findings:
    """What one run found: `failures` are texts as Schemathesis shows them, `log` is all it said."""

    def __init__(self, status, log):
        self.status, self.log = status, log

    @property
    def is_clean(self):
        return self.status == 0

    def __str__(self):
        start = re.search(r"^=+ (FAILURES|ERRORS) =+$", self.log, re.MULTILINE)
        return self.log[start.start():] if start else self.log[-4000:]


def fuzz(document, tokens, seconds=None, examples=None, seed=None, exclude=OWN_ACCOUNT, host=None, phases=None):
    """Runs Schemathesis over the document at this URL.

    `tokens` are those of two users who must not get each other's things. `seconds` bounds the whole run, `examples` the
    cases per operation. `host` overrides the Host header.
    """
    with tempfile.TemporaryDirectory(prefix="trackily-fuzz-") as folder:
        folder = pathlib.Path(folder)
        names = [f"user-{number}" for number in range(1, len(tokens) + 1)]
        users = [
            {"name": name, "fixedHeaders": [{"name": "Authorization", "value": f"Bearer {token}"}]}
            for name, token in zip(names, tokens)
        ]
        (folder / "users.json").write_text(json.dumps({"auth": users}))
        (folder / "schemathesis.toml").write_text(CONFIGURATION.format(
            users=json.dumps(str(folder / "users.json")), peers=json.dumps(names)))
        command = [
            str(pathlib.Path(sys.executable).parent / "schemathesis"),
            "--config-file", str(folder / "schemathesis.toml"), "run", document,
            "--exclude-path-regex", exclude, "--no-color",
            "--continue-on-failure", "--suppress-health-check", "all", "--generation-database", "none",
            "--request-timeout", "30", "--warnings", "off", "--output-sanitize", "true",
        ]
        for option, value in (("--max-time", seconds), ("--max-examples", examples), ("--seed", seed),
                              ("--phases", phases)):
            if value is not None:
                command += [option, str(value)]
        if host:
            command += ["--header", f"Host: {host}"]
        done = subprocess.run(command, capture_output=True, text=True, cwd=folder, stdin=subprocess.DEVNULL)
        return Findings(done.returncode, done.stdout + done.stderr)
