import Conversions
import Core
import Database
import TestSupport
import Testing

@testable import TenantTracker

@Suite struct BulkDecisionTests {
  @Test func manyMoveAtOnceAndEachSaysWhatBecameOfIt() async throws {
    try await DecisionBench.with { bench in
      let sales = try await bench.plant(30)
      let rejected = try await bench.plant(2, status: .rejected)
      let answer = try await bench.bulk([
        "ids": JSONValue(sales + rejected + [sales[0]]), "status": "refunded", "note": "The shop closed",
      ])
      #expect(answer.status == 200, "\(answer.text)")
      #expect(answer.json["state"] == "done" && answer.json["total"] == 32)
      #expect(Set(answer.json["applied"]?.texts ?? []) == Set(sales + rejected))
      let again = try await bench.bulk(["ids": JSONValue(sales), "status": "refunded"])
      #expect(again.json["unchanged"]?.arrayValue?.count == 30)
      let back = try await bench.bulk(["ids": JSONValue(Array(sales.prefix(3))), "status": "sale"])
      #expect(back.json["refused"]?.arrayValue?.count == 3)
      #expect(
        back.json["refused"]?.arrayValue?.first?["reason"]
          == "A conversion that is “Refunded” cannot become “Sale”.")
      let stored = try await bench.admin.get("/admin/api/conversions/changes/\(back.json["id"]?.stringValue ?? "")")
      #expect(stored.json == back.json)
      let line = try await bench.read(sales[5])["history"]?.arrayValue?.last
      #expect(line?["note"] == "The shop closed" && line?["actor"]?.stringValue == RunningTracker.adminEmail)
      let audit = try await bench.admin.get("/admin/api/audit-log?action=conversion.bulk")
      #expect(audit.json["items"]?.arrayValue?.count == 3)
    }
  }

  @Test func nothingMovesUnlessAllIsUnderstood() async throws {
    try await DecisionBench.with { bench in
      let sales = try await bench.plant(3)
      let stranger = ConversionID(at: bench.tracker.clock.now()).description
      for (body, field) in [
        (["ids": JSONValue(sales + [stranger]), "status": "refunded"], "ids[3]"),
        (["ids": JSONValue(sales + ["x"]), "status": "refunded"], "ids[3]"),
        (["ids": JSONValue(sales), "status": "gone"], "status"),
        (["ids": JSONValue(sales), "status": "refunded", "colour": "red"], "colour"),
        (["ids": [], "status": "refunded"], "ids"), (["status": "refunded"], "ids"),
        (["ids": JSONValue(sales), "filter": [:], "status": "refunded"], "ids"),
        (["filter": ["colour": "red"], "status": "refunded"], "colour"),
        (["filter": ["type": "none"], "status": "refunded"], "filter"),
      ] as [(JSONObject, String)] {
        let answer = try await bench.bulk(body)
        #expect(answer.status == 422, "\(answer.text)")
        #expect(answer.json["errors"]?.arrayValue?.map { $0["field"]?.stringValue } == [field])
      }
      for id in sales { #expect(try await bench.read(id)["status"] == "sale") }
      #expect(try await bench.tracker.visitor.post("/admin/api/conversions/status", json: [:]).status == 401)
    }
  }

  @Test func aFilterChoosesWhatTheListShows() async throws {
    try await DecisionBench.with { bench in
      let held = try await bench.plant(4, status: .hold)
      let sales = try await bench.plant(4)
      let answer = try await bench.bulk([
        "filter": ["status": "hold", "campaign_id": .int(bench.campaignID)], "status": "cancelled",
      ])
      #expect(Set(answer.json["applied"]?.texts ?? []) == Set(held), "\(answer.text)")
      #expect(try await bench.read(sales[0])["status"] == "sale")
    }
  }

  @Test func moreThanALittleIsDoneInTheBackground() async throws {
    try await DecisionBench.with { bench in
      let count = 260
      let ids = try await bench.plant(count)
      let answer = try await bench.bulk(["ids": JSONValue(ids), "status": "rejected"])
      #expect([200, 202].contains(answer.status), "\(answer.text)")
      let id = try #require(answer.json["id"]?.stringValue)
      try await eventually("the change is done") {
        try await bench.admin.get("/admin/api/conversions/changes/\(id)").json["state"] == "done"
      }
      let done = try await bench.admin.get("/admin/api/conversions/changes/\(id)").json
      #expect(done["applied"]?.texts == ids)
      #expect(done["done"] == .int(count))
      let stats = try await bench.admin.get("/admin/api/stats?from=2020-01-01&to=2099-12-31").json
      #expect(stats["revenue"] == "0.00")
    }
  }

  /// Two people, the same conversions, different wishes: each moves once, and the histories know of both.
  @Test func twoPeopleAtOnceMoveEachOnce() async throws {
    try await DecisionBench.with { bench in
      let ids = try await bench.plant(60, status: .hold)
      try await bench.tracker.addUser("second@example.com", .admin, by: bench.admin)
      let second = try await bench.tracker.signedIn("second@example.com")
      async let one = bench.bulk(["ids": JSONValue(ids), "status": "refunded"])
      async let other = bench.bulk(["ids": JSONValue(Array(ids.reversed())), "status": "refunded"], by: second)
      let answers = try await [one, other].map(\.json)
      let applied = answers.flatMap { $0["applied"]?.texts ?? [] }
      #expect(applied.count == 60 && Set(applied) == Set(ids))
      #expect(answers.flatMap { $0["unchanged"]?.texts ?? [] }.count == 60)
      let scope = try bench.tracker.scope
      let row = try await scope.one(
        """
        SELECT count(*) FILTER (WHERE outcome = 'applied') AS applied,
          count(*) FILTER (WHERE outcome = 'unchanged') AS unchanged, count(DISTINCT actor) AS actors
        FROM \(scope.schema).conversion_history
        """)
      #expect(try row.get("applied", as: Int64.self) == 60)
      #expect(try row.get("unchanged", as: Int64.self) == 60)
      #expect(try row.get("actors", as: Int64.self) == 2)
    }
  }
}
