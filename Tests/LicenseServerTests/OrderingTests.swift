import Core
import Security
import TestSupport
import Testing

@testable import LicenseServer

@Suite struct OrderingTests {
  @Test func aPaidOrderBecomesALicenceWhoseKeyIsInThePortal() async throws {
    try await withServer { server in
      let (email, vendor) = ("buyer@example.com", try await server.vendor())
      let invoice = try await server.order(email)
      try await server.doJobs()
      #expect(server.mails(to: email).last?.subject == "Your Trackily order: invoice 2026-000001")
      let browser = try await server.customer(email)
      #expect(try await browser.get("/portal").text.contains("You have no licence yet"))

      let paid = try await vendor.post("/api/invoices/\(invoice)/mark-paid", json: ["reference": "wire 1"])
      #expect(paid.status == 200 && paid.json["status"] == "paid")
      let license = paid.json["license"]
      #expect(license?["plan"] == "pro" && license?["status"] == "active")
      #expect(license?["expires_at"] == "2026-12-21T10:00:00.000Z")
      try await server.doJobs()
      #expect(server.mails(to: email).last?.subject == "Your Trackily Pro licence is ready")

      let page = try await browser.get("/portal").text
      let four = try #require(license?["key_last_four"]?.stringValue)
      #expect(page.contains("••••\(four)") && page.contains("2026-000001") && page.contains("79.00 USD"))
      let csrf = try #require(page.csrfToken)
      let id = try #require(license?["id"]?.intValue)
      let shown = try await browser.post("/portal/licenses/\(id)/reveal", form: [("_csrf", csrf)])
      let key = try #require(shown.text.firstMatch(of: /[0-9a-f]{8}-[0-9a-f-]{27}/)?.output)
      #expect(key.hasSuffix(four))
      #expect(try await server.activate(String(key)).verdict == "true VALID")
    }
  }

  @Test func twentyMarkOneInvoicePaidAndOneLicenceIsIssued() async throws {
    try await withServer { server in
      let invoice = try await server.order("buyer@example.com")
      let token = try await server.logIn(RunningServer.vendorEmail, RunningServer.vendorPassword)
      let statuses = try await withThrowingTaskGroup(of: Int.self) { tasks in
        for _ in 0..<20 {
          tasks.addTask {
            try await server.client(token: token).post(
              "/api/invoices/\(invoice)/mark-paid", json: ["reference": "wire 1"]
            ).status
          }
        }
        return try await tasks.reduce(into: Set()) { $0.insert($1) }
      }
      #expect(statuses == [200])
      let vendor = server.client(token: token)
      #expect(try await vendor.get("/api/licenses").json["items"]?.arrayValue?.count == 1)
      let log = try await vendor.get("/api/audit-log?action=invoice.mark_paid").json
      #expect(log["items"]?.arrayValue?.count == 1)
      let other = try await vendor.post("/api/invoices/\(invoice)/mark-paid", json: ["reference": "wire 2"])
      #expect(other.status == 409 && other.code == "conflict")
      #expect(try await vendor.post("/api/invoices/4711/mark-paid", json: ["reference": "x"]).status == 404)
    }
  }

  @Test func anUnpaidOrderGivesNothing() async throws {
    try await withServer { server in
      _ = try await server.order("buyer@example.com")
      let vendor = try await server.vendor()
      #expect(try await vendor.get("/api/licenses").json["items"]?.arrayValue?.isEmpty == true)
      let subscriptions = try await vendor.get("/api/subscriptions").json["items"]?.arrayValue
      #expect(subscriptions?.map { $0["status"] } == ["incomplete"])
    }
  }

  @Test func anOrderTellsAStrangerNothingOfTheCustomer() async throws {
    try await withServer { server in
      let body: JSONValue = ["plan": "pro", "interval": "year", "currency": "EUR", "email": "a@example.com"]
      for _ in 0..<2 {
        let answer = try await server.visitor.post("/api/orders", json: body)
        #expect(answer.status == 201)
        #expect(
          answer.json["invoice"]?.objectValue?.members.map(\.key) == ["id", "number", "total", "currency", "due_at"])
        #expect(answer.json["invoice"]?["total"] == "740.00" && answer.json["invoice"]?["currency"] == "EUR")
      }
    }
  }

  @Test func ordersAreValidated() async throws {
    try await withServer { server in
      let right: JSONObject = ["plan": "pro", "interval": "month", "currency": "USD", "email": "a@example.com"]
      let changes: [(String, JSONValue)] = [
        ("plan", "gold"), ("interval", "week"), ("currency", "XXXX"), ("currency", "JPY"), ("email", "nobody"),
        ("more", 1), ("plan", nil),
      ]
      for (field, value) in changes {
        var body = right
        body[field] = value
        let answer = try await server.visitor.post("/api/orders", json: .object(body))
        #expect(answer.status == 422 && answer.code == "validation_failed", "\(field) \(value.text)")
        #expect(answer.json["errors"]?.arrayValue?.first?["field"]?.stringValue == field)
      }
    }
  }

  @Test func ordersOfOneAddressAreLimited() async throws {
    try await withServer(["ORDER_LIMIT_PER_ADDRESS": "2"]) { server in
      _ = try await server.order("a@example.com")
      _ = try await server.order("b@example.com")
      let third = try await server.visitor.post(
        "/api/orders", json: ["plan": "pro", "interval": "month", "currency": "USD", "email": "c@example.com"])
      #expect(third.status == 429 && third.header("Retry-After") != nil)
    }
  }
}

extension String {
  /// The CSRF token of a page's first form.
  var csrfToken: String? { firstMatch(of: /name="_csrf" value="([^"]+)"/).map { String($0.output.1) } }
}
