"""What is no click: licence validations of the license server, log-ins of the tracker, and the memory of both."""

from harness import Vendor
from meters import memory_mib
from table import say
from wrk import request, wrk


def licences(bench):
    """Many keys and many callers, as the limits are per key and per address."""
    say("licence validations")
    stack = bench.stack
    vendor, host = Vendor(stack), f"127.0.0.1:{stack.license_port}"
    keys = [vendor.license("pro")["key"] for _ in range(200)]
    requests = [post("/api/v1/licenses/validate", host, '{"license_key":"%s"}' % key) for key in keys]
    result = wrk(stack.license_port, requests, 32, bench.seconds, population=20_000)
    unlimited = result["requests"] - result["refused"]
    bench.table.figure("licence validations/s", unlimited / result["seconds"],
                       f"p99 {result['p99']:.1f} ms, {result['refused']} over the limits")
    now, peak = memory_mib(stack.pid("license"))
    bench.table.figure("resident memory, license server", f"{now:.0f} / {peak:.0f}", "MiB (now / peak)")


def log_ins(bench):
    say("log-ins")
    stack = bench.stack
    body = '{"email":"%s","password":"%s"}' % (stack.env["ADMIN_EMAIL"], stack.env["ADMIN_PASSWORD"])
    result = wrk(
        stack.tracker_port, [post("/admin/api/login", f"127.0.0.1:{stack.tracker_port}", body)], 8, bench.seconds)
    bench.table.figure(
        "log-ins/s (argon2id)", result["rate"], f"p99 {result['p99']:.0f} ms, {result['refused']} refused")


def post(path, host, body):
    headers = {"Host": host, "X-Forwarded-For": "@ADDRESS@", "Content-Type": "application/json"}
    return request("POST", path, headers, body)
