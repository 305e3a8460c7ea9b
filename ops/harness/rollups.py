"""The tracker's own commands about rollups, from outside."""

import json

from harness.waiting import eventually


def rebuild(stack, slug, first, last):
    """How many hours and days were counted again."""
    return command(stack, "rebuild", slug, first, last)["buckets"]


def check(stack, slug, first, last, within=120):
    """Hours and days that were compared, once none of them waits to be counted again any more.

    Raises AssertionError with what the command says as soon as there is a difference.
    """
    def finding():
        found = command(stack, "check", slug, first, last)
        assert found["differences"] == [], found
        return found if found["waiting"] == 0 else None
    return eventually(finding, within=within, every=2, what="the rollups being counted again")["checked"]


def command(stack, verb, slug, first, last):
    options = ("--tenant", slug, "--from", first, "--to", last, "--json")
    said = stack.program("tracker", "trackily", "rollups", verb, *options, timeout=3_600)
    return json.loads(said.splitlines()[-1])
