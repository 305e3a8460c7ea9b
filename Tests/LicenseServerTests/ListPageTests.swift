import Core
import TestSupport
import Testing

@testable import LicenseServer

/// 'Next page' leads on in what is shown: filtered and searched the same way.
@Suite struct ListPageTests {
  @Test func theNextPageOfAListIsFilteredAndSearchedAlike() async throws {
    try await withServer { server in
      for email in ["a@shop.example", "b@other.example", "c@shop.example"] { _ = try await server.order(email) }
      let browser = server.visitor
      let entered = try await browser.post(
        "/admin/login",
        form: [("email", RunningServer.vendorEmail), ("password", RunningServer.vendorPassword), ("return_to", "")])
      #expect(entered.status == 303)
      for (path, query) in [("customers", "q=shop"), ("invoices", "status=open")] {
        let page = try await browser.get("/admin/\(path)?\(query)&limit=1").text
        let found = try #require(page.firstMatch(of: /href="([^"]+)" rel="next"/), "\(path)")
        let link = String(found.1).replacing("&amp;", with: "&")
        #expect(link.hasPrefix("/admin/\(path)?\(query)&limit=1&cursor="), "\(link)")
        #expect(try await browser.get(link).status == 200)
      }
      let second = try await browser.get("/admin/customers?q=shop&limit=1").text
      #expect(second.contains("c@shop.example") && !second.contains("b@other.example"))
    }
  }
}
