import Billing
import Core
import Security
import TestSupport
import Testing

@testable import LicenseServer

@Suite struct ResellerTimeTests {
  @Test func aSuspendedResellersCustomersKeepWorkingUntilTheGraceIsOver() async throws {
    try await withServer { server in
      let reseller = try await server.reseller("acme", ["grace_days": 60])
      let customer = try await reseller.customer("c@example.com")
      let license = try await reseller.sell(to: customer)
      _ = try await server.activate(license.key)
      try await server.suspend(reseller)
      #expect(try await reseller.trySelling(to: customer).code == "reseller_suspended")
      #expect(try await reseller.api.post("/reseller/api/customers", json: ["email": "d@example.com"]).status == 403)
      // Its month ends, nothing renews, and it goes on all the same.
      for (days, verdict) in [(1, "true VALID"), (44, "true OVERDUE"), (14, "true OVERDUE")] as [(Int64, String)] {
        server.clock.advance(by: .days(days))
        try await server.doResellerJobs()
        #expect(try await server.validate(license.key, "f").verdict == verdict, "after \(days) more days")
      }
      server.clock.advance(by: .days(2))
      try await server.doResellerJobs()
      #expect(try await server.validate(license.key, "f").verdict == "false EXPIRED")
      #expect(try await reseller.items("/charges").count == 1)
      try await server.reinstate(reseller)
      #expect(try await server.validate(license.key, "f").verdict == "true VALID")
      // The time without use is not charged.
      let charges = try await reseller.items("/charges")
      #expect(charges.count == 2)
      #expect(charges.first?["period_start"] == JSONValue(server.clock.now()))
    }
  }

  @Test func aLicenceThatTheResellerSuspendedItselfStaysSuspended() async throws {
    try await withServer { server in
      let reseller = try await server.reseller("acme", ["grace_days": 1])
      let customer = try await reseller.customer("c@example.com")
      let (own, other) = (try await reseller.sell(to: customer), try await reseller.sell(to: customer))
      #expect(try await reseller.api.post("/reseller/api/licenses/\(own.id)/suspend", json: [:]).status == 200)
      try await server.suspend(reseller)
      server.clock.advance(by: .days(2))
      try await server.doResellerJobs()
      #expect(try await server.validate(other.key).verdict == "false SUSPENDED")
      #expect(try await reseller.api.post("/reseller/api/licenses/\(other.id)/reinstate", json: [:]).status == 403)
      try await server.reinstate(reseller)
      #expect(try await server.validate(other.key).verdict == "true VALID")
      #expect(try await server.validate(own.key).verdict == "false SUSPENDED")
    }
  }

  @Test func periodsFollowOneAnotherAndAnEndedLicenceEnds() async throws {
    try await withServer { server in
      let reseller = try await server.reseller()
      let customer = try await reseller.customer("c@example.com")
      let (goesOn, ends) = (try await reseller.sell(to: customer), try await reseller.sell(to: customer))
      let off = try await reseller.api.patch("/reseller/api/licenses/\(ends.id)", json: ["renews": false])
      #expect(off.status == 200 && off.json["renews"] == false)
      // Twice at once, and after a pause of more than two periods: each period once.
      server.clock.advance(by: .days(70))
      async let first: Void = server.doResellerJobs()
      async let second: Void = server.doResellerJobs()
      _ = try await (first, second)
      let charges = try await reseller.items("/charges?license_id=\(goesOn.id)")
      #expect(try await server.validate(ends.key).verdict == "false EXPIRED")
      #expect(try await server.validate(goesOn.key).verdict == "true VALID")
      // It had run out meanwhile, so a new period begins with the renewal.
      #expect(charges.count == 2 && charges.first?["period_start"] == JSONValue(server.clock.now()))
      server.clock.advance(by: .days(32))
      try await server.doResellerJobs()
      let later = try await reseller.items("/charges?license_id=\(goesOn.id)")
      #expect(later.count == 3 && later[0]["period_start"] == later[1]["period_end"])
    }
  }

  @Test func aMonthIsBilledOnceAndExactly() async throws {
    try await withServer { server in
      let reseller = try await server.reseller("acme", ["wholesale": ["kind": "percentage", "percent_off": "33.33"]])
      let customer = try await reseller.customer("c@example.com")
      var (wholesale, retail): (Int64, Int64) = (0, 0)
      for index in 0..<7 {
        let plan = ["starter", "pro", "enterprise"][index % 3]
        let asked = Int64(5_000 + index * 137)
        _ = try await reseller.sell(
          to: customer, plan, ["retail": .string(Money(minorUnits: asked, currency: .usd).decimal)])
        // List prices 19, 79 and 249 dollars less a third, half a cent to the even one.
        wholesale += [1_267, 5_267, 16_601][index % 3]
        retail += asked
      }
      try await server.doResellerJobs()
      #expect(try await reseller.items("/statements").isEmpty)
      let month = server.clock.now().rfc3339.prefix(7)
      while server.clock.now().rfc3339.prefix(7) == month { server.clock.advance(by: .days(1)) }
      async let first: Void = server.plane.resellerJobs.statements.billLastMonth()
      async let second: Void = server.plane.resellerJobs.statements.billLastMonth()
      _ = try await (first, second)
      let statements = try await reseller.items("/statements")
      #expect(statements.count == 1)
      let statement = try #require(statements.first)
      #expect(statement["wholesale"] == .string(Money(minorUnits: wholesale, currency: .usd).decimal))
      #expect(statement["retail"] == .string(Money(minorUnits: retail, currency: .usd).decimal))
      #expect(statement["periods"] == 7 && statement["month"] == .string(String(month)))
      let invoiceID = try #require(statement["invoice_id"]?.intValue)
      let invoice = try #require(try await InvoiceStore(server.plane.database).find(invoiceID))
      #expect(invoice.subtotal.minorUnits == wholesale && invoice.purpose == .wholesale && invoice.lines.count == 3)
      #expect(try await LedgerStore(server.plane.database).unbalancedEntries().isEmpty)
      let charges = try await reseller.items("/charges")
      #expect(charges.allSatisfy { $0["statement_id"] == statement["id"] })
      try await server.doJobs()
      #expect(server.mails(to: reseller.email).last?.subject.contains(month) == true)
    }
  }
}
