"""The second try of few failed tests in CI: what passes then counts as passed and is named; what fails twice failed."""

import json
import pathlib
import re
import subprocess
import tempfile
import unittest

OPS = pathlib.Path(__file__).resolve().parent.parent
FLAKY = """
import pathlib, unittest
class Some(unittest.TestCase):
    def test_good(self): pass
    def test_bad(self): self.fail("always")
    def test_flaky(self):
        mark = pathlib.Path(__file__).with_name("mark")
        if not mark.exists():
            mark.touch()
            self.fail("once")
"""
CASES = """<testsuites><testsuite>
<testcase classname="M.A" name="good()" />
<testcase classname="M.A.B" name="flaky(of:)"><failure message="once" /></testcase>
{more}</testsuite></testsuites>"""
BAD = '<testcase classname="M.A" name="bad()"><failure message="always" /></testcase>'


class SecondTry(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))

    def python_tests(self, **environment):
        tests = self.folder / "tests"
        tests.mkdir(exist_ok=True)
        (tests / "mark").unlink(missing_ok=True)
        (tests / "test_some.py").write_text(FLAKY)
        run = subprocess.run(
            [OPS / "python-tests", tests, self.folder / "browser.json"], capture_output=True, text=True, check=False,
            env={"PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"} | environment)
        return run, json.loads((self.folder / "browser.json").read_text())

    def test_python_tests_that_fail_once(self):
        run, result = self.python_tests(SECOND_TRY="1")
        self.assertEqual(run.returncode, 1)
        self.assertEqual((result["passed"], result["failed"]), (2, 1))
        self.assertIn("test_bad", result["failures"][0])
        self.assertEqual(result["second"], ["test_some.Some.test_flaky AssertionError: once"])

    def test_without_the_setting_there_is_no_second_try(self):
        _, result = self.python_tests()
        self.assertEqual((result["passed"], result["failed"], result["second"]), (1, 2, []))

    def test_swift_tests_that_fail_once(self):
        for run in ("swift", "swift-pure"):
            (self.folder / f"{run}-swift-testing.xml").write_text(CASES.format(more=BAD))
        chosen = subprocess.check_output([OPS / "lib/swift_results.py", self.folder], text=True).strip()
        self.assertTrue(re.search(chosen, "M.A/B/flaky(of:)"))
        self.assertTrue(re.search(chosen, "M.A/bad()"))
        self.assertFalse(re.search(chosen, "M.A/good()"))
        (self.folder / "second-swift-testing.xml").write_text(CASES.format(more=BAD).replace(
            '<failure message="once" />', ""))
        count = subprocess.run([OPS / "test-count", self.folder, "swift"], capture_output=True, text=True, check=False)
        self.assertEqual(count.returncode, 1)
        self.assertIn("PASSED ONLY AT THE SECOND TRY swift: M.A.B/flaky(of:) once", count.stdout)
        self.assertIn("FAILED swift: M.A/bad() always", count.stdout)
        self.assertTrue(count.stdout.endswith("\n2 passed, 1 failed\n"), count.stdout)

    def test_a_run_that_crashed_has_no_second_try(self):
        (self.folder / "swift-pure-swift-testing.xml").write_text(CASES.format(more=""))
        self.assertEqual(subprocess.check_output([OPS / "lib/swift_results.py", self.folder], text=True).strip(), "")


if __name__ == "__main__":
    unittest.main()
