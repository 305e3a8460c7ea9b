import Core
import TestSupport
import Testing

@testable import LicenseServer

@Suite struct SignUpTests {
  private static let form = [
    ("name", "Ada"), ("email", "ada@example.com"), ("plan", "pro"), ("interval", "year"), ("currency", "EUR"),
  ]

  @Test func whoSignsUpIsToldHowToPayAndGetsTheKeyOnceItIsPaid() async throws {
    try await withServer { server in
      let vendor = try await server.vendor()
      _ = try await vendor.patch("/api/settings/seller", json: ["bank_details": "IBAN DE02 1203"])
      #expect(try await server.visitor.get("/portal/sign-up?plan=enterprise").text.contains("2490.00 USD"))
      let ordered = try await server.visitor.post("/portal/sign-up", form: Self.form)
      let path = try #require(ordered.header("Location"))
      #expect(ordered.status == 303 && path.hasPrefix("/portal/checkout/"))
      let page = try await server.visitor.get(path).text
      for part in ["740.00 EUR", "2026-000001", "IBAN DE02 1203"] { #expect(page.contains(part), "\(part)") }
      #expect(!page.contains("Pay by card"))
      try await server.doJobs()
      #expect(server.mails(to: "ada@example.com").count == 1)
      let items = try await vendor.get("/api/invoices").json["items"]?.arrayValue
      let invoice = try #require(items?.first?["id"]?.intValue)
      #expect(try await vendor.post("/api/invoices/\(invoice)/mark-paid", json: ["reference": "1"]).status == 200)
      #expect(try await !server.visitor.get(path).text.contains("Please transfer"))
      let browser = try await server.customer("ada@example.com")
      #expect(try await browser.get("/portal").text.contains(">Active<"))
    }
  }

  @Test func whatIsWrongWithAnOrderIsSaid() async throws {
    try await withServer { server in
      let changes = [
        ("name", "", "name: is required"), ("email", "nobody", "email"), ("plan", "gold", "plan: is no plan"),
        ("interval", "week", "interval"), ("currency", "JPY", "currency"),
      ]
      for (field, value, message) in changes {
        let form = Self.form.map { $0.0 == field ? (field, value) : $0 }
        let answer = try await server.visitor.post("/portal/sign-up", form: form)
        #expect(answer.status == 422 && answer.text.contains(message), "\(field): \(answer.text)")
      }
      #expect(try await server.vendor().get("/api/invoices").json["items"]?.arrayValue?.isEmpty == true)
    }
  }

  @Test func anOrdersPageCannotBeGuessed() async throws {
    try await withServer { server in
      _ = try await server.visitor.post("/portal/sign-up", form: Self.form)
      for guess in ["1", "v1.MQ", "x"] {
        #expect(try await server.visitor.get("/portal/checkout/\(guess)").status == 404)
      }
    }
  }

  @Test func whoIsACustomerAlreadyKeepsTheirName() async throws {
    try await withServer { server in
      let vendor = try await server.vendor()
      _ = try await vendor.post("/api/customers", json: ["email": "ada@example.com", "name": "Ada Ltd"])
      _ = try await server.visitor.post(
        "/portal/sign-up", form: Self.form.map { $0.0 == "name" ? ("name", "Eve") : $0 })
      let customers = try await vendor.get("/api/customers?email=ada@example.com").json["items"]?.arrayValue
      #expect(customers?.map { $0["name"] } == ["Ada Ltd"])
      _ = try await server.visitor.post(
        "/portal/sign-up", form: Self.form.map { $0.0 == "email" ? ("email", "new@example.com") : $0 })
      let new = try await vendor.get("/api/customers?email=new@example.com").json["items"]?.arrayValue
      #expect(new?.map { $0["name"] } == ["Ada"])
    }
  }

  @Test func aCustomerOrdersAnotherLicenceForTheirCompany() async throws {
    try await withServer { server in
      _ = try await server.license("pro", ["customer_email": "a@example.com"])
      let owner = try await server.customer("a@example.com")
      let member = try await server.colleague("b@example.com", as: .billing, invitedBy: owner)
      let viewer = try await server.colleague("c@example.com", as: .viewer, invitedBy: owner)
      let form = [("plan", "starter"), ("interval", "month"), ("currency", "USD"), ("coupon", "")]
      #expect(try await viewer.submit("/portal/order", form).status == 403)
      #expect(try await member.submit("/portal/order", form).status == 303)
      #expect(try await member.submit("/portal/order", [("plan", "gold")] + form.dropFirst()).status == 422)
      let none = try await member.submit("/portal/order", form.dropLast() + [("coupon", "NONE")])
      #expect(none.status == 422 && none.text.contains("is no coupon of ours"))
      #expect(try await owner.get("/portal/invoices").text.contains("19.00 USD"))
    }
  }
}
