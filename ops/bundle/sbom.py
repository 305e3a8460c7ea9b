"""The software bill of materials: a CycloneDX 1.5 document of all that a release carries."""

import hashlib
import json
import pathlib
import re
import subprocess
import urllib.parse
import uuid

from bundle import libraries

HOME = pathlib.Path(__file__).resolve().parent.parent.parent


def document(tree, built_at):
    """As JSON text, the same for the same tree."""
    components = [*swift_packages(), swift_runtime(tree), *debian_packages(tree), *front_end()]
    main = {"type": "application", "bom-ref": f"pkg:generic/trackily@{tree.version}", "name": "trackily",
            "version": tree.version, "purl": f"pkg:generic/trackily@{tree.version}",
            "licenses": [{"license": {"id": "Apache-2.0"}}],
            "hashes": [sha256(tree.root / "libexec" / "trackily")]}
    identity = json.dumps([main, components], sort_keys=True)
    return json.dumps({
        "bomFormat": "CycloneDX", "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, identity)}", "version": 1,
        "metadata": {"timestamp": built_at, "component": main},
        "components": components,
        "dependencies": [{"ref": main["bom-ref"], "dependsOn": [c["bom-ref"] for c in components]}],
    }, indent=2) + "\n"


def swift_packages():
    """What Package.resolved pins, linked into the program."""
    pins = json.loads((HOME / "Package.resolved").read_text())["pins"]
    for pin in sorted(pins, key=lambda pin: pin["identity"]):
        address = pin["location"].removesuffix(".git")
        state = pin["state"]
        version = state.get("version") or state["revision"]
        purl = f"pkg:swift/{address.removeprefix('https://')}@{version}"
        yield {"type": "library", "bom-ref": purl, "name": pin["identity"], "version": version, "purl": purl,
               "licenses": licence_of(HOME / ".build" / "checkouts" / pin["identity"]),
               "externalReferences": [{"type": "vcs", "url": address}],
               "properties": [{"name": "trackily:revision", "value": state["revision"]}]}


def licence_of(checkout):
    """By the words that each licence begins with; nothing for one that is neither."""
    for path in sorted(checkout.glob("LICENSE*")):
        text = path.read_text(errors="replace")[:2000]
        for words, name in (("Apache License", "Apache-2.0"), ("MIT License", "MIT"),
                            ("Permission is hereby granted, free of charge", "MIT")):
            if words in text:
                return [{"license": {"id": name}}]
    return []


def swift_runtime(tree):
    answer = subprocess.run(["swift", "--version"], capture_output=True, text=True, check=True).stdout
    match = re.search(r"Swift version (\S+)", answer)
    version = match[1] if match else "unknown"
    purl = f"pkg:generic/swift-runtime@{version}"
    return {"type": "library", "bom-ref": purl, "name": "swift-runtime", "version": version, "purl": purl,
            "licenses": [{"expression": "Apache-2.0 WITH Swift-exception"}],
            "properties": files(tree, [name for name, _ in tree.runtime])}


def debian_packages(tree):
    lines = pathlib.Path("/etc/os-release").read_text().replace('"', "").splitlines()
    release = dict(line.split("=", 1) for line in lines if "=" in line)
    vendor = release["ID"]
    distribution = f"{vendor}-{release.get('VERSION_ID', '')}"
    for package, names in sorted(tree.packages.items()):
        about = libraries.facts(package)
        version = urllib.parse.quote(about["version"], safe="")
        purl = f"pkg:deb/{vendor}/{about['name']}@{version}?arch={about['architecture']}&distro={distribution}"
        component = {
            "type": "data" if package == "uap-core" else "library", "bom-ref": purl, "name": about["name"],
            "version": about["version"], "purl": purl, "supplier": {"name": "Debian"},
            "licenses": [{"license": {"name": f"licences/debian/{about['name']}/copyright"}}],
            "properties": [{"name": "trackily:source", "value": about["source"]}, *files(tree, names)]}
        if about["home_page"]:
            component["externalReferences"] = [{"type": "website", "url": about["home_page"]}]
        yield component


def front_end():
    """The libraries that ops/assets-licences.md lists, by name and version."""
    for line in (HOME / "ops" / "assets-licences.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 4 and cells[0] not in ("library", "---"):
            name, version = re.match(r"([^(]*?)(?: (\d[\d.]*))?(?: \(.*\))?$", cells[0]).groups()
            reference = f"frontend:{name.lower().replace(' ', '-')}@{version or 'unversioned'}"
            component = {"type": "library", "bom-ref": reference, "name": name, "copyright": cells[3],
                         "licenses": [{"license": {"name": cells[2]}}]}
            if version:
                component["version"] = version
            yield component


def files(tree, names):
    return [{"name": "trackily:file", "value": f"{name} sha256:{sha256(tree.root / name)['content']}"}
            for name in sorted(names)]


def sha256(path):
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return {"alg": "SHA-256", "content": digest}
