"""One table, ratios first."""


class Table:
    def __init__(self):
        self.ratios, self.figures, self.notes = [], [], []

    def ratio(self, what, ours, theirs, mark=""):
        self.ratios.append((what, f"{ours / theirs:.2f}" if theirs else "-", mark))

    def figure(self, what, value, unit):
        self.figures.append((what, number(value), unit))

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
