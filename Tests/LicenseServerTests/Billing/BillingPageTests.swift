import Billing
import Core
import TestSupport
import Testing

@testable import LicenseServer

@Suite struct BillingPageTests {
  private func browser(_ server: RunningServer) async throws -> TestHTTPClient {
    let browser = server.visitor
    let answer = try await browser.post(
      "/admin/login",
      form: [("email", RunningServer.vendorEmail), ("password", RunningServer.vendorPassword), ("return_to", "")])
    #expect(answer.status == 303)
    return browser
  }

  @Test func thePagesSayWhatBelongsOnThemWhileTheyAreEmpty() async throws {
    try await withServer { server in
      let browser = try await browser(server)
      for (path, text) in [
        ("subscriptions", "Nothing has been ordered yet."), ("invoices", "Nothing has been ordered yet."),
        ("coupons", "There is no coupon yet."), ("tax-rates", "No tax is charged anywhere."),
        ("revenue", "Nothing has been paid yet"),
      ] {
        let page = try await browser.get("/admin/\(path)")
        #expect(page.status == 200 && page.text.contains(text), "\(path)")
      }
    }
  }

  @Test func aChangeIsAskedForThenMade() async throws {
    try await withServer { server in
      let invoice = try await server.order("buyer@example.com")
      _ = try await server.vendor().post("/api/invoices/\(invoice)/mark-paid", json: ["reference": "wire"])
      server.clock.advance(by: .days(15))
      let browser = try await browser(server)
      let csrf = ("_csrf", try #require(try await browser.get("/admin/subscriptions/1").text.csrfToken))
      let path = "/admin/subscriptions/1"
      #expect(try await browser.get(path).text.contains("buyer@example.com"))
      let target = [csrf, ("plan", "enterprise"), ("interval", "month")]
      let asked = try await browser.post("\(path)/quote", form: target)
      #expect(asked.status == 200 && asked.text.contains("85.00 USD is to be paid now"))
      let same = try await browser.post("\(path)/quote", form: [csrf, ("plan", "pro"), ("interval", "month")])
      #expect(same.status == 422 && same.text.contains("is the plan that the subscription has"))
      #expect(try await browser.post("\(path)/change-plan", form: target).status == 303)
      #expect(try await browser.get("/admin/invoices/2").text.contains("124.50 USD"))
      let refused = try await browser.post("\(path)/quote", form: [csrf, ("plan", "pro"), ("interval", "month")])
      #expect(refused.status == 409 && refused.text.contains("has to be paid first"))
      #expect(try await browser.post("\(path)/cancel", form: [csrf, ("when", "period_end")]).status == 303)
      #expect(try await browser.get(path).text.contains("Go on as it is"))
      #expect(try await browser.post("\(path)/resume", form: [csrf]).status == 303)
    }
  }

  @Test func couponsTaxRatesAndCreditNotesAreMadeOnPages() async throws {
    try await withServer { server in
      let invoice = try await server.order("buyer@example.com")
      let browser = try await browser(server)
      let csrf = ("_csrf", try #require(try await browser.get("/admin/coupons").text.csrfToken))
      let coupon = [csrf, ("code", "spring26"), ("name", "<b>Spring</b>"), ("percent_off", "12.5"), ("periods", "3")]
      #expect(try await browser.post("/admin/coupons", form: coupon).status == 303)
      #expect(try await browser.post("/admin/coupons", form: coupon).status == 409)
      let page = try await browser.get("/admin/coupons").text
      #expect(page.contains("12.5 % off, 3 periods") && page.contains("&lt;b&gt;Spring"))
      let fault = try await browser.post("/admin/coupons", form: coupon + [("last_day", "someday")])
      #expect(fault.status == 422 && fault.text.contains("must be a day such as 2027-01-31"))
      let rate = [csrf, ("country", "at"), ("name", "USt"), ("percent", "20"), ("reverse_charge", "on")]
      #expect(try await browser.post("/admin/tax-rates", form: rate).status == 303)
      #expect(try await browser.get("/admin/tax-rates").text.contains("20 %"))
      let credit = [csrf, ("amount", "80"), ("reason", "Too much"), ("to", "balance")]
      let tooMuch = try await browser.post("/admin/invoices/\(invoice)/credit", form: credit)
      #expect(tooMuch.status == 422 && tooMuch.text.contains("at most 79.00 USD"))
      let part = [csrf, ("amount", "9"), ("reason", "Goodwill"), ("to", "balance")]
      #expect(try await browser.post("/admin/invoices/\(invoice)/credit", form: part).status == 303)
      #expect(try await browser.get("/admin/invoices/\(invoice)").text.contains("CN-2026-000001"))
      #expect(try await browser.post("/admin/invoices/\(invoice)/void", form: [csrf]).status == 303)
    }
  }

  @Test func theRevenuePageHasChartsTablesAndFiles() async throws {
    try await withServer { server in
      var vendor = try await server.vendor()
      for (email, plan) in [("a@example.com", "pro"), ("b@example.com", "starter")] {
        let invoice = try await server.order(email, plan: plan)
        _ = try await vendor.post("/api/invoices/\(invoice)/mark-paid", json: ["reference": "wire"])
      }
      server.clock.advance(by: .days(31))
      _ = try await server.plane.makeBillingJobs().run()
      vendor = try await server.vendor()
      let revenue = try await vendor.get("/api/revenue?months=2").json
      let currency = try #require(revenue["currencies"]?.arrayValue?.first)
      #expect(currency["mrr"] == "98.00" && currency["subscriptions"] == 2)
      #expect(currency["months"]?.arrayValue?.first?["new"] == "98.00")
      #expect(revenue["dunning"]?.arrayValue?.count == 2 && revenue["due"]?.arrayValue?.first?["due"] == "98.00")
      #expect(try await vendor.get("/api/revenue?months=61").status == 422)
      let browser = try await browser(server)
      let page = try await browser.get("/admin/revenue").text
      #expect(page.contains("data-chart=\"mrr-USD\"") && page.contains("echarts.min."))
      #expect(page.contains("a@example.com") && page.contains("Download revenue.csv"))
      for (file, line) in [
        ("revenue", "USD,2026-11,0.00,98.00,0.00,0.00,0.00,0.00,98.00,0,2,0,,,98.00,0.00"),
        ("dunning", "a@example.com,Pro,past_due"), ("due", "USD,not_due,2,98.00"),
      ] {
        let csv = try await browser.get("/admin/revenue/\(file).csv")
        #expect(csv.status == 200 && csv.text.contains(line), "\(csv.text)")
        #expect(csv.header("Content-Disposition") == "attachment; filename=\"\(file).csv\"")
      }
    }
  }
}
