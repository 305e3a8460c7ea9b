"""A tenant's pages as a browser without scripts gets them: signed in by the form; tables and figures read from HTML."""

import html.parser
import urllib.parse

SESSION = "tly_session"


class SignedInPages:
    """`SignedInPages(client, email, password).get("/admin")`"""

    def __init__(self, client, email, password):
        self.client = client
        form = urllib.parse.urlencode({"email": email, "password": password, "return_to": ""})
        answer = client.request(
            "POST", "/admin/login", body=form, headers={"Content-Type": "application/x-www-form-urlencoded"})
        self.cookie = answer.expect(302, 303).cookie(SESSION)

    def get(self, path, **options):
        headers = options.pop("headers", {}) | {"Cookie": f"{SESSION}={self.cookie}"}
        return self.client.get(path, headers=headers, **options)

    def tables(self, path, **options):
        """Every table of a page: rows of cells' texts, head and foot too."""
        return read(self.get(path, **options).expect(200).text).tables

    def figures(self, path, **options):
        """Every `<dt>` of a page with the text of its `<dd>`."""
        return read(self.get(path, **options).expect(200).text).figures


def read(text):
    reader = Reader()
    reader.feed(text)
    reader.close()
    return reader


class Reader(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.tables, self.figures = [], {}
        self.cell = self.term = None
        self.silent = 0

    def handle_starttag(self, tag, attributes):
        if tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self.tables[-1].append([])
        elif tag in ("td", "th") and self.tables and self.tables[-1]:
            self.cell = []
        elif tag in ("dt", "dd"):
            self.cell = []
        elif tag in ("svg", "script", "style"):
            self.silent += 1
        elif tag == "small" and self.cell is not None:
            self.cell.append(" ")

    def handle_endtag(self, tag):
        if tag in ("svg", "script", "style"):
            self.silent -= 1
        elif tag in ("td", "th", "dt", "dd") and self.cell is not None:
            text = " ".join("".join(self.cell).split())
            self.cell = None
            if tag == "dt":
                self.term = text
            elif tag == "dd":
                self.figures.setdefault(self.term, text)
            else:
                self.tables[-1][-1].append(text)

    def handle_data(self, text):
        if self.cell is not None and not self.silent:
            self.cell.append(text)
