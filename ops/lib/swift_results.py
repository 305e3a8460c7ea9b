#!/usr/bin/python3
"""What `swift test --xunit-output` wrote. As a program, the --filter for a second try of few failures, or nothing:
ops/lib/swift_results.py FOLDER
"""

import pathlib
import re
import sys
import xml.etree.ElementTree as xml

# More failures than this are a defect, not a slow machine.
MOST_TRIED_TWICE = 5


def results(folder, stem):
    """{name of a test: None (passed), False (skipped) or the failure's text}, or None where no file was left.
    Swift Testing writes its own file beside XCTest's, whose name is the asked one plus `-swift-testing`."""
    files = list(folder.glob(f"{stem}*.xml"))
    if not files:
        return None
    found = {}
    for file in files:
        try:
            cases = list(xml.parse(file).iter("testcase"))
        except xml.ParseError as error:
            return {file.name: f"is no XML ({error})"}
        for case in cases:
            failures = [*case.iter("failure"), *case.iter("error")]
            text = " ".join(failure.get("message") or "failed" for failure in failures)
            found[f"{case.get('classname')}/{case.get('name')}"] = text or (
                False if case.find("skipped") is not None else None)
    return found


def second_try(folder):
    """A suite in a suite has a point in the file and a slash on the command line. A run that crashed left no file."""
    if not all((folder / f"{run}-swift-testing.xml").is_file() for run in ("swift", "swift-pure")):
        return ""
    failed = [name for name, text in (results(folder, "swift") or {}).items() if text]
    if not 0 < len(failed) <= MOST_TRIED_TWICE:
        return ""
    functions = (re.split(r"[./]", name.partition("(")[0]) for name in failed)
    return "|".join(f"^{'[./]'.join(map(re.escape, parts))}\\(" for parts in functions)


if __name__ == "__main__":
    print(second_try(pathlib.Path(sys.argv[1])))
