import Core
import TestSupport
import Testing

@testable import TenantTracker

@Suite struct ImportPlanTests {
  private static func offer(_ name: String, _ more: JSONObject = [:]) -> JSONValue {
    var object: JSONObject = ["name": .string(name), "url": "https://o.example/", "currency": "USD"]
    for member in more.members { object[member.key] = member.value }
    return .object(object)
  }

  @Test func aDryRunTellsWhatWouldHappenAndWritesNothing() async throws {
    try await ImportWorld.with { world in
      let id = try await world.create("offers", Self.offer("Kept"))
      _ = try await world.create("offers", Self.offer("Changed"))
      let file: JSONValue = [
        Self.offer("Kept"), Self.offer("Changed", ["payout": "3.5", "notes": "new"]), Self.offer("New"),
      ]
      let plan = try await world.importing("offers?dry_run=true", file)
      #expect(plan.status == 200 && plan.counts == [1, 1, 1, 0] && plan.json["applied"] == false)
      let items = plan.json["items"]?.arrayValue ?? []
      #expect(items.map { $0["action"]?.stringValue } == ["unchanged", "update", "create"])
      #expect(items[0]["id"]?.intValue == id && items[1]["changes"] == ["payout", "notes"] && items[2]["id"] == .null)
      #expect(try await world.count("offers") == 2)
      let done = try await world.importing("offers", file)
      #expect(done.counts == [1, 1, 1, 0] && done.json["applied"] == true)
      #expect(try await world.importing("offers", file).counts == [0, 0, 3, 0])
    }
  }

  @Test func anImportIsLiveAndInTheAuditLogThingByThing() async throws {
    try await ImportWorld.with { world in
      let file: JSONValue = [
        "offers": [Self.offer("Shop", ["id": 7])],
        "campaigns": [["id": 3, "name": "Push", "slug": "push", "offer_id": 7]],
      ]
      #expect(try await world.importing("all", file).status == 200)
      let click = try await world.tracker.visitor.get("/c/push")
      #expect(click.status == 302 && click.header("Location")?.hasPrefix("https://o.example/") == true)
      let log = try await world.admin.get("/admin/api/audit-log").json["items"]?.arrayValue ?? []
      #expect(log.prefix(3).map { $0["action"]?.stringValue } == ["import", "campaign.create", "offer.create"])
      #expect(log.first?["after"]?["create"] == 2)
      let offer = try await world.admin.get("/admin/api/offers").json["items"]?.arrayValue?.first?["id"]
      #expect(log[1]["after"]?["offer_id"] == offer, "the id it has got, not the file's")
      #expect(try await world.tracker.tracker.audit.firstFault(of: try world.tracker.scope) == nil)
    }
  }

  @Test func whatIsReferredToIsFoundByNameElseByID() async throws {
    try await ImportWorld.with { world in
      let one = try await world.create("offers", Self.offer("One"))
      let two = try await world.create("offers", Self.offer("Two"))
      let file: JSONValue = [
        ["name": "A", "slug": "a", "offer": "Two"], ["name": "B", "slug": "b", "offer_id": .int(one)],
        ["name": "C", "slug": "c", "offer_id": .int(one), "offer": "Two"],
        ["name": "D", "slug": "d", "domain": "track.elsewhere.example", "domain_id": 4],
      ]
      let done = try await world.importing("campaigns", file)
      #expect(done.status == 200, "\(done.text)")
      let campaigns = try await world.exported("campaigns").arrayValue ?? []
      #expect(campaigns.map { $0["offer_id"]?.intValue } == [two, one, two, nil])
      #expect(done.json["notes"]?.arrayValue?.count == 1 && campaigns[3]["domain_id"] == .null)
      let refused = try await world.importing(
        "campaigns", [["name": "E", "slug": "e", "offer": "Three"], ["name": "F", "slug": "f", "source_id": 99]])
      #expect(refused.faults == ["campaigns[0].offer: unknown", "campaigns[1].source_id: unknown"])
    }
  }

  @Test func byIDNamesMayChange() async throws {
    try await ImportWorld.with { world in
      let id = try await world.create("offers", Self.offer("Old"))
      let renamed = Self.offer("New", ["id": .int(id)])
      #expect(try await world.importing("offers?match=id", [renamed]).counts == [0, 1, 0, 0])
      #expect(try await world.exported("offers").arrayValue?.map { $0["name"] } == ["New"])
      #expect(
        try await world.importing("offers?match=id", [Self.offer("x", ["id": 99])]).faults == ["offers[0].id: unknown"])
      let taken = try await world.importing("offers?match=id", [Self.offer("New")])
      #expect(taken.faults == ["offers[0].name: taken"], "without an id it is a new one")
      let twice = try await world.importing("offers?match=id", [renamed, Self.offer("N", ["id": .int(id)])])
      #expect(twice.faults == ["offers[1].id: duplicate"])
    }
  }

  @Test func flowsAreFoundByNameInTheirCampaign() async throws {
    try await ImportWorld.with { world in
      let campaign = try await world.create("campaigns", ["name": "C", "slug": "c"])
      _ = try await world.create("campaigns", ["name": "D", "slug": "d"])
      for name in ["Twin", "Twin", "Single"] {
        _ = try await world.create("campaigns/\(campaign)/flows", ["name": .string(name), "type": "regular"])
      }
      func flow(_ slug: String, _ name: String, _ more: JSONObject = [:]) -> JSONValue {
        var object: JSONObject = ["campaign": .string(slug), "name": .string(name), "type": "regular"]
        for member in more.members { object[member.key] = member.value }
        return .object(object)
      }
      let done = try await world.importing("flows", [flow("c", "Single", ["weight": 7]), flow("d", "Single")])
      #expect(done.counts == [1, 1, 0, 0], "\(done.text)")
      #expect(try await world.importing("flows", [flow("c", "Twin")]).faults == ["flows[0].name: ambiguous"])
      #expect(try await world.importing("flows", [flow("x", "Y")]).faults == ["flows[0].campaign: unknown"])
      #expect(
        try await world.importing("flows", [["name": "Y", "type": "regular"]]).faults == ["flows[0].campaign: required"]
      )
      let bad = flow("c", "Z", ["offers": [["name": "Nobody"], ["name": "Nobody else"]], "filters": [["field": "x"]]])
      #expect(
        Set(try await world.importing("flows", [bad]).faults) == [
          "flows[0].offers[0].name: unknown", "flows[0].offers[1].name: unknown", "flows[0].filters[0].op: required",
        ])
      let rest = try #require(try await world.exported("flows").arrayValue?.last)
      let moved = flow("c", "Single", ["id": rest["id"] ?? .null])
      #expect(try await world.importing("flows?match=id", [moved]).faults == ["flows[0].campaign: choice"])
      let crowd = (1...501).map { flow("d", "F\($0)") }
      let full = try await world.importing("flows", .array(crowd))
      #expect(full.faults == ["flows[499].campaign: limit", "flows[500].campaign: limit"])
    }
  }

  @Test func importsAtTheSameTimeDoNotDouble() async throws {
    try await ImportWorld.with { world in
      let campaign = try await world.create("campaigns", ["name": "C", "slug": "c"])
      let flows = JSONValue.array(
        (1...50).map { ["campaign_id": .int(campaign), "name": .string("F\($0)"), "type": "regular"] })
      let statuses = try await withThrowingTaskGroup(of: Int.self) { tasks in
        for _ in 0..<4 {
          tasks.addTask {
            let client = try await world.tracker.admin()
            return try await world.importing("flows", flows, to: client).status
          }
        }
        return try await tasks.reduce(into: [Int]()) { $0.append($1) }
      }
      #expect(statuses.allSatisfy { $0 == 200 || $0 == 409 } && statuses.contains(200), "\(statuses)")
      #expect(try await world.exported("flows").arrayValue?.count == 50)
    }
  }

  @Test func aKeyMakesAnImportHappenOnce() async throws {
    try await ImportWorld.with { world in
      let headers = [("Idempotency-Key", "import-1")]
      let file: JSONValue = [Self.offer("One")]
      let first = try await world.admin.post("/admin/api/import/offers", json: file, headers: headers)
      let again = try await world.admin.post("/admin/api/import/offers", json: file, headers: headers)
      #expect(first.counts == [1, 0, 0, 0] && again.text == first.text)
    }
  }

  @Test func keitarosOffersAreUnderstood() async throws {
    try await ImportWorld.with { world in
      _ = try await world.create("networks", ["name": "Everflow"])
      let csv =
        "\u{FEFF}ID;Name;Group;Affiliate network;Action payload;Payout type;Payout value;Payout currency;Country;"
        + "Daily cap;State;Notes\r\n"
        + "12;McAfee US;AV;Everflow;https://o.example/?s={subid};CPA;40,50;usd;US, CA;100;active;\"good; one\"\r\n"
        + "13;McAfee FR;AV;;https://o.example/fr;CPA;;EUR;Worldwide;0;disabled;\r\n"
      let done = try await world.importing("offers", csv: csv)
      #expect(done.status == 200 && done.counts == [2, 0, 0, 0], "\(done.text)")
      #expect(done.json["notes"]?.text.contains("ID, Group, Payout type") == true)
      let offers = try await world.exported("offers").arrayValue ?? []
      #expect(offers[0]["url"] == "https://o.example/?s={click_id}" && offers[0]["network"] == "Everflow")
      #expect(offers[0]["payout"] == "40.50" && offers[0]["currency"] == "USD" && offers[0]["cap_daily"] == 100)
      #expect(offers[0]["payouts"]?.arrayValue?.map { $0["country"] } == ["CA", "US"])
      #expect(offers[0]["notes"] == "good; one" && offers[0]["status"] == "active")
      #expect(offers[1]["status"] == "paused" && offers[1]["cap_daily"] == .null && offers[1]["payouts"] == [])
      let commas = "Name,URL,Payout value,State\nPlain,https://p.example/,1.5,active\n"
      #expect(try await world.importing("offers", csv: commas).counts == [1, 0, 0, 0])
      let otherNames = "Offer name,Offer URL,Payout value\nNamed,https://n.example/,2\n"
      #expect(try await world.importing("offers", csv: otherNames).counts == [1, 0, 0, 0])
      let nameless = try await world.importing("offers", csv: "Offer URL,Payout value\nhttps://n.example/,2\n")
      #expect(nameless.status == 422 && nameless.text.contains("missing_column"), "\(nameless.text)")
    }
  }
}
