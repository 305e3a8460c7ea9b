"""The OpenAPI documents that the servers serve, and that work nobody asked for yet is absent from them."""

import unittest

import shared

LATER = ("automizer", "notification", "segment", "traffic-ai", "retargeting")


class OpenAPI(unittest.TestCase):
    def documents(self):
        yield shared.tenant().public.get("/admin/api/openapi.json").expect(200).json
        yield shared.stack().license.get("/api/openapi.json").expect(200).json

    def test_it_is_3_1_and_every_operation_says_what_it_does(self):
        for document in self.documents():
            self.assertTrue(document["openapi"].startswith("3.1"))
            for path, operations in document["paths"].items():
                for method, operation in operations.items():
                    with self.subTest(f"{method} {path}"):
                        self.assertTrue(operation["summary"])
                        self.assertTrue(operation["responses"])

    def test_references_point_at_something(self):
        for document in self.documents():
            for reference in references(document):
                with self.subTest(reference):
                    found = document
                    for part in reference.removeprefix("#/").split("/"):
                        found = found[part]

    def test_later_work_is_absent(self):
        for document in self.documents():
            for path in document["paths"]:
                self.assertFalse([word for word in LATER if word in path], path)


def references(part):
    if isinstance(part, dict):
        if isinstance(reference := part.get("$ref"), str):
            yield reference
        for value in part.values():
            yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)
