"""The shared libraries of a program, and where they come from."""

import pathlib
import re
import subprocess


def needed(program):
    """The loader and every library that `program` is started with, the names it asks for as keys."""
    listing = subprocess.run(["ldd", str(program)], capture_output=True, text=True, check=True).stdout
    found, missing = {}, []
    for line in listing.splitlines():
        if match := re.match(r"\s*(\S+) => (\S+) \(0x", line):
            found[match[1]] = pathlib.Path(match[2])
        elif match := re.match(r"\s*(\S+) => not found", line):
            missing.append(match[1])
        elif match := re.match(r"\s*(/\S*/(ld-linux\S*)) \(0x", line):
            found[match[2]] = pathlib.Path(match[1])
    if missing:
        raise FileNotFoundError(f"{program} needs libraries that are not on this machine: {', '.join(missing)}")
    return found


def loader(names):
    """The name of the program loader among the libraries."""
    loaders = [name for name in names if name.startswith("ld-linux")]
    if len(loaders) != 1:
        raise ValueError(f"one loader was expected, there are {len(loaders)}: {loaders}")
    return loaders[0]


def package(path):
    """The Debian package that a file belongs to; None for one that dpkg does not know (the Swift toolchain's)."""
    # With merged /usr, dpkg knows some libraries by /lib and some by /usr/lib.
    real = pathlib.Path(path).resolve()
    for candidate in {real, pathlib.Path(str(real).removeprefix("/usr"))}:
        answer = subprocess.run(["dpkg-query", "-S", str(candidate)], capture_output=True, text=True)
        if answer.returncode == 0:
            return answer.stdout.split(": ")[0].split(",")[0].strip()
    return None


def facts(name):
    """Name, version, architecture, source package and home page of an installed Debian package."""
    fields = ["binary:Package", "Version", "Architecture", "source:Package", "Homepage"]
    form = "\\n".join(f"${{{field}}}" for field in fields) + "\\n"
    answer = subprocess.run(["dpkg-query", "-W", "-f", form, name], capture_output=True, text=True, check=True).stdout
    package_name, version, architecture, source, home_page = answer.split("\n")[:5]
    return {"name": package_name.split(":")[0], "version": version, "architecture": architecture, "source": source,
            "home_page": home_page}
