"""What a process used and what the tracker says of itself."""

import os
import pathlib

TICK = 1 / os.sysconf("SC_CLK_TCK")


def cpu_seconds(*pids):
    """User and system time of these processes so far."""
    total = 0.0
    for pid in pids:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += (int(fields[11]) + int(fields[12])) * TICK
    return total


def is_running(pid):
    """False once the process is dead, be it waited for or not."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def memory_mib(pid):
    """(resident now, largest resident) in MiB."""
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    values = {line.split(":")[0]: line.split()[1] for line in lines if line.startswith(("VmRSS", "VmHWM"))}
    return int(values["VmRSS"]) / 1024, int(values["VmHWM"]) / 1024


def children(pid):
    return [int(child) for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def metrics(client, token):
    """Every sample of /metrics, summed over its labels: {name: value}."""
    found = {}
    for line in client.but(token=token).get("/metrics").expect(200).text.splitlines():
        if line and not line.startswith("#"):
            name, _, value = line.rpartition(" ")
            name = name.partition("{")[0]
            found[name] = found.get(name, 0.0) + float(value)
    return found


def percentile(ordered, share):
    """The smallest value that at least this share of the values, in order, do not exceed."""
    rank = -int(-share * len(ordered) // 1)
    return ordered[max(rank, 1) - 1]


def slope(samples):
    """How fast a value grows, by least squares over (time, value)."""
    middle_time = sum(time for time, _ in samples) / len(samples)
    middle = sum(value for _, value in samples) / len(samples)
    spread = sum((time - middle_time) ** 2 for time, _ in samples)
    return sum((time - middle_time) * (value - middle) for time, value in samples) / spread if spread else 0.0
