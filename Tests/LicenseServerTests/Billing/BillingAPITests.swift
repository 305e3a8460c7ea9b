import Billing
import Core
import Security
import TestSupport
import Testing

@testable import LicenseServer

@Suite struct BillingAPITests {
  /// An order that is paid: the id of its subscription.
  private func buy(_ server: RunningServer, _ vendor: TestHTTPClient, plan: String = "pro") async throws -> Int64 {
    let invoice = try await server.order("buyer@example.com", plan: plan)
    let paid = try await vendor.post("/api/invoices/\(invoice)/mark-paid", json: ["reference": "wire"])
    return try #require(paid.json["subscription_id"]?.intValue)
  }

  @Test func aDryRunSaysWhatTheChangeThenDoes() async throws {
    try await withServer { server in
      let id = try await buy(server, server.vendor())
      server.clock.advance(by: .days(15))
      let vendor = try await server.vendor()
      let path = "/api/subscriptions/\(id)/change-plan"
      let dry = try await vendor.post("\(path)?dry_run=true", json: ["plan": "enterprise"])
      #expect(dry.status == 200 && dry.json["applied"] == false)
      #expect(dry.json["quote"]?["credit"] == "39.50" && dry.json["quote"]?["due"] == "85.00")
      #expect(try await vendor.get("/api/licenses").json["items"]?.arrayValue?.first?["plan"] == "pro")
      let done = try await vendor.post(path, json: ["plan": "enterprise"])
      #expect(done.json["applied"] == true && done.json["quote"] == dry.json["quote"])
      #expect(done.json["invoice"]?["due"] == "85.00" && done.json["subscription"]?["status"] == "past_due")
      let license = try #require(try await vendor.get("/api/licenses").json["items"]?.arrayValue?.first)
      #expect(license["plan"] == "enterprise" && license["status"] == "active")
      #expect(try await vendor.post(path, json: ["plan": "pro"]).status == 409)
      #expect(try await vendor.post(path, json: ["plan": "gold"]).status == 422)
      #expect(try await vendor.post("/api/subscriptions/4711/change-plan", json: ["plan": "pro"]).status == 404)
    }
  }

  @Test func theLicenceFollowsThePaymentDayByDay() async throws {
    try await withServer { server in
      _ = try await buy(server, server.vendor())
      let runs = server.plane.makeBillingJobs()
      func license() async throws -> JSONValue {
        _ = try await runs.run()
        let found = try await server.vendor().get("/api/licenses").json["items"]?.arrayValue?.first
        return try #require(found?["status"])
      }
      server.clock.set(BillingPeriod.month.end(of: 1, from: server.clock.now()))
      let due = server.clock.now()
      for (day, status) in [(0, "active"), (6, "active"), (7, "overdue"), (20, "overdue"), (21, "suspended")] {
        server.clock.set(due + .days(Int64(day)))
        #expect(try await license() == .string(status), "day \(day)")
      }
      try await server.doJobs()
      let subjects = server.mails(to: "buyer@example.com").map(\.subject)
      #expect(subjects.contains { $0.hasPrefix("Reminder: invoice 2026-000002") })
      #expect(subjects.last?.contains("suspended") == true)
      let vendor = try await server.vendor()
      let invoices = try await vendor.get("/api/invoices?status=open").json["items"]?.arrayValue
      let open = try #require(invoices?.first?["id"]?.intValue)
      let paid = try await vendor.post("/api/invoices/\(open)/mark-paid", json: ["reference": "late"])
      #expect(paid.json["license"]?["status"] == "active")
      #expect(paid.json["license"]?["expires_at"] == "2027-01-21T10:00:00.000Z")
    }
  }

  @Test func whatStaffSuspendedNoPaymentLifts() async throws {
    try await withServer { server in
      _ = try await buy(server, server.vendor())
      let runs = server.plane.makeBillingJobs()
      server.clock.advance(by: .days(31))
      _ = try await runs.run()
      let suspended = try await server.vendor().post("/api/licenses/1/suspend", json: [:])
      #expect(suspended.status == 200)
      server.clock.advance(by: .days(22))
      _ = try await runs.run()
      let vendor = try await server.vendor()
      let open = try await vendor.get("/api/invoices?status=open").json["items"]?.arrayValue?.first?["id"]?.intValue
      let paid = try await vendor.post(
        "/api/invoices/\(try #require(open))/mark-paid", json: ["reference": "late"])
      #expect(paid.json["license"]?["status"] == "suspended")
    }
  }

  @Test func invoicesAreIssuedCreditedAndWithdrawn() async throws {
    try await withServer { server in
      let vendor = try await server.vendor()
      let customer = try #require(
        try await vendor.post("/api/customers", json: ["email": "a@example.com"]).json["id"]?.intValue)
      let details = try await vendor.send(
        "PUT", "/api/customers/\(customer)/billing-details", json: ["country": "de", "company": "A GmbH"])
      #expect(details.status == 200 && details.json["billing_details"]?["country"] == "DE")
      let rate = try await vendor.post(
        "/api/tax-rates", json: ["name": "USt", "country": "DE", "percent": "19"])
      #expect(rate.status == 201 && rate.json["percent"] == "19")
      let body: JSONValue = [
        "customer_id": .int(customer), "currency": "EUR",
        "lines": [["description": "Consulting", "quantity": 3, "unit_amount": "100.50"]],
      ]
      let issued = try await vendor.post("/api/invoices", json: body)
      #expect(issued.status == 201 && issued.json["total"] == "358.78" && issued.json["tax"] == "57.28")
      #expect(issued.json["bill_to"]?["company"] == "A GmbH")
      let id = try #require(issued.json["id"]?.intValue)
      let credit = try await vendor.post(
        "/api/invoices/\(id)/credit", json: ["amount": "58.78", "reason": "Too much", "to": "balance"])
      #expect(credit.status == 201 && credit.json["credit_note"]?["reduced_due"] == "58.78")
      let more = try await vendor.post(
        "/api/invoices/\(id)/credit", json: ["amount": "300.01", "reason": "Too much", "to": "balance"])
      #expect(more.status == 422 && more.json["errors"]?.arrayValue?.first?["field"] == "amount")
      #expect(try await vendor.post("/api/invoices/\(id)/void", json: [:]).json["status"] == "void")
      #expect(try await vendor.post("/api/invoices/\(id)/void", json: [:]).status == 409)
      #expect(try await vendor.post("/api/invoices/\(id)/mark-paid", json: ["reference": "x"]).status == 409)
      let wrong = try await vendor.post(
        "/api/invoices",
        json: ["customer_id": 4711, "currency": "EUR", "lines": [["description": "", "unit_amount": "-1"]]])
      #expect(wrong.status == 422)
    }
  }

  @Test func aRefundWaitsForTheStaffsTransfer() async throws {
    try await withServer { server in
      let vendor = try await server.vendor()
      let id = try await buy(server, vendor)
      let ended = try await vendor.post("/api/subscriptions/\(id)/cancel", json: ["when": "now", "credit": "refund"])
      #expect(ended.json["subscription"]?["status"] == "canceled")
      let refund = try #require(ended.json["refund"]?["id"]?.intValue)
      #expect(ended.json["refund"]?["status"] == "pending" && ended.json["refund"]?["amount"] == "79.00")
      for status in [200, 200] {
        let sent = try await vendor.post("/api/refunds/\(refund)/mark-paid", json: ["reference": "out 1"])
        #expect(sent.status == status && sent.json["status"] == "paid")
      }
      #expect(try await vendor.post("/api/refunds/\(refund)/mark-paid", json: ["reference": "out 2"]).status == 409)
      let license = try await vendor.get("/api/licenses").json["items"]?.arrayValue?.first
      #expect(license?["status"] == "expired")
    }
  }

  @Test func couponsAreValidatedAndRedeemed() async throws {
    try await withServer { server in
      let vendor = try await server.vendor()
      let faults: [JSONValue] = [
        ["code": "x", "name": "X", "percent_off": "10"], ["code": "XYZ", "name": "X"],
        ["code": "XYZ", "name": "X", "percent_off": "0"], ["code": "XYZ", "name": "X", "amount_off": "5"],
        ["code": "XYZ", "name": "X", "percent_off": "5", "amount_off": "5", "currency": "USD"],
        ["code": "XYZ", "name": "X", "percent_off": "5", "periods": 0],
      ]
      for body in faults { #expect(try await vendor.post("/api/coupons", json: body).status == 422, "\(body.text)") }
      let whole: JSONValue = ["code": "free", "name": "All of it", "percent_off": "100", "periods": 1]
      let made = try await vendor.post("/api/coupons", json: whole)
      #expect(made.status == 201 && made.json["code"] == "FREE")
      #expect(try await vendor.post("/api/coupons", json: whole).status == 409)
      // What costs nothing is paid at once: the licence is there.
      let order = try await server.visitor.post(
        "/api/orders",
        json: ["plan": "pro", "interval": "month", "currency": "USD", "email": "a@example.com", "coupon": "Free"])
      #expect(order.status == 201 && order.json["invoice"]?["total"] == "0.00")
      #expect(try await vendor.get("/api/licenses").json["items"]?.arrayValue?.first?["status"] == "active")
      let again = try await server.visitor.post(
        "/api/orders",
        json: ["plan": "pro", "interval": "month", "currency": "USD", "email": "a@example.com", "coupon": "FREE"])
      #expect(again.status == 422 && again.json["errors"]?.arrayValue?.first?["field"] == "coupon")
      let id = try #require(made.json["id"]?.intValue)
      let withdrawn = try await vendor.send("PATCH", "/api/coupons/\(id)", json: ["active": false])
      #expect(withdrawn.json["active"] == false && withdrawn.json["redemptions"] == 1)
    }
  }

  @Test func aTrialGivesALicenceUntilItEnds() async throws {
    try await withServer { server in
      var vendor = try await server.vendor()
      let body: JSONValue = [
        "plan": "pro", "interval": "month", "currency": "EUR", "email": "t@example.com", "trial_days": 14,
      ]
      let trial = try await vendor.post("/api/subscriptions", json: body)
      #expect(trial.status == 201 && trial.json["status"] == "trialing")
      let first = try await vendor.get("/api/licenses").json["items"]?.arrayValue?.first
      #expect(first?["status"] == "active" && first?["expires_at"] == "2026-12-05T10:00:00.000Z")
      server.clock.advance(by: .days(14))
      _ = try await server.plane.makeBillingJobs().run()
      vendor = try await server.vendor()
      // Whoever never paid is given no grace.
      #expect(try await vendor.get("/api/licenses").json["items"]?.arrayValue?.first?["status"] == "expired")
      let open = try #require(try await vendor.get("/api/invoices").json["items"]?.arrayValue?.first)
      #expect(open["total"] == "74.00" && open["purpose"] == "renewal")
      let paid = try await vendor.post(
        "/api/invoices/\(try #require(open["id"]?.intValue))/mark-paid", json: ["reference": "w"])
      #expect(paid.json["license"]?["status"] == "active")
    }
  }
}
