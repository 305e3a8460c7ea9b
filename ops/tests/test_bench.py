"""What the bench and the soak work out from what they measured: percentiles, trends, the accounts of a soak, load."""

import collections
import pathlib
import random
import sys
import unittest

OPS = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(OPS / "bench"), str(OPS / "soak")]

import accounts
import agents
import by_hand
import growth
import hits
import open_loop
import table
import tenants
import traffic
from meters import percentile, slope


class Figures(unittest.TestCase):
    def test_a_percentile_is_the_nearest_rank(self):
        values = list(range(1, 1001))
        self.assertEqual([percentile(values, share) for share in (0.5, 0.99, 0.999, 1)], [500, 990, 999, 1000])
        self.assertEqual(percentile([7], 0.5), 7)

    def test_a_slope_is_growth_per_second(self):
        self.assertAlmostEqual(slope([(10, 100), (20, 120), (30, 140)]), 2)
        self.assertEqual(slope([(10, 5), (20, 5)]), 0)
        self.assertEqual(slope([(10, 5)]), 0)

    def test_a_ratio_says_whether_its_mark_is_met(self):
        found = table.Table()
        found.ratio("of nginx", 45, 100, 0.45)
        found.ratio("of uvicorn", 7.9, 1, 8)
        self.assertIn("mark 0.45: met", str(found))
        self.assertIn("mark 8.00: MISSED", str(found))

    def test_the_open_loop_counts_only_what_all_processes_sent(self):
        second = 1_000_000
        early = open_loop.read("\n".join(f"{number * second}\t302\t{number}" for number in range(10)))
        late = open_loop.read("\n".join(f"{number * second}\t302\t100" for number in range(2, 12)))
        times, rate = open_loop.while_all_ran([early, late])
        # From a second after the later one's first to the earlier one's last.
        self.assertEqual(times, [3, 4, 5, 6, 7, 8, 100, 100, 100, 100, 100, 100])
        self.assertEqual(rate, 2)


class Load(unittest.TestCase):
    def test_a_crowd_is_of_many_people_and_the_same_each_time(self):
        crowd = agents.crowd(1_000)
        self.assertEqual(crowd, agents.crowd(1_000))
        self.assertGreater(len({browser["User-Agent"] for browser in crowd}), 400)
        self.assertTrue(all(browser["User-Agent"].startswith("Mozilla/5.0 (") for browser in crowd))

    def test_people_go_round_paths_and_hosts(self):
        requests = hits.people(["/c/a", "/c/b"], ["one.example", "two.example"], 4)
        self.assertEqual([text.split("?")[0] for text in requests], ["GET /c/a", "GET /c/b", "GET /c/a", "GET /c/b"])
        self.assertIn("\r\nHost: two.example\r\nX-Forwarded-For: @ADDRESS@\r\n", requests[3])
        self.assertTrue(all(text.endswith("\r\n\r\n") for text in requests))

    def test_tenants_are_multiplied_with_a_host_each(self):
        place = {"host": "x", "servesDashboard": True}
        one = {"id": 7, "slug": "one", "isDefault": False, "hosts": [place], "flows": [1]}
        other = {"id": 1, "slug": "other", "isDefault": True, "hosts": []}
        found = tenants.multiplied({"format": 1, "tenants": [other, one]}, "one", ["a", "b"])["tenants"]
        self.assertEqual([tenant["hosts"] for tenant in found], [[place | {"host": host}] for host in ("a", "b")])
        self.assertEqual(len({tenant["id"] for tenant in found} | {tenant["slug"] for tenant in found}), 4)
        self.assertEqual(found[1]["flows"], [1])


class Past(unittest.TestCase):
    """The thirty days of part reports."""

    def test_some_things_are_frequent_and_none_is_never_there(self):
        draw = traffic.zipf(50, random.Random(1))
        counts = collections.Counter(draw() for _ in range(20_000))
        self.assertEqual(set(counts), set(range(50)))
        self.assertGreater(counts[0], 3 * counts[49])

    def test_places_are_in_as_many_countries_and_regions_as_said(self):
        places = [traffic.place(number) for number in range(traffic.CITIES)]
        self.assertEqual(len({place["country"]["iso_code"] for place in places}), 50)
        self.assertEqual(len({place["city"]["names"]["en"] for place in places}), 2_000)

    def test_visitors_name_campaigns_and_sub_ids_of_a_source(self):
        requests = traffic.visitors([f"c{number}" for number in range(traffic.CAMPAIGNS)], "host.example")
        self.assertEqual(len(requests), traffic.TEMPLATES)
        self.assertGreater(len({text.split("sub1=")[1].split("&")[0] for text in requests}), 4_000)
        self.assertEqual(len({text.split("?")[0] for text in requests}), traffic.CAMPAIGNS)
        self.assertTrue(all("\r\nHost: host.example\r\nX-Forwarded-For: @ADDRESS@\r\n" in text for text in requests))

    def test_by_hand_both_tables_are_grouped_by_the_same(self):
        sql = by_hand.question("t_x", ["date", "country"], "2026-11-01", "2026-11-08", "device = 'Mobile'")
        for part in ("(ts AT TIME ZONE 'UTC')::date AS key0", "(click_ts AT TIME ZONE 'UTC')::date AS key0",
                     "country AS key1", "click_ts < '2026-11-08' AND device = 'Mobile' GROUP BY key0, key1"):
            self.assertIn(part, sql)


class Soak(unittest.TestCase):
    def faults(self, result=None, most=4, **changes):
        figures = {"answers": 100, "distinct_answers": 100, "rows": 102, "distinct_rows": 102, "missing": 0}
        told = {"requests": 100, "ids": 100, "sent": 110, "refused": 0}
        return accounts.found_faults(told | (result or {}), figures | changes, most)

    def test_rows_are_answers_but_for_those_that_got_lost(self):
        self.assertEqual(self.faults(), [])
        self.assertEqual(len(self.faults(most=1)), 1)

    def test_every_way_of_being_wrong_is_a_fault(self):
        for changes in (
            {"missing": 1}, {"distinct_rows": 101}, {"distinct_answers": 99}, {"rows": 107, "distinct_rows": 107},
            {"result": {"refused": 1}}, {"result": {"ids": 101}}, {"result": {"requests": 101}},
            {"result": {"sent": 101}},
        ):
            with self.subTest(**changes):
                self.assertEqual(len(self.faults(**changes)), 1)
        self.assertTrue(self.faults({"requests": 0, "ids": 0}, answers=0, distinct_answers=0, rows=0, distinct_rows=0))

    def test_growth_is_judged_in_the_longest_life_after_two_minutes(self):
        found = growth.Growth()
        for second in range(0, 100, 10):
            found.add(second, 1000 + second)
        found.restarted(100)
        for second in range(110, 700, 10):
            found.add(second, 100 + min(second, 220) / 10)
        found.restarted(700)
        found.add(710, 5000)
        self.assertEqual(found.judged()[0], (220, 122))
        self.assertEqual(found.judged()[-1][0], 690)
        self.assertEqual(found.faults(), [])

    def test_steady_growth_is_a_fault_and_a_short_soak_says_nothing(self):
        found = growth.Growth()
        for second in range(0, 600, 10):
            found.add(second, 100 + second / 10)
        self.assertEqual(len(found.faults()), 1)
        short = growth.Growth()
        short.add(130, 100)
        self.assertEqual(short.faults(), [])


if __name__ == "__main__":
    unittest.main()
