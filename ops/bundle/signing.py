"""The vendor's release key: Ed25519 in a PEM file of mode 0600, used by openssl 3."""

import os
import pathlib
import subprocess


class KeyFault(Exception):
    """There is no usable key."""


def make(path):
    path = pathlib.Path(path)
    if path.exists():
        raise KeyFault(f"{path} is there already; a release key is never replaced by accident")
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(openssl("genpkey", "-algorithm", "ed25519"))


def public(path):
    """The public half as PEM. Refuses a key that others can read."""
    path = pathlib.Path(path)
    if not path.is_file():
        raise KeyFault(f"{path} is missing; make the release key with `ops/release --new-key {path}`")
    if path.stat().st_mode & 0o077:
        raise KeyFault(f"{path} can be read by others: chmod 600 {path}")
    return openssl("pkey", "-in", str(path), "-pubout").decode()


def sign(message, signature, key):
    """Signs the file `message`; 64 bytes go into the file `signature`."""
    openssl("pkeyutl", "-sign", "-inkey", str(key), "-rawin", "-in", str(message), "-out", str(signature))


def openssl(*arguments):
    answer = subprocess.run(["openssl", *arguments], capture_output=True)
    if answer.returncode != 0:
        raise KeyFault(f"openssl {arguments[0]}: {answer.stderr.decode(errors='replace').strip()}")
    return answer.stdout
