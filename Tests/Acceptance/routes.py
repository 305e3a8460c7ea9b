"""The routes that a server's OpenAPI document lists."""

import urllib.parse

METHODS = ("get", "post", "patch", "put", "delete")


def paths_of(client, place="/admin/api"):
    """(method, path below the API) of every route in the OpenAPI document."""
    document = client.get(f"{place}/openapi.json").expect(200).json
    base = urllib.parse.urlsplit(document.get("servers", [{"url": ""}])[0]["url"]).path.rstrip("/")
    for path, operations in document["paths"].items():
        path = (base + path).removeprefix(place)
        for method in METHODS:
            if method in operations:
                yield method.upper(), path
