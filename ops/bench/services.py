"""What is no click: log-ins of the tracker."""

from table import say
from wrk import request, wrk


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
