"""The license server with 100,000 licences and 1,000 trackers that send heartbeats: validations/s and their latencies
beside nginx's static answer in the same run, and that every refusal is the right one."""

import random
import statistics

from meters import cpu_seconds, memory_mib
from table import say
from wrk import Wrk, request, wrk

LICENCES = 100_000
INSTANCES = 1_000
CONNECTIONS = 32
ROUNDS = 3
# Heartbeats/s of the thousand trackers. By themselves they would send one in 20 s; a restarted server meets more.
HEARTBEATS = 50
# What every refusal has in it.
INVALID = '"valid":false'
# Validations that are looked at one by one.
SAMPLE = 1_000
# Every hundredth licence may not be used, each for another reason.
REFUSALS = ["SUSPENDED", "REVOKED", "EXPIRED", "NOT_FOUND"]

# The number of a licence says all of it: its key is `bench-NUMBER`, and these rests by 200 (an even and
# an odd one, as wrk's two threads take turns) may not be used. Those that are NOT_FOUND have no key.
REFUSED = (0, 101)
FILL = """
INSERT INTO license.customers (email, created_at)
SELECT 'bench-' || n || '@bench.example', '2026-01-01Z' FROM generate_series(0, {last}) n;
INSERT INTO license.licenses
  (customer_id, plan_id, status, expires_at, max_instances, created_at, updated_at)
SELECT c.id, p.id,
  CASE WHEN n % 200 NOT IN {refused} THEN 'active' WHEN n / 100 % 4 = 0 THEN 'suspended'
    WHEN n / 100 % 4 = 1 THEN 'revoked' ELSE 'active' END,
  CASE WHEN n % 200 IN {refused} AND n / 100 % 4 = 2 THEN timestamptz '2020-01-01Z' ELSE timestamptz '2099-01-01Z' END,
  1, '2026-01-01Z', '2026-01-01Z'
FROM generate_series(0, {last}) n
JOIN license.customers c ON c.email = 'bench-' || n || '@bench.example'
JOIN license.plans p ON p.slug = 'pro';
INSERT INTO license.license_keys (key_hash, license_id, last_four, sealed, created_at)
SELECT sha256(convert_to('bench-' || n, 'UTF8')), l.id, lpad((n % 10000)::text, 4, '0'), '', '2026-01-01Z'
FROM generate_series(0, {last}) n
JOIN license.customers c ON c.email = 'bench-' || n || '@bench.example'
JOIN license.licenses l ON l.customer_id = c.id
WHERE NOT (n % 200 IN {refused} AND n / 100 % 4 = 3);
INSERT INTO license.instances
  (license_id, fingerprint_hash, hostname, version, state, first_seen_at, last_seen_at)
SELECT l.id, sha256(convert_to('instance-' || n, 'UTF8')), 'bench-' || n, '1.0.0', 'active', '2026-01-01Z',
  '2026-01-01Z'
FROM generate_series(0, {instances} - 1) n
JOIN license.customers c ON c.email = 'bench-' || n || '@bench.example'
JOIN license.licenses l ON l.customer_id = c.id
WHERE n % 200 NOT IN {refused};
"""


def licences(bench):
    """Many keys and many callers, as the limits are per key and per address."""
    stack, table = bench.stack, bench.table
    say(f"{LICENCES:,} licences")
    stack.sql(FILL.format(last=LICENCES - 1, instances=INSTANCES, refused=REFUSED), stack.env["LICENSE_DATABASE_URL"])
    stack.sql("VACUUM ANALYZE", stack.env["LICENSE_DATABASE_URL"])
    check_answers(stack)
    validation = post(stack, "/api/v1/licenses/validate", '{"license_key":"bench-@VISITOR@"}')
    heartbeat = post(
        stack, "/api/v1/licenses/heartbeat",
        '{"license_key":"bench-@VISITOR@","fingerprint":"instance-@VISITOR@","seq":0,'
        '"usage":{"users":3,"clicks_24h":1000},"version":"1.0.0"}')
    rounds = []
    for turn in range(ROUNDS):
        say(f"licence validations, round {turn + 1}")
        theirs = wrk(bench.nginx.port, [validation], CONNECTIONS, bench.seconds, count=INVALID)
        rounds.append((theirs, *one_round(bench, validation, heartbeat)))
    theirs, ours, beats, cpu = zip(*rounds)
    rate = statistics.median(result["rate"] for result in ours)
    their_rate = statistics.median(result["rate"] for result in theirs)
    p99 = statistics.median(result["p99"] for result in ours)
    their_p99 = statistics.median(result["p99"] for result in theirs)
    table.ratio(f"licence validations/s of nginx's static answers, {LICENCES:,} licences", rate, their_rate)
    table.ratio("p99 of nginx's static answers to p99 of licence validations", their_p99, p99)
    table.figure("licence validations/s", rate, f"nginx {their_rate:,.0f}")
    table.figure("licence validation, p99", p99, f"ms (nginx {their_p99:.1f})")
    table.figure("CPU per licence validation and its share of heartbeats", statistics.median(cpu) * 1e6, "us")
    table.figure(f"heartbeats/s of {INSTANCES:,} trackers meanwhile", statistics.median(b["rate"] for b in beats),
                 f"p99 {statistics.median(b['p99'] for b in beats):.1f} ms")
    now, peak = memory_mib(stack.pid("license"))
    table.figure("resident memory, license server", f"{now:.0f} / {peak:.0f}", "MiB (now / peak)")


def one_round(bench, validation, heartbeat):
    """(validations, heartbeats, CPU seconds per validation). Raises when an answer was refused for another reason than
    that the licence may not be used, or the hundredth part was not."""
    stack, server = bench.stack, bench.stack.pid("license")
    before = cpu_seconds(server)
    with Wrk(stack.license_port, [heartbeat], 4, bench.seconds, rate=HEARTBEATS, order="each",
             population=INSTANCES) as trackers:
        ours = wrk(stack.license_port, [validation], CONNECTIONS, bench.seconds, order="each",
                   population=LICENCES, count=INVALID)
        beats = trackers.finish()
    if ours["refused"] or ours["broken"] or beats["refused"] or beats["broken"]:
        raise RuntimeError(f"validations or heartbeats failed: {ours}, {beats}")
    if abs(ours["counted"] - ours["requests"] / 100) > CONNECTIONS + 2:
        raise RuntimeError(f"of {ours['requests']} validations {ours['counted']} were refused, and not one in 100")
    return ours, beats, (cpu_seconds(server) - before) / ours["requests"]


def check_answers(stack):
    """Asks about licences one by one; each answer is known beforehand."""
    say("licence answers, one by one")
    draw = random.Random(5)
    numbers = [draw.randrange(LICENCES) for _ in range(SAMPLE)]
    numbers += [draw.randrange(LICENCES // 200) * 200 + rest for rest in REFUSED for _ in range(50)]
    for number in numbers:
        expected = REFUSALS[number // 100 % 4] if number % 200 in REFUSED else "VALID"
        answer = stack.license.post(
            "/api/v1/licenses/validate", {"license_key": f"bench-{number}"},
            headers={"X-Forwarded-For": f"2001:db8:{number % 0x10000:x}:{number // 0x10000:x}::1"}).expect(200).json
        if (answer["code"], answer["valid"]) != (expected, expected == "VALID"):
            raise RuntimeError(f"licence {number} should be {expected}, and is {answer['code']}")


def post(stack, path, body):
    headers = {
        "Host": f"127.0.0.1:{stack.license_port}", "X-Forwarded-For": "@ADDRESS@", "Content-Type": "application/json"}
    return request("POST", path, headers, body)
