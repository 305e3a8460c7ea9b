import Core
import TestSupport
import Testing

@testable import TenantTracker

/// Flows, simulation and copies through the API of a running tracker.
@Suite struct RoutingAPITests {
  private struct World {
    let tracker: RunningTracker
    let admin: TestHTTPClient
    var campaign: Int64 = 0

    func create(_ path: String, _ body: JSONValue) async throws -> Int64 {
      let answer = try await admin.post("/admin/api/\(path)", json: body)
      return try #require(answer.json["id"]?.intValue, "\(path): \(answer.text)")
    }

    func flow(_ body: JSONObject) async throws -> Int64 {
      var flow: JSONObject = ["type": "regular", "weight": 100]
      for member in body.members { flow[member.key] = member.value }
      return try await create("campaigns/\(campaign)/flows", .object(flow))
    }

    func simulate(_ visitor: JSONValue) async throws -> JSONValue {
      let answer = try await admin.post("/admin/api/campaigns/\(campaign)/simulate", json: visitor)
      #expect(answer.status == 200, "\(answer.text)")
      return answer.json
    }
  }

  private func with(_ body: (inout World) async throws -> Void) async throws {
    try await withTracker { tracker in
      var world = World(tracker: tracker, admin: try await tracker.admin())
      let offer = try await world.create("offers", ["name": "Own", "url": "https://own.example/", "currency": "USD"])
      world.campaign = try await world.create(
        "campaigns", ["name": "Push", "slug": "push", "offer_id": .int(offer)])
      try await body(&world)
    }
  }

  private func offer(_ name: String, in world: World) async throws -> Int64 {
    try await world.create(
      "offers", ["name": .string(name), "url": .string("https://\(name).example/"), "currency": "USD"])
  }

  @Test func theFiltersAreListedWithOperatorsAndUsualValues() async throws {
    try await with { world in
      let items = try await world.admin.get("/admin/api/flows/filters").json["items"]?.arrayValue ?? []
      let fields = Dictionary(items.map { ($0["field"]?.stringValue ?? "", $0) }) { first, _ in first }
      #expect(fields.count == 46)
      #expect(fields["visitor"]?["operators"] == ["equals", "not_equals"])
      #expect(fields["user_agent"]?["operators"] == ["contains", "not_contains"])
      let countries = fields["country"]?["suggestions"]?.arrayValue ?? []
      #expect(countries.count > 240)
      #expect(countries.contains(["value": "DE", "label": "Germany"]))
      #expect(!countries.contains { $0["value"] == "EU" || $0["value"] == "ZZ" })
    }
  }

  @Test func aSimulatedVisitorIsSentByLiveFlowsAndLeavesNoTrace() async throws {
    try await with { world in
      let (one, two) = (try await offer("one", in: world), try await offer("two", in: world))
      let german: JSONValue = ["field": "country", "op": "in", "values": ["DE", "AT"]]
      let forced = try await world.flow([
        "name": "German", "type": "forced", "filters": [german],
        "offers": [["id": .int(one), "weight": 100], ["id": .int(two), "weight": 50]],
      ])
      let rest = try await world.flow(["name": "Rest", "type": "default", "offers": [["id": .int(two)]]])
      let answer = try await world.simulate(["country": "de", "draws": 3_000, "seed": 5])
      #expect(answer["decision"]?["flow_id"]?.intValue == forced)
      let flows = answer["flows"]?.arrayValue ?? []
      #expect(flows.map { $0["outcome"]?.stringValue } == ["matched", "outranked"])
      #expect(flows.first?["offers"]?.arrayValue?.first?["share"]?.text == "0.666667")
      let first = answer["draws"]?.arrayValue?.first
      #expect(first?["offer_id"]?.intValue == one)
      let count = try #require(first?["count"]?.intValue)
      #expect(abs(count - 2_000) < 104, "four sigma of 3,000 draws at 2/3")
      #expect(try await world.simulate(["country": "de", "draws": 3_000, "seed": 5]) == answer)

      let elsewhere = try await world.simulate(["country": "US", "time": "2026-11-21T10:00:00Z"])
      #expect(elsewhere["decision"]?["flow_id"]?.intValue == rest)
      #expect(elsewhere["decision"]?["location"]?.stringValue?.hasPrefix("https://two.example/") == true)
      #expect(elsewhere["time"] == "2026-11-21T10:00:00.000Z")
      let missed = elsewhere["flows"]?.arrayValue?.first
      #expect(missed?["outcome"] == "missed" && missed?["filter"] == german)
      #expect(missed?["message"] == "Not met: Country is one of DE or AT.")
      let unknown = try await world.simulate([:])["flows"]?.arrayValue?.first
      #expect(unknown?["outcome"] == "unknown" && unknown?["reason"] == "geo_unknown")
      #expect(try await world.admin.get("/admin/api/clicks").json["items"] == [])
    }
  }

  @Test func aQuestionThatMeansNothingIsRefused() async throws {
    try await with { world in
      let path = "/admin/api/campaigns/\(world.campaign)/simulate"
      for body: JSONValue in [
        ["country": "Germany"], ["ip": "localhost"], ["draws": 10_001], ["draws": 0], ["visitor": "old"],
        ["time": "yesterday"], ["colour": "blue"],
      ] {
        let refused = try await world.admin.post(path, json: body)
        #expect(refused.status == 422, "\(body)")
      }
      #expect(try await world.admin.post("/admin/api/campaigns/999/simulate", json: [:]).status == 404)
      #expect(try await world.tracker.visitor.post(path, json: [:]).status == 401)
    }
  }

  @Test func flowsAreCopiedPausedAndMovedAmongTheirNeighbours() async throws {
    try await with { world in
      let (a, b) = (try await world.flow(["name": "A"]), try await world.flow(["name": "B", "type": "default"]))
      let copy = try await world.admin.post("/admin/api/flows/\(a)/clone", json: [:])
      #expect(copy.status == 201 && copy.json["name"] == "A (copy)" && copy.json["active"] == false)
      let copied = try #require(copy.json["id"]?.intValue)
      let order = { [admin = world.admin, campaign = world.campaign] in
        try await admin.get("/admin/api/campaigns/\(campaign)/flows").json["items"]?.arrayValue?.map {
          $0["id"]?.intValue
        }
      }
      #expect(try await order() == [a, copied, b])
      #expect(try await world.admin.post("/admin/api/flows/\(b)/move", json: ["direction": "up"]).status == 200)
      #expect(try await order() == [a, b, copied])
      #expect(try await world.admin.post("/admin/api/flows/\(a)/move", json: ["direction": "up"]).status == 200)
      #expect(try await order() == [a, b, copied], "the first stays the first")
      #expect(try await world.admin.post("/admin/api/flows/\(a)/move", json: ["direction": "left"]).status == 422)
      #expect(try await world.admin.post("/admin/api/flows/\(a)/clone", json: [:]).json["name"] == "A (copy 2)")
    }
  }

  @Test func aCampaignIsCopiedWithItsFlowsUnderAFreeSlug() async throws {
    try await with { world in
      let item = try await offer("one", in: world)
      _ = try await world.flow(["name": "All", "type": "default", "offers": [["id": .int(item)]], "binding": "offer"])
      let path = "/admin/api/campaigns/\(world.campaign)/clone"
      let headers = [("Idempotency-Key", "clone-1")]
      let copy = try await world.admin.post(path, json: [:], headers: headers)
      #expect(copy.status == 201 && copy.json["slug"] == "push-copy" && copy.json["name"] == "Push (copy)")
      #expect(try await world.admin.post(path, json: [:], headers: headers).json["id"] == copy.json["id"])
      let id = try #require(copy.json["id"]?.intValue)
      let flows = try await world.admin.get("/admin/api/campaigns/\(id)/flows").json["items"]?.arrayValue
      #expect(flows?.map { $0["binding"] } == ["offer"])
      #expect(try await world.tracker.visitor.get("/c/push-copy").status == 302)
      #expect(try await world.admin.post(path, json: [:]).json["slug"] == "push-copy-2")
      let named = try await world.admin.post(path, json: ["slug": "other", "name": "Other", "status": "paused"])
      #expect(named.json["slug"] == "other" && named.json["status"] == "paused")
      #expect(try await world.admin.post(path, json: ["slug": "push"]).status == 409)
      #expect(try await world.admin.post(path, json: ["slug": "a b"]).status == 422)
    }
  }

  @Test func conflictsKnowWhatIsPaused() async throws {
    try await with { world in
      let item = try await offer("one", in: world)
      _ = try await world.flow(["name": "All", "type": "default", "offers": [["id": .int(item)]]])
      #expect(try await codes(world) == [])
      #expect(try await world.admin.patch("/admin/api/offers/\(item)", json: ["status": "paused"]).status == 200)
      #expect(try await codes(world) == ["paused_items"])
      #expect(try await world.simulate([:])["flows"]?.arrayValue?.first?["outcome"] == "skipped")
      #expect(
        try await world.tracker.visitor.get("/c/push").header("Location")?.hasPrefix("https://own.example/") == true)
    }
  }

  private func codes(_ world: World) async throws -> [String?]? {
    try await world.admin.get("/admin/api/campaigns/\(world.campaign)/flows/conflicts").json["items"]?.arrayValue?.map {
      $0["code"]?.stringValue
    }
  }
}
