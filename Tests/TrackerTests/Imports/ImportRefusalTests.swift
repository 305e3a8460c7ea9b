import Core
import TestSupport
import Testing

@testable import TenantTracker

@Suite struct ImportRefusalTests {
  @Test func everyFaultIsToldAtOnceAndNothingIsWritten() async throws {
    try await ImportWorld.with { world in
      let csv = """
        name,url,payout,network,payouts,status
        Good,https://good.example/,1.50,,,
        ,https://nameless.example/,1,,,
        Bad,ftp://x,ten,Nobody,"[{""country"":""USA""}]",asleep
        Good,https://twice.example/,1,,,
        Broken,https://b.example/,1,,[oops,
        "Two
        lines",nowhere,1,,,
        Wide,https://w.example/,1,,,,surplus
        """
      let refused = try await world.importing("offers", csv: csv)
      #expect(refused.status == 422 && refused.code == "validation_failed")
      #expect(
        Set(refused.faults) == [
          "line[3].name: required", "line[4].url: url", "line[4].payout: amount", "line[4].network: unknown",
          "line[4].payouts[0].country: length", "line[4].payouts[0].payout: required", "line[4].status: choice",
          "line[5].name: duplicate", "line[6].payouts: json", "line[7].url: url", "line[9].row: cells",
        ])
      #expect(refused.counts == [1, 0, 0, 6])
      #expect(try await world.count("offers") == 0)
      let plan = try await world.importing("offers?dry_run=true", csv: csv)
      #expect(plan.status == 200 && plan.counts == [1, 0, 0, 6] && plan.json["applied"] == false)
      #expect(plan.json["fault_count"]?.intValue == 11)
      let first = plan.json["faults"]?.arrayValue?.first
      #expect(first?["line"] == 3 && first?["field"] == "name" && first?["message"] != nil)
    }
  }

  @Test func filesThatCannotBeReadSayWhere() async throws {
    try await ImportWorld.with { world in
      let mangled = try await world.importing("offers", bytes: Array("name,url\nCaf".utf8) + [0xE9] + Array(",x".utf8))
      #expect(mangled.status == 400 && mangled.code == "malformed_csv")
      #expect(mangled.json["position"] == 12 && mangled.json["line"] == 2 && mangled.json["column"] == 4)
      let open = try await world.importing("offers", csv: "name,url\n\"a,b")
      #expect(open.status == 400 && open.json["line"] == 2)
      func json(_ text: String) async throws -> TestHTTPAnswer {
        try await world.admin.send(
          "POST", "/admin/api/import/offers", headers: [("Content-Type", "application/json")], body: Array(text.utf8))
      }
      let broken = try await json("[\n  {\"name\": \"a\",}\n]")
      #expect(broken.status == 400 && broken.code == "malformed_json")
      #expect(broken.json["line"] == 2 && broken.json["column"] == 16, "\(broken.text)")
      #expect(try await json("{\"offers\":[]}").status == 400)
      #expect(try await json("[1]").faults == ["offers[0].offer: type"])
      let deep = String(repeating: "[", count: 200) + String(repeating: "]", count: 200)
      #expect(try await json("[{\"name\":\(deep)}]").json["detail"]?.stringValue?.contains("nested deeper") == true)
      let unknown = try await world.admin.send(
        "POST", "/admin/api/import/offers", headers: [("Content-Type", "text/plain")], body: [0x61])
      #expect(unknown.status == 415)
      #expect(try await world.admin.post("/admin/api/import/users", json: []).status == 404)
      #expect(try await world.importing("offers?dry_run=perhaps", []).status == 422)
      #expect(try await world.importing("offers?match=color", []).status == 422)
      #expect(try await world.admin.get("/admin/api/export/offers?format=xml").status == 422)
      #expect(try await world.admin.get("/admin/api/export/all?format=csv").status == 422)
    }
  }

  @Test func columnsThatAreNotTheTypesAreListed() async throws {
    try await ImportWorld.with { world in
      let refused = try await world.importing("sources", csv: "Name,colour,notes,NOTES,created_at\nA,red,,,\n")
      #expect(refused.status == 422)
      #expect(refused.faults == ["colour: unknown_column", "NOTES: duplicate_column"])
      #expect(try await world.importing("sources", csv: "notes\nx\n").faults == ["name: missing_column"])
      #expect(try await world.importing("sources", csv: "").faults == ["file: required"])
    }
  }

  @Test func tooManyRowsAreRefusedEarly() async throws {
    try await ImportWorld.with { world in
      let csv = "name,url\n" + String(repeating: "n,https://o.example/\n", count: 1_000_000)
      let refused = try await world.importing("offers", csv: csv)
      #expect(refused.status == 413 && refused.code == "too_many_rows" && refused.json["limit"] == 100_000)
      let list = "[" + String(repeating: "{},", count: 100_000) + "{}]"
      let json = try await world.admin.send(
        "POST", "/admin/api/import/offers", headers: [("Content-Type", "application/json")], body: Array(list.utf8))
      #expect(json.status == 413 && json.code == "too_many_rows")
    }
  }

  @Test func eachTypeNeedsItsOwnPermission() async throws {
    try await ImportWorld.with { world in
      try await world.tracker.addUser(
        "buyer@example.com", .custom, ["campaigns": "write", "offers": "read"], by: world.admin)
      let buyer = try await world.tracker.signedIn("buyer@example.com")
      _ = try await world.create("offers", ["name": "O", "url": "https://o.example/", "currency": "USD"])
      #expect(try await buyer.get("/admin/api/export/offers").status == 200)
      #expect(try await buyer.get("/admin/api/export/networks").status == 403)
      #expect(try await world.importing("offers", [], to: buyer).status == 403)
      let all = try JSONValue.parse(try await buyer.get("/admin/api/export/all").body)
      #expect(all.objectValue?.members.map(\.key) == ["offers", "campaigns"])
      let refused = try await world.importing("all", all, to: buyer)
      #expect(refused.status == 403 && refused.json["section"] == "offers")
      #expect(try await world.importing("all", ["campaigns": [["name": "C", "slug": "c"]]], to: buyer).status == 200)
      #expect(try await world.tracker.visitor.get("/admin/api/export/offers").status == 401)
    }
  }

  @Test func whatThePlanLacksIsAFaultOfItsRow() async throws {
    try await ImportWorld.with { world in
      let landings: JSONValue = [
        ["name": "Open", "kind": "url", "url": "https://a.example/"],
        ["name": "Shut", "kind": "url", "url": "https://b.example/", "protected": true],
      ]
      #expect(try await world.importing("landings", landings).status == 200)
      let starter = try await world.importing("landings", landings, to: world.other)
      #expect(starter.status == 422 && starter.faults == ["landings[1].protected: feature_not_licensed"])
      #expect(try await world.count("landings", world.other) == 0)
    }
  }
}
