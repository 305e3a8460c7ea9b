import Conversions
import Core
import Database
import TestSupport
import Testing

@testable import TenantTracker

@Suite struct ReviewTests {
  private func rule(_ body: JSONObject, _ bench: DecisionBench) async throws -> Int64 {
    var rule: JSONObject = ["approval": "manual"]
    for member in body.members { rule[member.key] = member.value }
    let answer = try await bench.admin.post("/admin/api/approval-rules", json: .object(rule))
    return try #require(answer.status == 201 ? answer.json["id"]?.intValue : nil, "\(answer.text)")
  }

  private func queue(_ bench: DecisionBench) async throws -> [String] {
    let answer = try await bench.admin.get("/admin/api/conversions/reviews")
    return answer.json["items"]?.arrayValue?.compactMap { $0["id"]?.stringValue } ?? []
  }

  @Test func whatANetworkApprovesWaitsUntilSomebodyDoes() async throws {
    try await DecisionBench.with { bench in
      _ = try await rule(["offer_id": .int(bench.offerID)], bench)
      let click = try await bench.click()
      let id = try await bench.postback(click, "&payout=40&status=approved")
      var found = try await bench.read(id)
      #expect(found["status"] == "hold" && found["review"] == "pending" && found["revenue"] == "0.00")
      #expect(found["scheme_status"] == "on_hold" && found["original_status"] == "approved")
      #expect(found["history"]?.arrayValue?.first?["outcome"] == "held")
      // The network repeats itself.
      try await bench.postback(click, "&payout=41&status=approved")
      found = try await bench.read(id)
      #expect(found["status"] == "hold" && found["payout"] == "41.00")
      #expect(try await queue(bench) == [id])
      let approved = try await bench.admin.post("/admin/api/conversions/\(id)/approve", json: [:])
      #expect(approved.status == 200, "\(approved.text)")
      #expect(approved.json["status"] == "sale" && approved.json["review"] == "approved")
      #expect(approved.json["revenue"] == "41.00" && approved.json["scheme_status"] == "sale")
      #expect(try await queue(bench).isEmpty)
      let late = try await bench.admin.post("/admin/api/conversions/\(id)/reject", json: ["reason": "Fraud"])
      #expect(late.status == 409)
      #expect(try await bench.read(id)["status"] == "sale")
    }
  }

  @Test func aRejectionHasItsReason() async throws {
    try await DecisionBench.with { bench in
      _ = try await rule(["network_id": .int(bench.networkID)], bench)
      let click = try await bench.click()
      let id = try await bench.postback(click, "&status=lead&payout=40")
      #expect(try await bench.read(id)["review"] == .null)
      try await bench.postback(click, "&status=sale")
      let held = try await bench.read(id)
      #expect(held["status"] == "lead" && held["review"] == "pending")
      let nameless = try await bench.admin.post("/admin/api/conversions/\(id)/reject", json: [:])
      #expect(nameless.status == 422)
      let answer = try await bench.admin.post("/admin/api/conversions/\(id)/reject", json: ["reason": "Same phone"])
      #expect(answer.json["status"] == "rejected" && answer.json["review"] == "rejected")
      #expect(answer.json["history"]?.arrayValue?.first?["note"] == "Same phone")
      // What the network withdraws itself waits no longer.
      let other = try await bench.click()
      let second = try await bench.postback(other, "&payout=1")
      try await bench.postback(other, "&status=declined")
      #expect(try await bench.read(second)["review"] == "rejected")
    }
  }

  @Test func eachTypeHasItsOwnWay() async throws {
    try await DecisionBench.with { bench in
      _ = try await rule(["offer_id": .int(bench.offerID), "type": "upsell"], bench)
      let everything = try await rule([:], bench)
      _ = try await rule(["network_id": .int(bench.networkID), "approval": "auto"], bench)
      let click = try await bench.click()
      let sale = try await bench.postback(click, "&payout=10")
      let upsell = try await bench.postback(click, "&payout=4&conversion_type=upsell")
      #expect(try await bench.read(sale)["status"] == "sale")
      #expect(try await bench.read(upsell)["review"] == "pending")
      let twice = try await bench.admin.post("/admin/api/approval-rules", json: ["approval": "auto"])
      #expect(twice.status == 409)
      let both: JSONValue = ["offer_id": 1, "network_id": 1, "approval": "auto"]
      #expect(try await bench.admin.post("/admin/api/approval-rules", json: both).status == 422)
      let unknown = try await bench.admin.post(
        "/admin/api/approval-rules", json: ["offer_id": 999, "approval": "auto"])
      #expect(unknown.status == 422, "\(unknown.text)")
      #expect(try await bench.admin.delete("/admin/api/approval-rules/\(everything)").status == 204)
      #expect(try await bench.admin.get("/admin/api/approval-rules").json["items"]?.arrayValue?.count == 2)
    }
  }

  @Test func twoReviewersDecideEachOnce() async throws {
    try await DecisionBench.with { bench in
      _ = try await rule([:], bench)
      var ids: [String] = []
      for _ in 0..<20 { ids.append(try await bench.conversion()) }
      #expect(Set(try await queue(bench)) == Set(ids))
      let list = JSONValue(ids)
      async let yes = bench.bulk(["ids": list, "decision": "approve"], "reviews")
      async let no = bench.bulk(["ids": list, "decision": "reject", "reason": "Fraud"], "reviews")
      let answers = try await [yes, no].map(\.json)
      #expect(answers.flatMap { $0["applied"]?.texts ?? [] }.count == 20)
      #expect(answers.flatMap { $0["refused"]?.arrayValue ?? [] }.count == 20)
      let approved = answers[0]["applied"]?.texts.count ?? 0
      let stats = try await bench.admin.get("/admin/api/stats?from=2020-01-01&to=2099-12-31").json
      #expect(stats["revenue"]?.stringValue == Micros(rawValue: Int64(approved) * 10_000_000).description)
      let scope = try bench.tracker.scope
      let moves = try await scope.one(
        "SELECT count(*) AS count FROM \(scope.schema).conversion_history WHERE outcome = 'applied'")
      #expect(try moves.get("count", as: Int64.self) == 20)
    }
  }

  @Test func everybodyDoesWhatTheirSectionSays() async throws {
    try await DecisionBench.with { bench in
      let id = try await bench.conversion()
      let custom: JSONValue = ["reports": "read"]
      try await bench.tracker.addUser("reader@example.com", .custom, custom, by: bench.admin)
      try await bench.tracker.addUser("none@example.com", .custom, ["domains": "read"], by: bench.admin)
      let reader = try await bench.tracker.signedIn("reader@example.com")
      let nobody = try await bench.tracker.signedIn("none@example.com")
      #expect(try await reader.get("/admin/api/conversions/\(id)").status == 200)
      #expect(try await nobody.get("/admin/api/conversions/\(id)").status == 403)
      #expect(try await bench.set(id, "rejected", by: reader).status == 403)
      #expect(try await bench.bulk([:], "reviews", by: reader).status == 403)
      #expect(try await bench.bulk([:], by: reader).status == 403)
      #expect(try await reader.post("/admin/api/conversions/\(id)/approve", json: [:]).status == 403)
      #expect(try await reader.get("/admin/api/approval-rules").status == 403)
      #expect(try await bench.tracker.visitor.get("/admin/api/conversions/\(id)").status == 401)
    }
  }
}
