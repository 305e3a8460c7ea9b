import Core
import TestSupport
import Testing

@testable import TenantTracker

@Suite struct ImportRoundTripTests {
  /// A document with as many campaigns, offers and flows, and odd texts in them.
  private static func document(_ count: Int) -> JSONValue {
    let numbers = 1...Int64(count)
    let odd = ["=1+1", "'quoted", "with \"quotes\", commas; and\ttabs", "<b>&amp;</b>", "Ünïcødé 中 😀", "-5", "@x"]
    return [
      "sources": [
        ["id": 1, "name": "Kadam", "template": "kadam", "notes": "a\nb"],
        ["id": 2, "name": "=Own", "template": "custom", "currency": "EUR"],
      ],
      "networks": [
        [
          "id": 9, "name": "Net", "require_key": true, "allowed_addresses": ["203.0.113.0/24"],
          "status_map": ["approved": "sale", "pending": "hold"],
        ]
      ],
      "offers": .array(
        numbers.map { number in
          [
            "id": .int(number + 100), "name": .string("Offer \(number) \(odd[Int(number) % odd.count])"),
            "url": .string("https://offer.example/\(number)?x={click_id}"), "network_id": 9, "payout": "12.345678",
            "currency": "EUR", "payouts": [["country": "US", "payout": "40.00"], ["country": "DE", "payout": "1.5"]],
            "goals": [["name": "Deposit", "value": "ftd", "percent": "12.5"]], "cap_daily": 10,
            "status": .string(number % 5 == 0 ? "paused" : "active"),
            "notes": .string(odd[Int(number + 3) % odd.count]),
          ]
        }),
      "landings": [
        ["id": 1, "name": "Local", "kind": "local", "html": "\n<p>Hi, \"you\"</p>\r\n\n"],
        ["id": 2, "name": "Empty", "kind": "local", "html": ""],
        ["id": 3, "name": "Far", "kind": "url", "url": "https://lander.example/?c={country}"],
      ],
      "campaigns": .array(
        numbers.map { number in
          [
            "id": .int(number), "name": .string("Campaign \(odd[Int(number) % odd.count])"),
            "slug": .string("c-\(number)"), "source_id": .int(number % 2 + 1), "offer_id": .int(number + 100),
            "cost_model": "cpc", "cost": "0.05", "currency": "USD", "external_ids": ["1", "=2"],
            "append_click_param": .bool(number % 2 == 0),
            "bot_filter": ["enabled": true, "redirect_url": "https://bots.example/"],
            "frequency_cap": ["limit": 3, "hours": 24, "redirect_url": nil, "key": "address"],
            "status": .string(number % 7 == 0 ? "paused" : "active"),
          ]
        }),
      "flows": .array(
        numbers.map { number in
          [
            "campaign_id": .int(number), "name": "Flow", "type": "regular", "position": .int(number % 3),
            "weight": 50,
            "filters": [
              ["field": "country", "op": "in", "values": ["US", "CA"]],
              ["field": "hour", "op": "in", "values": ["9", "10"], "zone": "Europe/Berlin"],
            ],
            "landings": [["id": .int(number % 3 + 1), "weight": 100]],
            "offers": [["id": .int(number + 100), "weight": 70], ["name": "Offer 1 'quoted", "weight": 30]],
            "binding": "landing_offer",
          ]
        }.filter { $0["campaign_id"] != 1 }),
    ]
  }

  /// Everything of one tenant is taken into an empty one, and comes out of it the same.
  @Test func aTenantGoesIntoAnotherWithoutLoss() async throws {
    try await ImportWorld.with { world in
      let made = try await world.importing("all", Self.document(40))
      #expect(made.status == 200 && made.counts == [125, 0, 0, 0], "\(made.text.prefix(2_000))")
      let everything = try await world.exported("all")
      let taken = try await world.importing("all", everything, to: world.other)
      #expect(taken.status == 200 && taken.counts == [125, 0, 0, 0], "\(taken.text.prefix(2_000))")
      let again = try await world.exported("all", from: world.other)
      #expect(ImportWorld.withoutIDs(again) == ImportWorld.withoutIDs(everything))
      let unchanged = try await world.importing("all", everything, to: world.other)
      #expect(unchanged.counts == [0, 0, 125, 0], "\(unchanged.text.prefix(2_000))")
    }
  }

  @Test func eachTypeGoesThroughCSVWithoutLoss() async throws {
    try await ImportWorld.with { world in
      #expect(try await world.importing("all", Self.document(20)).status == 200)
      for type in PortType.allCases {
        let file = try await world.admin.get("/admin/api/export/\(type.rawValue)?format=csv")
        #expect(file.header("Content-Type") == "text/csv; charset=utf-8")
        #expect(file.header("Content-Disposition")?.contains("trackily-\(type.rawValue)-") == true)
        let here = try await world.importing(type.rawValue, bytes: file.body)
        #expect(
          here.status == 200 && here.counts[2] == Int64(here.json["items"]?.arrayValue?.count ?? 0), "\(here.text)")
        let there = try await world.importing(type.rawValue, bytes: file.body, to: world.other)
        #expect(there.status == 200 && there.counts[0] > 0, "\(type): \(there.text)")
      }
      let (mine, others) = (try await world.exported("all"), try await world.exported("all", from: world.other))
      #expect(ImportWorld.withoutIDs(mine) == ImportWorld.withoutIDs(others))
    }
  }

  @Test func noSecretIsInAFileAndNoCellIsAFormula() async throws {
    try await ImportWorld.with { world in
      let id = try await world.create("networks", ["name": "=cmd|' /C calc'!A0"])
      let key = try #require(try await world.admin.get("/admin/api/networks/\(id)").json["postback_key"]?.stringValue)
      let answer = try await world.admin.post("/admin/api/networks/\(id)/postback-secret", json: [:])
      let secret = try #require(answer.json["secret"]?.stringValue)
      for format in ["csv", "json"] {
        let text = try await world.admin.get("/admin/api/export/networks?format=\(format)").text
        #expect(!text.contains(key) && !text.contains(secret))
      }
      let lines = try await world.admin.get("/admin/api/export/networks?format=csv").text.split(separator: "\r\n")
      #expect(lines[0] == "id,name,require_key,allowed_addresses,status_map,notes")
      #expect(lines[1] == "\(id),'=cmd|' /C calc'!A0,false,[],{},")
    }
  }

  @Test func whatTheAPIAnswersIsAFileToo() async throws {
    try await ImportWorld.with { world in
      _ = try await world.create("sources", ["name": "Push", "template": "kadam"])
      let items = try await world.admin.get("/admin/api/sources").json["items"] ?? .null
      let taken = try await world.importing("sources", items, to: world.other)
      #expect(taken.status == 200 && taken.counts == [1, 0, 0, 0], "\(taken.text)")
    }
  }
}
