import Conversions
import Core
import Database
import TestSupport
import Testing

@testable import TenantTracker

@Suite struct StatusSchemeTests {
  @Test func anOrderGoesItsWayWithItsHistory() async throws {
    try await DecisionBench.with { bench in
      let click = try await bench.click()
      let id = try await bench.postback(click, "&status=checkout&payout=40")
      var found = try await bench.read(id)
      #expect(found["status"] == "hold" && found["scheme_status"] == "checkout" && found["revenue"] == "0.00")
      #expect(try await bench.set(id, "pending").status == 200)
      let sold = try await bench.set(id, "sale", note: "Paid by card")
      #expect(sold.status == 200, "\(sold.text)")
      #expect(sold.json["status"] == "sale" && sold.json["scheme_status"] == "sale" && sold.json["revenue"] == "40.00")
      try await bench.postback(click, "&status=Refund")
      found = try await bench.read(id)
      #expect(found["status"] == "rejected" && found["scheme_status"] == "refunded" && found["revenue"] == "0.00")
      #expect(found["original_status"] == "Refund")
      #expect(try await bench.set(id, "chargeback").status == 200)
      let back = try await bench.set(id, "sale")
      #expect(back.status == 409 && back.code == "conflict")
      #expect(back.json["errors"]?.arrayValue?.first?["field"] == "status")
      let history = try await bench.read(id)["history"]?.arrayValue ?? []
      #expect(
        history.reversed().map { line in
          let (from, to) = (line["from_scheme"]?.stringValue ?? "", line["to_scheme"]?.stringValue ?? "")
          return "\(from)>\(to):\(line["outcome"]?.stringValue ?? "")"
        } == [
          ">checkout:applied", "checkout>pending:applied", "pending>sale:applied", "sale>refunded:applied",
          "refunded>chargeback:applied", "chargeback>:refused",
        ])
      #expect(
        history.reversed().map { $0["actor"]?.stringValue } == [
          "postback", RunningTracker.adminEmail, RunningTracker.adminEmail, "postback", RunningTracker.adminEmail,
          RunningTracker.adminEmail,
        ])
      #expect(history.map { $0["note"] }.contains("Paid by card"))
      let audit = try await bench.admin.get("/admin/api/audit-log?action=conversion.status")
      #expect(audit.json["items"]?.arrayValue?.count == 3)
    }
  }

  @Test func withoutTheFeatureOnlyTheStatusesAreThere() async throws {
    try await DecisionBench.with(isLicensed: false) { bench in
      let click = try await bench.click()
      let id = try await bench.postback(click)
      for word in ["cart", "checkout", "pending", "on_hold", "refunded", "chargeback", "cancelled"] {
        let answer = try await bench.set(id, word)
        #expect(answer.status == 402 && answer.code == "feature_not_licensed", "\(word)")
        let many = try await bench.bulk(["ids": [.string(id)], "status": .string(word)])
        #expect(many.status == 402)
      }
      #expect(try await bench.set(id, "nonsense").status == 422)
      // A shop's word moves the money all the same.
      try await bench.postback(click, "&status=refunded")
      let found = try await bench.read(id)
      #expect(found["status"] == "rejected" && found["scheme_status"] == .null && found["revenue"] == "0.00")
      #expect(found["history"]?.arrayValue?.allSatisfy { $0["to_scheme"] == .null } == true)
      let other = try await bench.conversion()
      #expect(try await bench.set(other, "rejected").status == 200)
      #expect(try await bench.set(other, "rejected").status == 200)
      #expect(try await bench.set(other, "sale").status == 409)
      #expect(
        try await bench.admin.get("/admin/api/conversions/\(ConversionID(at: bench.tracker.clock.now()))").status == 404
      )
    }
  }

  @Test func theSchemeIsATable() async throws {
    try await DecisionBench.with { bench in
      let words = try await bench.admin.get("/admin/api/conversions/statuses").json["items"]?.arrayValue ?? []
      #expect(words.count == 8)
      #expect(words.map { $0["icon"]?.stringValue ?? "" } == ["🛒", "💳", "⏳", "✅", "⏸️", "↩️", "🚫", "✖️"])
      #expect(words[3]["next"] == ["refunded", "chargeback", "cancelled"] && words[3]["status"] == "sale")
    }
  }

  @Test func upsellsShowWhatTheyFollow() async throws {
    try await DecisionBench.with { bench in
      let click = try await bench.click()
      let sale = try await bench.postback(click, "&payout=10")
      let upsell = try await bench.postback(click, "&payout=4&conversion_type=upsell")
      #expect(try await bench.read(upsell)["parent"]?["id"]?.stringValue == sale)
      #expect(try await bench.read(sale)["children"]?.arrayValue?.map { $0["id"]?.stringValue } == [upsell])
    }
  }

  /// Whatever words come in whatever order, by hand or by postback: revenue is the sum over what is approved, on every
  /// page.
  @Test func revenueIsTheSumOverApprovedOnesEverywhere() async throws {
    try await DecisionBench.with { bench in
      var generator = SystemRandomNumberGenerator()
      let words = ConversionDecision.statusWords
      for round in 0..<2 {
        for _ in 0..<4 {
          let click = try await bench.click()
          let start = words.randomElement(using: &generator) ?? "sale"
          let id = try await bench.postback(click, "&status=\(start)&payout=\(Int.random(in: 1...90)).25")
          for _ in 0..<5 {
            let word = words.randomElement(using: &generator) ?? "sale"
            if Bool.random() {
              try await bench.postback(click, "&status=\(word)")
            } else {
              let answer = try await bench.set(id, word)
              #expect([200, 409].contains(answer.status), "\(answer.text)")
            }
          }
        }
        try await expectOneRevenue(bench, "round \(round)")
      }
    }
  }

  private func expectOneRevenue(_ bench: DecisionBench, _ comment: Comment) async throws {
    let all = try await bench.admin.get("/admin/api/conversions?limit=500").json["items"]?.arrayValue ?? []
    var sum = Micros.zero
    for conversion in all {
      let isApproved = conversion["status"] == "sale"
      let revenue = try #require(conversion["revenue"]?.stringValue.flatMap { Micros($0) })
      let payout = try #require(conversion["payout"]?.stringValue.flatMap { Micros($0) })
      #expect(revenue == (isApproved ? payout : .zero), comment)
      if let scheme = conversion["scheme_status"]?.stringValue.flatMap(SchemeStatus.init(rawValue:)) {
        #expect(scheme.status.rawValue == conversion["status"]?.stringValue, comment)
      }
      sum = sum + revenue
    }
    let day = "from=2020-01-01&to=2099-12-31"
    let stats = try await bench.admin.get("/admin/api/stats?\(day)").json
    #expect(stats["revenue"]?.stringValue == sum.description, comment)
    let grouped = try await bench.admin.get("/admin/api/stats/grouped?group_by=campaign&\(day)").json
    #expect(grouped["totals"]?["revenue"]?.stringValue == sum.description, comment)
    let rows = grouped["rows"]?.arrayValue ?? []
    let total = rows.compactMap { $0["metrics"]?["revenue"]?.stringValue.flatMap { Micros($0) } }.reduce(.zero, +)
    #expect(total == sum, comment)
  }
}
