"""`license-server audit verify`: what its exit code says of an audit log that was left alone, changed, cut off."""

import json
import os
import pathlib
import subprocess
import unittest

from harness import Stack, Vendor


class AuditVerifier(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = Stack().start()
        cls.addClassCleanup(cls.stack.stop)
        vendor = Vendor(cls.stack)
        for _ in range(3):
            vendor.license()

    def verify(self, *options):
        """Exit code and verdict."""
        home = pathlib.Path(__file__).parents[2]
        done = subprocess.run(
            [str(home / "ops" / "with"), "license", "license-server", "audit", "verify", "--json", *options],
            capture_output=True, text=True, timeout=60,
            env=os.environ | {"RUN_DIR": str(self.stack.run_dir), "PORT_LICENSE": str(self.stack.license_port),
                              "PROGRAMS": str(home / ".build" / self.stack.build)})
        return done.returncode, json.loads(done.stdout or "null")

    def sql(self, query):
        return self.stack.sql(query, self.stack.env["LICENSE_DATABASE_URL"])

    def test_the_exit_code_tells_whether_it_is_intact(self):
        code, verdict = self.verify()
        self.assertEqual((code, verdict["intact"], verdict["first_fault"]), (0, True, None))
        noted = f"{verdict['head']['seq']}:{verdict['head']['hash']}"
        self.assertEqual(self.verify("--noted", noted)[0], 0)
        self.assertEqual(self.verify("--noted", "nonsense")[0], 64)

        last = verdict["head"]["seq"]
        self.sql(f"DELETE FROM license.audit_log WHERE seq = {last}")
        self.assertEqual(self.verify()[0], 0)
        code, verdict = self.verify("--noted", noted)
        self.assertEqual((code, verdict["first_fault"]), (1, {"seq": last, "kind": "missing"}))

        self.sql("UPDATE license.audit_log SET subject = 'license:99' WHERE seq = 2")
        code, verdict = self.verify()
        self.assertEqual((code, verdict["first_fault"]), (1, {"seq": 2, "kind": "content_changed"}))
