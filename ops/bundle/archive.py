"""Archives that come out the same for the same files, and checksums."""

import gzip
import hashlib
import pathlib
import tarfile


def pack(root, target, epoch):
    """`root` and all below it as a .tar.gz: sorted names, one time, no owners."""
    root = pathlib.Path(root)

    def neutral(entry):
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = ""
        entry.mtime = epoch
        entry.mode = 0o755 if entry.isdir() or entry.mode & 0o100 else 0o644
        return entry

    with open(target, "wb") as file, gzip.GzipFile("", "wb", 6, file, mtime=epoch) as stream:
        with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as archive:
            for path in [root, *sorted(root.rglob("*"))]:
                archive.add(path, arcname=str(path.relative_to(root.parent)), recursive=False, filter=neutral)


def sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()
