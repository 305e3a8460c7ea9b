"""wrk as a function: requests/s and latencies of one run. One script drives the tracker and nginx, so that what wrk
itself costs is in both."""

import json
import pathlib
import subprocess
import tempfile

# Prepares every request once, then hands them out in turn; `done` prints what happened as one JSON line.
SCRIPT = """
local prepared, turn = {}, 0
function init(args)
  for line in io.lines(args[1]) do
    local method, path, host, address, kind, body = line:match("^(%S+) (%S+) (%S+) (%S+) (%S+) (.*)$")
    local headers = {["Host"] = host, ["X-Forwarded-For"] = address, ["User-Agent"] = "Mozilla/5.0 (X11; Linux x86_64)"}
    if kind ~= "-" then headers["Content-Type"] = kind end
    prepared[#prepared + 1] = wrk.format(method, path, headers, body ~= "" and body or nil)
  end
  turn = math.random(#prepared)
end
function request()
  turn = turn % #prepared + 1
  return prepared[turn]
end
PAUSE
function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '\\nJSON{"requests":%d,"seconds":%f,"p50":%f,"p99":%f,"max":%f,"refused":%d,"broken":%d}\\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    latency.max / 1000, errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
"""


class Request:
    def __init__(self, method, path, host, address="127.0.0.1", kind="-", body=""):
        self.line = f"{method} {path} {host} {address} {kind} {body}\n"


def visitors(path, host, count=2000):
    """Requests for the same path by `count` visitors."""
    return [Request("GET", path, host, f"198.{18 + number % 2}.{number // 250}.{number % 250 + 1}")
            for number in range(count)]


def wrk(port, requests, connections, seconds, pause_ms=0, threads=2):
    """Runs wrk and answers {requests, seconds, rate, p50, p99, max (ms), refused (status >= 400), broken}.

    With a pause every connection waits that long before each request: a steady rate of connections / pause.
    """
    pause = f"function delay() return {pause_ms} end" if pause_ms else ""
    with tempfile.TemporaryDirectory() as folder:
        script, lines = pathlib.Path(folder, "load.lua"), pathlib.Path(folder, "requests")
        script.write_text(SCRIPT.replace("PAUSE", pause))
        lines.write_text("".join(request.line for request in requests))
        command = ["wrk", f"-t{min(threads, connections)}", f"-c{connections}", f"-d{seconds}s", "--latency",
                   "-s", script, f"http://127.0.0.1:{port}", "--", lines]
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60)
    for line in done.stdout.splitlines():
        if line.startswith("JSON"):
            result = json.loads(line[4:])
            return result | {"rate": result["requests"] / result["seconds"]}
    raise RuntimeError(f"wrk gave no result: {done.stdout}{done.stderr}")
