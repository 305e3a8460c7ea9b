import Core
import TestSupport
import Testing

@testable import LicenseServer

@Suite struct StaffPageTests {
  private func browser(_ server: RunningServer) async throws -> TestHTTPClient {
    let browser = server.visitor
    let answer = try await browser.post(
      "/admin/login",
      form: [("email", RunningServer.vendorEmail), ("password", RunningServer.vendorPassword), ("return_to", "")])
    #expect(answer.status == 303 && answer.header("Location") == "/admin")
    return browser
  }

  @Test func theVendorIssuesSuspendsAndRevokesOnPages() async throws {
    try await withServer { server in
      let browser = try await browser(server)
      let csrf = ("_csrf", try #require(try await browser.get("/admin/licenses/new").text.csrfToken))
      let made = try await browser.post(
        "/admin/licenses",
        form: [
          csrf, ("customer_email", "a@example.com"), ("plan", "pro"), ("max_instances", "2"),
          ("expires_on", "2027-01-31"),
        ])
      #expect(made.status == 200)
      let key = try #require(made.text.firstMatch(of: /[0-9a-f]{8}-[0-9a-f-]{27}/)?.output)
      _ = try await server.activate(String(key))
      let list = try await browser.get("/admin/licenses?q=a@example").text
      #expect(list.contains("a@example.com") && list.contains("1 of 2") && !list.contains(key))
      let path = try #require(list.firstMatch(of: /\/admin\/licenses\/[0-9]+/)?.output)
      let page = try await browser.get(String(path)).text
      #expect(page.contains("tracker-1") && !page.contains(key))
      for (verb, verdict) in [("suspend", "SUSPENDED"), ("reinstate", "VALID"), ("revoke", "REVOKED")] {
        #expect(try await browser.post("\(path)/\(verb)", form: [csrf]).status == 303)
        #expect(try await server.validate(String(key), "f")["code"]?.stringValue == verdict)
      }
      #expect(try await browser.get("/admin/licenses").text.contains(">Revoked<"))
    }
  }

  @Test func anInvoiceIsMarkedPaidOnItsPage() async throws {
    try await withServer { server in
      let invoice = try await server.order("buyer@example.com")
      let browser = try await browser(server)
      let page = try await browser.get("/admin/invoices").text
      #expect(page.contains("2026-000001") && page.contains("79.00 USD"))
      let csrf = ("_csrf", try #require(page.csrfToken))
      let path = "/admin/invoices/\(invoice)/mark-paid"
      #expect(try await browser.post(path, form: [csrf, ("reference", "")]).status == 422)
      #expect(try await browser.post(path, form: [csrf, ("reference", "wire 1")]).status == 303)
      #expect(try await browser.get("/admin/invoices").text.contains("The licence is issued."))
      #expect(try await browser.post(path, form: [csrf, ("reference", "wire 2")]).status == 409)
      let customers = try await browser.get("/admin/customers").text
      let customer = try #require(customers.firstMatch(of: /\/admin\/customers\/[0-9]+/)?.output)
      #expect(try await browser.get(String(customer)).text.contains(">Paid<"))
      #expect(try await browser.get("/admin/audit-log").text.contains("invoice.mark_paid"))
    }
  }

  @Test func formsOfOtherSitesAndWithoutATokenAreRefused() async throws {
    try await withServer { server in
      let license = try await server.license()
      let browser = try await browser(server)
      let path = "/admin/licenses/\(license.id)/revoke"
      let csrf = ("_csrf", try #require(try await browser.get("/admin/licenses/new").text.csrfToken))
      #expect(try await browser.post(path, form: []).status == 403)
      let foreign = [("Sec-Fetch-Site", "cross-site")]
      #expect(try await browser.post(path, form: [csrf], headers: foreign).status == 403)
      #expect(try await server.validate(license.key).verdict == "true VALID")
    }
  }

  @Test func whatIsWrongWithAFormIsSaidOnThePage() async throws {
    try await withServer { server in
      let browser = try await browser(server)
      let csrf = ("_csrf", try #require(try await browser.get("/admin/licenses/new").text.csrfToken))
      let answer = try await browser.post(
        "/admin/licenses",
        form: [
          csrf, ("customer_email", "<b>"), ("plan", "pro"), ("max_instances", "0"), ("expires_on", "someday"),
        ])
      #expect(answer.status == 422)
      #expect(answer.text.contains("customer email: must be an e-mail address"))
      #expect(answer.text.contains("value=\"&lt;b&gt;\"") && !answer.text.contains("value=\"<b>"))
    }
  }

  @Test func theSignInSaysNoMoreThanItMust() async throws {
    try await withServer { server in
      let wrong = try await server.visitor.post(
        "/admin/login", form: [("email", RunningServer.vendorEmail), ("password", "wrong")])
      #expect(wrong.status == 401 && wrong.headers("Set-Cookie").isEmpty)
      let back = try await server.visitor.post(
        "/admin/login",
        form: [
          ("email", RunningServer.vendorEmail), ("password", RunningServer.vendorPassword),
          ("return_to", "//evil.example"),
        ])
      #expect(back.status == 303 && back.header("Location") == "/admin")
      let cookie = back.headers("Set-Cookie").first { $0.hasPrefix("tly_staff=") }
      #expect(cookie?.contains("HttpOnly") == true && cookie?.contains("Path=/admin") == true)
    }
  }

  @Test func theInitialPasswordIsChangedOnItsPage() async throws {
    try await withServer(["VENDOR_PASSWORD_CHANGE": "required"]) { server in
      let browser = try await browser(server)
      #expect(try await browser.get("/admin/licenses").header("Location") == "/admin/password")
      let csrf = ("_csrf", try #require(try await browser.get("/admin/password").text.csrfToken))
      let weak = try await browser.post(
        "/admin/password", form: [csrf, ("current", RunningServer.vendorPassword), ("new", "short")])
      #expect(weak.status == 422 && weak.text.contains("at least 12 characters"))
      let done = try await browser.post(
        "/admin/password",
        form: [csrf, ("current", RunningServer.vendorPassword), ("new", "another correct horse battery")])
      #expect(done.status == 303)
      #expect(try await browser.get("/admin/licenses").status == 200)
    }
  }
}
