"""A clean Debian made by debootstrap, entered by chroot, its processes under one memory limit."""

import os
import pathlib
import shutil
import signal
import subprocess
import time

DEBIAN, UBUNTU = "http://deb.debian.org/debian", "http://archive.ubuntu.com/ubuntu"
SCRIPTS = pathlib.Path("/usr/share/debootstrap/scripts")


class Suite:
    """A release of Debian or Ubuntu; whether its packages hold Caddy, and a Postgres that is new enough."""

    def __init__(self, name, mirror, security, components="main", has_postgres=True, has_caddy=True):
        self.name, self.mirror, self.security, self.components = name, mirror, security, components
        self.has_postgres, self.has_caddy = has_postgres, has_caddy


SUITES = {suite.name: suite for suite in (
    Suite("bookworm", DEBIAN, f"{DEBIAN}-security bookworm-security"),
    Suite("bullseye", DEBIAN, f"{DEBIAN}-security bullseye-security", has_postgres=False, has_caddy=False),
    Suite("noble", UBUNTU, f"{UBUNTU} noble-updates", "main,universe"),
    Suite("focal", UBUNTU, f"{UBUNTU} focal-updates", "main,universe", has_postgres=False, has_caddy=False),
)}
CGROUPS = pathlib.Path("/sys/fs/cgroup")


class MemoryLimit:
    """A control group of its own (version 1 or 2); what is started in it has so many bytes together."""

    def __init__(self, name, size):
        self.first = (CGROUPS / "memory").is_dir()
        self.folder = (CGROUPS / "memory" if self.first else CGROUPS) / name
        self.folder.mkdir(exist_ok=True)
        self.write("memory.limit_in_bytes" if self.first else "memory.max", size)
        if not self.first:
            self.write("memory.swap.max", 0)

    def write(self, name, value):
        (self.folder / name).write_text(str(value))

    def enter(self):
        """Called in a child before it becomes another program."""
        self.write("cgroup.procs", os.getpid())

    def kills(self):
        """How many processes the kernel killed because the limit was reached."""
        figures = (self.folder / ("memory.oom_control" if self.first else "memory.events")).read_text()
        return int(dict(line.split() for line in figures.splitlines())["oom_kill"])

    def resident(self):
        """Bytes that are not page cache."""
        figures = dict(line.split() for line in (self.folder / "memory.stat").read_text().splitlines())
        return int(figures["total_rss" if self.first else "anon"])

    def remove(self):
        for _ in range(50):
            try:
                self.folder.rmdir()
                return
            except OSError:
                time.sleep(0.1)


class System:
    """One root folder, made from a base that is kept, gone at the end with all that runs in it."""

    def __init__(self, suite, folder, limit):
        self.suite, self.limit = SUITES[suite], limit
        self.base = folder / f"base-{suite}"
        self.root = folder / f"root-{suite}"
        self.mounts = []

    def make(self):
        if not self.base.exists():
            self.bootstrap()
        subprocess.run(["cp", "-a", "--reflink=auto", self.base, self.root], check=True)
        for name in ("proc", "sys", "dev", "dev/pts"):
            self.mount("--rbind" if name == "sys" else "--bind", f"/{name}", name)
        shutil.copyfile("/etc/resolv.conf", self.root / "etc" / "resolv.conf")

    def bootstrap(self):
        """A minimal system with what somebody has who was told to pipe curl into bash."""
        draft = self.base.with_suffix(".new")
        shutil.rmtree(draft, ignore_errors=True)
        self.base.parent.mkdir(parents=True, exist_ok=True)
        options = ["--variant=minbase", "--include=ca-certificates,curl,procps",
                   f"--components={self.suite.components}"]
        # Debian's debootstrap knows no Ubuntu that is newer than itself; they are all made in the same way.
        script = [] if (SCRIPTS / self.suite.name).exists() else [SCRIPTS / "gutsy"]
        subprocess.run(["debootstrap", *options, self.suite.name, draft, self.suite.mirror, *script], check=True)
        with open(draft / "etc" / "apt" / "sources.list", "a") as sources:
            sources.write(f"deb {self.suite.security} {self.suite.components.replace(',', ' ')}\n")
        draft.rename(self.base)

    def mount(self, *arguments):
        target = self.root / arguments[-1]
        target.mkdir(parents=True, exist_ok=True)
        subprocess.run(["mount", *map(str, arguments[:-1]), target], check=True)
        if "--rbind" in arguments:
            subprocess.run(["mount", "--make-rslave", target], check=True)
        self.mounts.append(target)

    def unmount(self, name):
        target = self.root / name
        subprocess.run(["umount", "-R", "-l", target], check=True)
        self.mounts.remove(target)

    def run(self, script, stdin=None, timeout=900, **variables):
        """A shell script inside, as root; (exit code, output)."""
        environment = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root",
                       "LANG": "C.UTF-8"} | variables
        command = ["chroot", str(self.root), "/bin/bash", "-o", "pipefail", "-c", script]
        done = subprocess.run(command, input=stdin, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, timeout=timeout, preexec_fn=self.limit.enter)
        return done.returncode, done.stdout

    def processes(self):
        """(number, command line) of what runs with this root."""
        found = []
        for entry in pathlib.Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    if os.readlink(entry / "root") == str(self.root):
                        line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                        found.append((int(entry.name), line.strip()))
                except OSError:
                    continue
        return found

    def exists(self, path):
        target = self.root / path.lstrip("/")
        return target.exists() or target.is_symlink()

    def read(self, path):
        return (self.root / path.lstrip("/")).read_text(errors="replace")

    def remove(self):
        for sign in (signal.SIGTERM, signal.SIGKILL):
            for number, _ in self.processes():
                try:
                    os.kill(number, sign)
                except ProcessLookupError:
                    continue
            deadline = time.monotonic() + 10
            while self.processes() and time.monotonic() < deadline:
                time.sleep(0.1)
        for target in reversed(self.mounts[:]):
            subprocess.run(["umount", "-R", "-l", target], check=False)
        self.mounts = []
        # Never across a mount that did not go: /dev is the machine's.
        subprocess.run(["rm", "-rf", "--one-file-system", self.root], check=False)
