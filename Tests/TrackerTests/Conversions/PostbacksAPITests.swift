import ClickPath
import Conversions
import Core
import Database
import TestSupport
import Testing

@testable import TenantTracker

@Suite struct PostbacksAPITests {
  /// A tenant with a network, an offer and a campaign, and clicks that are in the journal's tail.
  private struct World {
    let tracker: RunningTracker
    let admin: TestHTTPClient
    let network: Int64
    let campaign: Int64

    init(_ tracker: RunningTracker, offer more: JSONObject = [:]) async throws {
      self.tracker = tracker
      admin = try await tracker.admin()
      network = try await Self.create("networks", ["name": "CPA House"], admin)
      var offer: JSONObject = [
        "name": "Offer", "url": "https://offer.example/", "payout": "10", "network_id": .int(network),
      ]
      for member in more.members { offer[member.key] = member.value }
      let offerID = try await Self.create("offers", .object(offer), admin)
      campaign = try await Self.create("campaigns", ["name": "Push", "slug": "push", "offer_id": .int(offerID)], admin)
    }

    static func create(_ noun: String, _ body: JSONValue, _ admin: TestHTTPClient) async throws -> Int64 {
      let made = try await admin.post("/admin/api/\(noun)", json: body)
      try #require(made.status == 201, "\(made.text)")
      return try #require(made.json["id"]?.intValue)
    }

    func click() async throws -> ClickID {
      try #require(try await TestHTTPClient(port: tracker.port).get("/c/push").clickID)
    }

    /// The run of an answer, once it is over: on a busy machine the answer does not wait for it.
    func ended(_ answer: TestHTTPAnswer) async throws -> JSONValue {
      let id = try #require(answer.json["id"]?.stringValue, "\(answer.text)")
      var run = answer.json
      try await eventually("the run is over") {
        run = try await admin.get("/admin/api/postbacks/runs/\(id)").json
        return run["state"] != "running"
      }
      return run
    }

    @discardableResult
    func postback(_ query: String) async throws -> TestHTTPAnswer {
      try await tracker.visitor.get("/postback?\(query)")
    }

    func items(_ path: String) async throws -> [JSONValue] {
      try #require(try await admin.get("/admin/api\(path)").json["items"]?.arrayValue)
    }
  }

  @Test func aRefusedHitIsFoundAndReplayed() async throws {
    try await withTracker { tracker in
      let world = try await World(tracker)
      let path = "/admin/api/networks/\(world.network)"
      let click = try await world.click()
      _ = try await world.admin.patch(path, json: ["allowed_addresses": ["198.51.100.0/24"]])
      #expect(try await world.postback("click_id=\(click)&payout=7").status == 401)
      let item = try #require(try await world.items("/postbacks?outcome=unauthorized&click_id=\(click)").first)
      let id = try #require(item["id"]?.stringValue)
      #expect(item["can_replay"] == true && item["network_id"]?.intValue == world.network)
      #expect(item["query"]?.stringValue == "click_id=\(click)&payout=7")
      let again = try await world.admin.post("/admin/api/postbacks/\(id)/replay", json: [:])
      #expect(again.status == 200 && again.json["outcome"] == "unauthorized" && again.json["attempts"]?.intValue == 2)
      _ = try await world.admin.patch(path, json: ["allowed_addresses": []])
      let done = try await world.admin.post("/admin/api/postbacks/\(id)/replay", json: [:])
      #expect(done.json["outcome"] == "recorded" && done.json["can_replay"] == false)
      #expect(try await world.items("/conversions?click_id=\(click)").map { $0["id"]?.stringValue } == [id])
      let more = try await world.admin.post("/admin/api/postbacks/\(id)/replay", json: [:])
      #expect(more.status == 409)
      let log = try await world.admin.get("/admin/api/clicks/\(click)/events")
      let kinds = log.json["items"]?.arrayValue?.compactMap { $0["kind"]?.stringValue } ?? []
      #expect(kinds.contains("postback") && kinds.contains("conversion"))
    }
  }

  @Test func manyAreReplayedByIDsOrFilter() async throws {
    try await withTracker { tracker in
      let world = try await World(tracker)
      let path = "/admin/api/networks/\(world.network)"
      _ = try await world.admin.patch(path, json: ["require_key": true])
      for _ in 0..<3 { try await world.postback("click_id=\(try await world.click())") }
      _ = try await world.admin.patch(path, json: ["require_key": false])
      let ids = try await world.items("/postbacks").compactMap { $0["id"]?.stringValue }
      let replay = "/admin/api/postbacks/replay"
      let one = try await world.admin.post(replay, json: ["ids": [.string(ids[0])]])
      #expect(try await world.ended(one)["outcomes"]?["recorded"]?.intValue == 1, "\(one.text)")
      let rest = try await world.admin.post(replay, json: ["filter": ["outcome": "unauthorized"]])
      let run = try await world.ended(rest)
      #expect(run["done"]?.intValue == 2 && run["state"] == "done", "\(run.text)")
      #expect(run["kind"] == "replay" && run["made_by"]?.stringValue == RunningTracker.adminEmail)
      #expect(try await world.items("/conversions").count == 3)
      for wrong: JSONValue in [
        [:], ["ids": ["x"]], ["filter": ["outcome": "nonsense"]], ["filter": ["colour": "red"]],
        ["ids": [], "filter": [:]],
      ] {
        #expect(try await world.admin.post(replay, json: wrong).status == 422, "\(wrong.text)")
      }
    }
  }

  @Test func aWordOfTheInboxIsMappedForWhatWasAndComes() async throws {
    try await withTracker { tracker in
      let world = try await World(tracker)
      let clicks = [try await world.click(), try await world.click()]
      for click in clicks { try await world.postback("click_id=\(click)&payout=4&status=Odd%20Word") }
      let inbox = try await world.items("/networks/unmapped-statuses")
      #expect(inbox.count == 1 && inbox[0]["word"] == "Odd Word" && inbox[0]["conversions"]?.intValue == 2)
      let path = "/admin/api/networks/\(world.network)"
      let run = try await world.admin.post("\(path)/statuses", json: ["word": "odd word", "status": "sale"])
      #expect(try await world.ended(run)["outcomes"]?["updated"]?.intValue == 2, "\(run.text)")
      #expect(try await world.items("/networks/unmapped-statuses").isEmpty)
      #expect(try await world.items("/conversions").allSatisfy { $0["status"] == "sale" && $0["revenue"] == "4.00" })
      try await world.postback("click_id=\(try await world.click())&status=ODD-WORD")
      #expect(try await world.items("/conversions?status=sale").count == 3)
      #expect(try await world.admin.get(path).json["status_map"] == ["odd word": "sale"])
      let unknown = try await world.admin.post("\(path)/statuses", json: ["word": "never", "status": "sale"])
      #expect(unknown.status == 422 && unknown.json["errors"]?.arrayValue?.first?["field"] == "word")
      // The network's own editor does the same.
      try await world.postback("click_id=\(try await world.click())&status=strange")
      _ = try await world.admin.patch(path, json: ["status_map": ["odd word": "sale", "strange": "rejected"]])
      try await tracker.parts.runner.bringAll(of: try tracker.scope)
      #expect(try await world.items("/conversions?status=rejected").count == 1)
    }
  }

  @Test func networksSignAndOffersHaveGoals() async throws {
    try await withTracker { tracker in
      let goals: JSONValue = [
        ["name": "Deposit", "value": "FTD", "payout": "25"],
        ["name": "Share", "value": "revshare", "percent": "30", "conversion_type": "Revenue Share"],
      ]
      let world = try await World(tracker, offer: ["goals": goals, "duplicate_mode": "new"])
      let offer = try await world.items("/offers")[0]
      #expect(offer["duplicate_mode"] == "new")
      #expect(offer["goals"]?.arrayValue?.map { $0["value"]?.stringValue } == ["ftd", "revshare"])
      #expect(offer["goals"]?.arrayValue?.last?["conversion_type"] == "revenue_share")
      let click = try await world.click()
      for query in ["event=FTD", "event=FTD", "goal=revshare&amount=50"] {
        // The log goes by time.
        tracker.clock.advance(by: .milliseconds(1))
        try await world.postback("click_id=\(click)&\(query)")
      }
      let found = try await world.items("/conversions?click_id=\(click)").reversed()
      #expect(found.map { $0["payout"]?.stringValue } == ["25.00", "25.00", "15.00"])
      #expect(found.map { $0["type"]?.stringValue } == ["ftd", "ftd", "revenue_share"])
      let path = "/admin/api/networks/\(world.network)"
      let secret = try await world.admin.post("\(path)/postback-secret", json: [:])
      #expect(secret.status == 201 && (secret.json["secret"]?.stringValue?.utf8.count ?? 0) >= 43)
      let shown = try await world.admin.get(path)
      #expect(
        shown.json["signature_required"] == true && !shown.text.contains(secret.json["secret"]?.stringValue ?? "-"))
      #expect(try await world.postback("click_id=\(click)").status == 401)
      #expect(try await world.admin.delete("\(path)/postback-secret").status == 204)
      #expect(try await world.postback("click_id=\(click)").status == 200)
      for wrong: JSONValue in [
        [["name": "x", "value": "a", "payout": "1", "percent": "2"]], [["name": "x", "value": "a", "percent": "1001"]],
        [["name": "x", "value": "A b"], ["name": "y", "value": "a_b"]], [["name": "", "value": "a"]],
      ] {
        let answer = try await world.admin.patch(
          "/admin/api/offers/\(offer["id"]?.intValue ?? 0)", json: ["goals": wrong])
        #expect(answer.status == 422, "\(answer.text)")
      }
    }
  }

  /// Any sequence of status words: every place that shows revenue shows the sum of the approved.
  @Test func everyEndpointShowsTheSameRevenue() async throws {
    try await withTracker { tracker in
      let world = try await World(tracker)
      var random = SystemRandomNumberGenerator()
      let words = ["approved", "lead", "hold", "rejected", "trash", "never heard of", "PENDING", "refund", ""]
      for _ in 0..<6 {
        let click = try await world.click()
        for _ in 0..<Int.random(in: 1...8, using: &random) {
          let word = PercentCoding.encodeComponent(words.randomElement(using: &random) ?? "")
          let transaction = ["", "a", "b"].randomElement(using: &random) ?? ""
          let payout = Int.random(in: 1...99, using: &random)
          try await world.postback("click_id=\(click)&payout=\(payout).01&status=\(word)&txid=\(transaction)")
        }
      }
      let conversions = try await world.items("/conversions?limit=500")
      let expected = conversions.reduce(Micros.zero) { sum, conversion in
        let payout = conversion["payout"]?.stringValue.flatMap { Micros($0) } ?? .zero
        #expect(conversion["revenue"]?.stringValue == (conversion["status"] == "sale" ? payout : .zero).description)
        return conversion["status"] == "sale" ? sum + payout : sum
      }
      let stats = try await world.admin.get("/admin/api/stats?from=2020-01-01&to=2099-12-31")
      #expect(stats.json["revenue"]?.stringValue == expected.description)
      let query = "group_by=campaign,offer&from=2020-01-01&to=2099-12-31&metrics=revenue"
      let grouped = try await world.admin.get("/admin/api/stats/grouped?\(query)")
      #expect(grouped.json["totals"]?["revenue"]?.stringValue == expected.description, "\(grouped.text)")
      let rows = grouped.json["rows"]?.arrayValue ?? []
      let sum = rows.reduce(Micros.zero) {
        $0 + ($1["metrics"]?["revenue"]?.stringValue.flatMap { Micros($0) } ?? .zero)
      }
      #expect(sum == expected)
    }
  }
}
