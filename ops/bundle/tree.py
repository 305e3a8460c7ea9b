"""Lays out the folder that becomes the archive: launcher, program, loader, libraries, data, licences."""

import pathlib
import shutil
import subprocess

from bundle import libraries

HOME = pathlib.Path(__file__).resolve().parent.parent.parent
PATTERNS = pathlib.Path("/usr/share/uap-core/regexes.yaml")
LAUNCHER = HOME / "ops" / "bundle" / "launcher"
# Debian's own floor; the system's file may be of another OpenSSL than the one in lib/.
OPENSSL = """\
openssl_conf = settings
[settings]
ssl_conf = tls
[tls]
system_default = floor
[floor]
MinProtocol = TLSv1.2
CipherString = DEFAULT@SECLEVEL=2
"""


class Tree:
    """One release's files below `root`; `packages` are the Debian packages that the carried files come from."""

    def __init__(self, root, program, version):
        self.root, self.program, self.version = pathlib.Path(root), pathlib.Path(program), version
        self.packages, self.runtime = {}, []

    def make(self):
        self.add_program()
        self.add_libraries()
        self.add_data()
        self.add_licences()
        (self.root / "VERSION").write_text(self.version + "\n")

    def add_program(self):
        target = self.root / "libexec" / "trackily"
        target.parent.mkdir(parents=True)
        # Symbols stay, for readable crash reports.
        subprocess.run(["strip", "--strip-debug", "-o", str(target), str(self.program)], check=True)
        target.chmod(0o755)

    def add_libraries(self):
        found = libraries.needed(self.program)
        folder = self.root / "lib"
        folder.mkdir()
        for name, path in sorted(found.items()):
            shutil.copyfile(path, folder / name)
            (folder / name).chmod(0o755 if name.startswith("ld-linux") else 0o644)
            if package := libraries.package(path):
                self.packages.setdefault(package, []).append(f"lib/{name}")
            else:
                self.runtime.append((f"lib/{name}", pathlib.Path(path).resolve()))
        launcher = self.root / "bin" / "trackily"
        launcher.parent.mkdir()
        launcher.write_text(LAUNCHER.read_text().replace("@LOADER@", libraries.loader(found)))
        launcher.chmod(0o755)

    def add_data(self):
        for folder in ("migrations/control", "migrations/tenant", "assets", ".tools/assets"):
            shutil.copytree(HOME / folder, self.root / folder, ignore=shutil.ignore_patterns(".stamp"))
        share = self.root / "share" / "uap-core"
        share.mkdir(parents=True)
        shutil.copyfile(PATTERNS, share / PATTERNS.name)
        self.packages.setdefault("uap-core", []).append(f"share/uap-core/{PATTERNS.name}")
        (self.root / "share" / "openssl.cnf").write_text(OPENSSL)
        services = self.root / "service"
        services.mkdir()
        for name in ("trackily.service", "trackily.init", "trackily.command"):
            shutil.copyfile(HOME / "ops" / "systemd" / name, services / name)

    def add_licences(self):
        folder = self.root / "licences"
        for package in self.packages:
            name = package.split(":")[0]
            (folder / "debian" / name).mkdir(parents=True)
            shutil.copyfile(f"/usr/share/doc/{name}/copyright", folder / "debian" / name / "copyright")
        for checkout in sorted((HOME / ".build" / "checkouts").iterdir()):
            for text in sorted([*checkout.glob("LICENSE*"), *checkout.glob("NOTICE*")]):
                if text.is_file():
                    (folder / "swift-packages" / checkout.name).mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(text, folder / "swift-packages" / checkout.name / text.name)
        for _, path in self.runtime[:1]:
            # PREFIX/usr/lib/swift/linux/libswiftCore.so -> PREFIX/usr/share/swift/LICENSE.txt
            text = path.parents[3] / "share" / "swift" / "LICENSE.txt"
            (folder / "swift").mkdir()
            shutil.copyfile(text, folder / "swift" / "LICENSE.txt")
        shutil.copyfile(HOME / "LICENSE", self.root / "LICENSE")
