"""A small one of ops/soak/rollups.py: late clicks, conversions, verdicts, costs and kill -9, then no difference between
rollups and raw clicks."""

import unittest

from harness import Stack
from harness.torture import Torture


class RollupTorture(unittest.TestCase):
    def test_rollups_are_the_raw_clicks_whatever_happened(self):
        with Stack() as stack:
            torture = Torture(stack, seed=6)
            torture.run(30, checks=1)
            self.assertGreater(len(torture.clicks), 100)
            self.assertGreater(torture.checked, 20)
            for work in ("convert", "decide", "change_costs", "kill", "visit_the_past"):
                self.assertGreater(torture.done.get(work, 0), 0, work)
