import ClickPath
import Core
import Database
import TestSupport
import Testing

@testable import TenantTracker

@Suite struct ClickCostAPITests {
  /// A tracker with clicks of one campaign, in the database.
  private func withClicks(
    _ count: Int, _ body: (RunningTracker, TestHTTPClient, _ campaign: Int64, [ClickID]) async throws -> Void
  ) async throws {
    try await withTracker { tracker in
      let admin = try await tracker.admin()
      let offer = try await admin.post("/admin/api/offers", json: ["name": "o", "url": "https://shop.example.org/"])
      let campaign = try await admin.post(
        "/admin/api/campaigns",
        json: ["name": "c", "slug": "c", "offer_id": JSONValue(offer.json["id"]?.intValue), "cost_model": "none"])
      let id = try #require(campaign.json["id"]?.intValue, "\(campaign.text)")
      for _ in 0..<count { #expect(try await tracker.visitor.get("/c/c").status == 302) }
      var found: [ClickID] = []
      try await eventually("the clicks") {
        let list = try await admin.get("/admin/api/clicks")
        found = list.json["items"]?.arrayValue?.compactMap { $0["id"]?.stringValue.flatMap { ClickID($0) } } ?? []
        return found.count == count
      }
      try await body(tracker, admin, id, found)
    }
  }

  @Test func aClicksCostIsSetAndNoted() async throws {
    try await withClicks(2) { tracker, admin, campaign, clicks in
      let path = "/admin/api/clicks/\(clicks[0])/cost"
      let set = try await admin.post(path, json: ["cost": "0.123456"])
      #expect(set.status == 200, "\(set.text)")
      #expect(set.json["before"] == ["cost": "0.00", "currency": "USD"])
      #expect(try await admin.get("/admin/api/clicks/\(clicks[0])").json["cost"] == "0.123456")
      #expect(try await admin.get("/admin/api/stats").json["cost"] == "0.123456")
      #expect(try await admin.get("/admin/api/audit-log?action=click.cost").json["items"]?.arrayValue?.count == 1)
      for (body, status) in [
        (["cost": "-1"], 422), ([:], 422), (["cost": "1", "currency": "EUR"], 422), (["cost": 2], 200),
      ] as [(JSONValue, Int)] {
        #expect(try await admin.post(path, json: body).status == status)
      }
      let unknown = ClickID(at: tracker.clock.now())
      #expect(try await admin.post("/admin/api/clicks/\(unknown)/cost", json: ["cost": "1"]).status == 404)
    }
  }

  @Test func manyAreShownFirstThenChangedAndUndone() async throws {
    try await withClicks(3) { tracker, admin, campaign, _ in
      let path = "/admin/api/clicks/cost"
      let day = tracker.clock.now().rateDay
      var body: JSONObject = [
        "campaign_id": .int(campaign), "from": JSONValue(day), "to": JSONValue(day), "mode": "total", "cost": "10.00",
        "preview": true,
      ]
      let preview = try await admin.post(path, json: .object(body))
      #expect(
        preview.json == ["clicks": 3, "unmatched": 0, "before": "0.00", "after": "10.00", "currency": "USD"],
        "\(preview.text)")
      #expect(try await admin.get("/admin/api/stats").json["cost"] == "0.00")
      body["preview"] = nil
      let changed = try await admin.post(path, json: .object(body))
      #expect(changed.json["state"] == "done", "\(changed.text)")
      #expect(try await admin.get("/admin/api/stats").json["cost"] == "10.00")
      let id = try #require(changed.json["id"]?.stringValue)
      #expect(try await admin.get("\(path)/changes/\(id)").json == changed.json)
      #expect(try await admin.get("\(path)/changes").json["items"]?.arrayValue?.count == 1)
      #expect(try await admin.post("\(path)/changes/\(id)/undo", json: [:]).json["state"] == "undone")
      #expect(try await admin.post("\(path)/changes/\(id)/undo", json: [:]).status == 409)
      #expect(try await admin.get("/admin/api/stats").json["cost"] == "0.00")
      #expect(try await admin.get("/admin/api/audit-log?action=clicks.cost").json["items"]?.arrayValue?.count == 1)
    }
  }

  @Test func whatIsWrongIsNamed() async throws {
    try await withTracker { tracker in
      let admin = try await tracker.admin()
      for (body, field) in [
        (["from": "2026-11-20", "cost": "1"], "campaign_id"), (["campaign_id": 1, "cost": "1"], "from"),
        (["campaign_id": 1, "from": "2026-11-20"], "cost"),
        (["campaign_id": 1, "from": "2026-11-20", "to": "2026-11-19", "cost": "1"], "from"),
        (["campaign_id": 1, "from": "2024-11-20", "to": "2026-11-19", "cost": "1"], "from"),
        (["campaign_id": 1, "from": "2026-11-20", "cost": "1", "sub1": "a", "sub2": "b"], "sub2"),
        (["campaign_id": 1, "from": "2026-11-20", "cost": "1", "mode": "guess"], "mode"),
        (["campaign_id": 1, "from": "2026-11-20", "cost": "1", "tz": "Mars/Base"], "tz"),
        (["csv": "a,1\nb"], "csv[1]"),
        (["campaign_id": 1, "from": "2026-11-20", "cost": "1", "currency": "EUR"], "currency"),
      ] as [(JSONValue, String)] {
        let answer = try await admin.post("/admin/api/clicks/cost", json: body)
        #expect(answer.status == 422, "\(body.text)")
        #expect(answer.json["errors"]?.arrayValue?.contains { $0["field"] == .string(field) } == true, "\(answer.text)")
      }
      let none = try await admin.post(
        "/admin/api/clicks/cost", json: ["campaign_id": 1, "from": "2026-11-20", "to": "2026-11-20", "cost": "1"])
      #expect(none.status == 409)
      #expect(try await tracker.visitor.post("/admin/api/clicks/cost", json: [:]).status == 401)
    }
  }
}
