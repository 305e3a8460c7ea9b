"""One table, ratios first; and the lines that say what is being measured."""

import sys


def say(title):
    print(f"... {title}", file=sys.stderr, flush=True)


class Table:
    def __init__(self):
        self.ratios, self.figures, self.notes = [], [], []

    def ratio(self, what, ours, theirs, mark=None):
        """`mark` is the least that the ratio should be."""
        value = ours / theirs if theirs else 0.0
        verdict = "" if mark is None else f"mark {mark:.2f}: {'met' if value >= mark else 'MISSED'}"
        self.ratios.append((what, f"{value:.2f}" if theirs else "-", verdict))

    def figure(self, what, value, unit):
        self.figures.append((what, number(value), unit))

    def cost(self, what, sizes, microseconds):
        """A row of the cost table: CPU per click at several sizes."""
        growth = microseconds[-1] / microseconds[0] if microseconds[0] else 0.0
        self.figure(f"CPU per click, {' / '.join(f'{size:,}' for size in sizes)} {what}",
                    " / ".join(f"{value:.1f}" for value in microseconds), f"us; last to first {growth:.2f}")

    def note(self, text):
        self.notes.append(text)

    def __str__(self):
        rows = [("ratio", "", ""), *self.ratios, ("figure", "", ""), *self.figures]
        widths = [max(len(row[column]) for row in rows) for column in range(3)]
        lines = []
        for what, value, unit in rows:
            if not value:
                lines.append("-" * (sum(widths) + 4))
                continue
            lines.append(f"{what:<{widths[0]}}  {value:>{widths[1]}}  {unit}".rstrip())
        return "\n".join([*lines[1:], "-" * (sum(widths) + 4), *self.notes])


def number(value):
    if isinstance(value, str):
        return value
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"
