"""Rows = answers: every click id that a visitor got is in `clicks` exactly once, and nothing else is there but clicks
whose answers got lost on their way."""

import time

# Seconds that the rest of the journal may take.
PATIENCE = 900


class Accounts:
    """`most_unanswered`: requests that may have been recorded although nobody saw their answer, because the tracker was
    killed or the load ended just then: one for each connection each time."""

    def __init__(self, clicks, answers, result, most_unanswered):
        self.clicks, self.answers, self.result, self.most_unanswered = clicks, answers, result, most_unanswered

    def faults(self):
        result = self.result
        self.await_rows(result["ids"])
        figures = self.count()
        print(f"soak: {figures['answers']:,} answers, {figures['rows']:,} rows; "
              f"{figures['rows'] - figures['answers']} recorded without an answer; of {result['sent']:,} requests; "
              "segment "
              f"{self.clicks.metrics()['trackily_journal_durable_segment']:,.0f} of the journal", flush=True)
        return found_faults(result, figures, self.most_unanswered)

    def await_rows(self, count):
        """Until there are so many rows, and no more come."""
        deadline, before = time.monotonic() + PATIENCE, -1
        while time.monotonic() < deadline:
            now = self.clicks.stored()
            if now == before and now >= count:
                return
            before = now
            time.sleep(5)

    def count(self):
        """{answers, distinct_answers, rows, distinct_rows, missing}"""
        files = sorted(self.answers.parent.glob(f"{self.answers.name}.*"))
        copies = "\n".join(f"\\copy soak.answers FROM '{file}'" for file in files)
        self.query(f"CREATE SCHEMA soak; CREATE UNLOGGED TABLE soak.answers (id uuid NOT NULL);\n{copies}")
        clicks = f"{self.clicks.schema}.clicks"
        [row] = self.query(f"""SET work_mem = '256MB';
            SELECT (SELECT count(*) FROM soak.answers), (SELECT count(DISTINCT id) FROM soak.answers),
              (SELECT count(*) FROM {clicks}), (SELECT count(DISTINCT id) FROM {clicks}),
              (SELECT count(*) FROM soak.answers a WHERE NOT EXISTS (SELECT FROM {clicks} c WHERE c.id = a.id))""")
        return dict(zip(("answers", "distinct_answers", "rows", "distinct_rows", "missing"), map(int, row)))

    def query(self, text):
        return self.clicks.stack.sql(text)


def found_faults(result, figures, most_unanswered):
    """What is wrong with the accounts; nothing when rows are answers."""
    rows, answers = figures["rows"], figures["answers"]
    faults = []
    if not answers:
        faults.append("nobody was answered")
    if result["refused"] or result["ids"] != answers:
        faults.append(f"visitors were refused: {result['refused']}; {answers - result['ids']:+} ids were noted")
    if result["requests"] != answers:
        faults.append(f"{result['requests'] - answers} answers had no click id")
    if twice := answers - figures["distinct_answers"]:
        faults.append(f"{twice} click ids were given out twice")
    if figures["missing"]:
        faults.append(f"{figures['missing']} of {answers} answered clicks are not stored")
    if twice := rows - figures["distinct_rows"]:
        faults.append(f"{twice} clicks are stored twice")
    if rows > result["sent"] or rows - answers > most_unanswered:
        faults.append(f"{rows} rows of {answers} answers and {result['sent']} requests: at most {most_unanswered} "
                      "can have been recorded without an answer")
    return faults
