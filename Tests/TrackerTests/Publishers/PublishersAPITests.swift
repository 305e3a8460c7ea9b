import Core
import Database
import TestSupport
import Testing

@testable import TenantTracker

/// From the publisher to the export through the API of a running tracker.
@Suite struct PublishersAPITests {
  private static let base = "/admin/api"

  private func create(_ path: String, _ body: JSONValue, by admin: TestHTTPClient) async throws -> Int64 {
    let answer = try await admin.post("\(Self.base)/\(path)", json: body)
    return try #require(answer.json["id"]?.intValue, "\(path): \(answer.text)")
  }

  private func faults(_ answer: TestHTTPAnswer) -> [String?]? {
    answer.json["errors"]?.arrayValue?.map { $0["field"]?.stringValue }
  }

  @Test func fromTheLinkToThePayment() async throws {
    try await withTracker { tracker in
      let admin = try await tracker.admin()
      let publisher = try await create(
        "publishers", ["name": "Ana", "email": "Ana@Example.com", "schedule": "weekly", "net_days": 7], by: admin)
      let offer = try await create(
        "offers", ["name": "Own", "url": "https://own.example/", "payout": "40", "currency": "USD"], by: admin)
      let campaign = try await create(
        "campaigns", ["name": "Push", "slug": "push", "offer_id": .int(offer)], by: admin)
      _ = try await create(
        "commission-rules",
        ["name": "=Standard", "model": "hybrid", "amount": "1.5", "percent": "10", "currency": "USD"], by: admin)
      let answer = try await tracker.visitor.get("/c/push?pub=\(publisher)&sub1=a")
      let click = try #require(answer.header("Set-Cookie")?.split(separator: ";").first?.split(separator: "=").last)
      #expect(try await tracker.visitor.get("/postback?click_id=\(click)&payout=40&txid=T-1").status == 200)
      let conversions = try await admin.get("\(Self.base)/conversions?publisher_id=\(publisher)")
      let conversion = try #require(conversions.json["items"]?.arrayValue?.first?["id"]?.stringValue)
      let commissions = try await admin.get("\(Self.base)/commissions?publisher_id=\(publisher)")
      let commission = try #require(commissions.json["items"]?.arrayValue?.first)
      #expect(commission["amount"] == "5.50")
      #expect(commission["status"] == "approved")
      #expect(commission["conversion_id"]?.stringValue == conversion)
      let balance = try await admin.get("\(Self.base)/publishers/\(publisher)/balance")
      #expect(balance.json["items"]?.arrayValue?.first?["open"] == "5.50")
      // A statement by hand, not for days to come.
      let tomorrow = tracker.clock.now().utcDate.adding(days: 1).description
      let early = try await admin.post(
        "\(Self.base)/publishers/\(publisher)/payouts", json: ["to": .string(tomorrow)])
      #expect(faults(early) == ["to"])
      tracker.clock.advance(by: .days(1))
      let later = try await tracker.admin()
      let day = tracker.clock.now().utcDate.adding(days: -1).description
      let path = "\(Self.base)/publishers/\(publisher)/payouts"
      let made = try await later.post(path, json: ["to": .string(day)])
      #expect(made.json["items"]?.arrayValue?.count == 1, "\(made.text)")
      #expect(try await later.post(path, json: ["to": .string(day)]).json == ["items": []])
      let id = try #require(made.json["items"]?.arrayValue?.first?["id"]?.intValue)
      let statement = "\(Self.base)/payouts/\(id)"
      #expect(try await later.get(statement).json["payable"] == "5.50")
      #expect(try await later.post("\(statement)/pay", json: ["reference": "wire"]).status == 409)
      #expect(try await later.post("\(statement)/lock", json: [:]).json["state"] == "locked")
      #expect(try await later.post("\(statement)/lock", json: [:]).json["payable"] == "5.50")
      let lines = try await later.get("\(statement)/lines")
      #expect(lines.json["items"]?.arrayValue?.map { $0["amount"] } == ["5.50"])
      let csv = try await later.get("\(statement)/export?format=csv")
      #expect(csv.header("Content-Disposition") == "attachment; filename=\"statement-\(id).csv\"")
      let row = try #require(csv.text.split(separator: "\r\n").last)
      #expect(row.contains(",'=Standard,"), "\(row)")
      #expect(row.hasSuffix(",5.50,USD"))
      let json = try await later.get("\(statement)/export?format=json").json
      #expect(json["lines"]?.arrayValue?.first?["conversion_id"]?.stringValue == conversion)
      #expect(json["payable"] == "5.50")
      #expect(try await later.get("\(statement)/export?format=xls").status == 422)
      let paid = try await later.post("\(statement)/pay", json: ["reference": "SEPA 7"])
      #expect(paid.json["state"] == "paid")
      #expect(paid.json["reference"] == "SEPA 7")
      for (query, count) in [("?state=paid", 1), ("?state=draft", 0), ("?publisher_id=\(publisher)", 1)] {
        #expect(
          try await later.get("\(Self.base)/payouts\(query)").json["items"]?.arrayValue?.count == count, "\(query)")
      }
      let report = try await later.get(
        "\(Self.base)/stats/grouped?group_by=publisher&campaign_id=\(campaign)&filter%5Bpublisher%5D=\(publisher)")
      #expect(report.json["totals"]?["revenue"] == "40.00", "\(report.text)")
    }
  }

  @Test func aLockedStatementCannotBeTouchedByTheTenantsOwnLogin() async throws {
    try await withTracker { tracker in
      let scope = try tracker.scope
      for table in ["payout_statements", "payout_locks", "payout_lines", "payout_payments"] {
        let column = table == "payout_statements" ? "id" : "statement_id"
        for statement: SQL in [
          "UPDATE \(scope.schema).\(identifier: table) SET \(identifier: column) = 1",
          "DELETE FROM \(scope.schema).\(identifier: table)",
        ] {
          let error = await #expect(throws: DatabaseError.self) { try await scope.execute(statement) }
          #expect(error?.sqlState == "42501", "\(table)")
        }
      }
    }
  }

  @Test func whatIsWrongIsNamed() async throws {
    try await withTracker { tracker in
      let admin = try await tracker.admin()
      for (body, field) in [
        ([:], "name"), (["name": "A", "schedule": "daily"], "schedule"), (["name": "A", "net_days": 400], "net_days"),
        (["name": "A", "minimum_payout": "-1"], "minimum_payout"), (["name": "A", "email": "no"], "email"),
      ] as [(JSONValue, String)] {
        #expect(faults(try await admin.post("\(Self.base)/publishers", json: body)) == [field])
      }
      let rules = "\(Self.base)/commission-rules"
      for (body, field) in [
        (["name": "A"], "model"), (["name": "A", "model": "cpa"], "amount"),
        (["name": "A", "model": "revshare"], "percent"),
        (["name": "A", "model": "revshare", "percent": "1001"], "percent"),
        (["name": "A", "model": "cpa", "amount": "1", "publisher_id": 99], "publisher_id"),
        (["name": "A", "model": "cpa", "amount": "1", "offer_id": 99], "offer_id"),
        (["name": "A", "model": "cpa", "amount": "1", "tiers": [["after": 3]]], "tier_basis"),
        (
          [
            "name": "A", "model": "cpa", "amount": "1", "tier_basis": "count",
            "tiers": [["after": 3, "amount": "2"], ["after": 3, "amount": "4"]],
          ], "tiers[1].after"
        ),
      ] as [(JSONValue, String)] {
        let answer = try await admin.post(rules, json: body)
        #expect(answer.status == 422)
        #expect(faults(answer) == [field], "\(answer.text)")
      }
      let body: JSONValue = [
        "name": "Tiers", "model": "cpa", "amount": "1", "percent": "9", "goal": "First Deposit", "tier_basis": "volume",
        "tiers": [["after": "1000.50", "amount": "2"]],
      ]
      let made = try await admin.post(rules, json: body)
      #expect(made.json["percent"] == "0.00")
      #expect(made.json["goal"] == "first_deposit")
      #expect(made.json["tiers"] == [["after": "1000.50", "amount": "2.00", "percent": "0.00"]])
      #expect(try await admin.post(rules, json: body).status == 409)
      let id = try #require(made.json["id"]?.intValue)
      let changed = try await admin.patch("\(rules)/\(id)", json: ["amount": "3", "tier_basis": .null])
      #expect(changed.json["tiers"] == [])
      #expect(changed.json["goal"] == "first_deposit")
      for path in ["publishers", "commission-rules", "commissions", "payouts", "conversion-types"] {
        #expect(try await tracker.visitor.get("\(Self.base)/\(path)").status == 401)
      }
      #expect(try await admin.get("\(Self.base)/payouts/7").status == 404)
      #expect(try await admin.post("\(Self.base)/publishers/7/payouts", json: [:]).status == 404)
    }
  }

  @Test func conversionTypesAreKept() async throws {
    try await withTracker { tracker in
      let admin = try await tracker.admin()
      let path = "\(Self.base)/conversion-types"
      let items = try #require(try await admin.get("\(path)?sort=id").json["items"]?.arrayValue)
      #expect(
        items.map { $0["name"]?.stringValue } == [
          "sale", "lead", "upsell", "rebill", "registration", "ftd", "deposit", "qualified", "revenue_share",
        ])
      let id = { (index: Int) in items[index]["id"]?.intValue ?? 0 }
      #expect(faults(try await admin.patch("\(path)/\(id(0))", json: ["counts_as_conversion": false])) != nil)
      #expect(faults(try await admin.patch("\(path)/\(id(3))", json: ["counts_as_conversion": true])) != nil)
      #expect(faults(try await admin.patch("\(path)/\(id(4))", json: ["name": "other"])) == ["name"])
      #expect(try await admin.patch("\(path)/\(id(4))", json: ["counts_as_conversion": true]).status == 200)
      #expect(try await admin.delete("\(path)/\(id(4))").status == 409)
      #expect(try await admin.post(path, json: ["name": "FTD"]).status == 409)
      let trial = try await admin.post(path, json: ["name": "Free Trial", "counts_as_conversion": true])
      #expect(trial.json["name"] == "free_trial")
      #expect(try await admin.delete("\(path)/\(trial.json["id"]?.intValue ?? 0)").status == 204)
    }
  }
}
