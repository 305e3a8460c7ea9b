"""Sends visitors to one tenant of the tracker, counts what is answered, and sees that all of it is stored."""

import time

from meters import cpu_seconds, metrics
from wrk import wrk


class Clicks:
    def __init__(self, stack, tenant):
        self.stack, self.tenant, self.host = stack, tenant, tenant.domain
        [self.schema] = [schema for schema in stack.schemas()
                         if stack.sql(f"SELECT 1 FROM {schema}.users WHERE email = '{tenant.email}'")]
        self.answered = 0
        self.pid = stack.pid("tracker")

    def load(self, requests, connections, seconds, **options):
        result = wrk(self.stack.tracker_port, requests, connections, seconds, **options)
        if result["refused"]:
            raise RuntimeError(f"the tracker refused {result['refused']} clicks")
        self.answered += result["requests"]
        return result

    def load_and_drain(self, requests, connections, seconds, **options):
        """The result of the load, with `cpu`: seconds of CPU for each click, until the last one is stored."""
        self.await_drained()
        before = cpu_seconds(self.pid)
        result = self.load(requests, connections, seconds, **options)
        self.await_drained()
        return result | {"cpu": (cpu_seconds(self.pid) - before) / result["requests"]}

    def metrics(self):
        return metrics(self.stack.tracker, self.stack.env["METRICS_TOKEN"])

    def backlog(self):
        """Clicks that are durable in the journal and not yet in Postgres, of every tenant."""
        now = self.metrics()
        return int(now["trackily_journal_appended_total"] - now["trackily_journal_drained_total"])

    def await_drained(self, within=600):
        """Waits until the journal is drained; the seconds that took."""
        begin = time.monotonic()
        while (left := self.backlog()) > 0:
            if time.monotonic() - begin > within:
                raise RuntimeError(f"{left} clicks are not stored after {within} s")
            time.sleep(0.1)
        return time.monotonic() - begin

    def stored(self):
        return int(self.stack.sql(f"SELECT count(*) FROM {self.schema}.clicks")[0][0])

    def check_stored(self):
        """Every click that was answered is stored; a few more may be, as wrk leaves some unanswered at its end."""
        self.await_drained()
        if (stored := self.stored()) < self.answered:
            raise RuntimeError(f"{self.answered} clicks were answered and {stored} stored")

    def share_of(self, campaign):
        """Of the campaign's clicks, those that went all the way: known place, browser and score, through its flow."""
        [[whole, rows]] = self.stack.sql(f"""
            SELECT count(*) FILTER (WHERE flow_id = {campaign.flow} AND country IS NOT NULL AND browser IS NOT NULL
                AND fraud_score IS NOT NULL AND offer_id IS NOT NULL), count(*)
            FROM {self.schema}.clicks WHERE campaign_id = {campaign.id}""")
        return int(whole) / max(int(rows), 1)
