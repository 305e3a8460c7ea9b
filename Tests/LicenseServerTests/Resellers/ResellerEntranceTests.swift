import Core
import Foundation
import TestSupport
import Testing

@testable import LicenseServer

@Suite struct ResellerEntranceTests {
  @Test func anInvitationSetsThePasswordOnce() async throws {
    try await withServer { server in
      let reseller = try await server.reseller("acme", ["password": nil])
      let users = try await ResellerUserStore(server.plane.database).all(of: reseller.id)
      let user = try #require(users.first)
      let again = try await server.vendor().post(
        "/api/resellers/\(reseller.id)/users/\(user.id)/invite", json: [:])
      let url = try #require(again.json["invitation_url"]?.stringValue)
      let path = String(url[try #require(url.range(of: "/reseller/")).lowerBound...])
      for _ in 0..<2 { #expect(try await server.visitor.get(path).status == 200) }
      #expect(try await server.visitor.post(path, form: [("password", "short")]).status == 422)
      let browser = server.visitor
      #expect(try await browser.post(path, form: [("password", RunningServer.resellerPassword)]).status == 303)
      #expect(try await browser.get("/reseller/customers").status == 200)
      #expect(try await server.visitor.post(path, form: [("password", RunningServer.resellerPassword)]).status == 410)
      _ = try await server.browser(of: reseller)
    }
  }

  @Test func aWrongPasswordAndAnUnknownAddressAreTheSame() async throws {
    try await withServer(["LOGIN_FAILURE_LIMIT": "3"]) { server in
      let reseller = try await server.reseller()
      func attempt(_ email: String) async throws -> TestHTTPAnswer {
        try await server.visitor.post("/reseller/login", form: [("email", email), ("password", "wrong password here")])
      }
      let (known, unknown) = (try await attempt(reseller.email), try await attempt("nobody@example.com"))
      #expect(known.status == 401 && unknown.status == 401)
      #expect(known.text.replacing(reseller.email, with: "") == unknown.text.replacing("nobody@example.com", with: ""))
      _ = try await attempt(reseller.email)
      _ = try await attempt(reseller.email)
      #expect(try await attempt(reseller.email).status == 429)
    }
  }

  @Test func aDisabledUserIsOutAtOnceAndTheLastOwnerStays() async throws {
    try await withServer { server in
      let reseller = try await server.reseller()
      let owner = try await server.browser(of: reseller)
      let invited = try await owner.submit(
        "/reseller/team", from: "/reseller/team", [("email", "b@example.com"), ("role", "manager")])
      #expect(invited.status == 200)
      let link = try #require(invited.text.firstMatch(of: /\/reseller\/invitation\/tly_invite_[A-Za-z0-9_-]+/)).output
      let second = server.visitor
      #expect(try await second.post(String(link), form: [("password", RunningServer.resellerPassword)]).status == 303)
      let users = try await ResellerUserStore(server.plane.database).all(of: reseller.id)
      let (first, manager) = (users[0], users[1])
      #expect(try await second.get("/reseller/team").status == 403)
      let disabled = try await owner.submit(
        "/reseller/team/\(manager.id)/change", from: "/reseller/team", [("status", "disabled")])
      #expect(disabled.status == 303)
      #expect(try await second.get("/reseller/customers").status == 303)
      let last = try await owner.submit(
        "/reseller/team/\(first.id)/change", from: "/reseller/team", [("role", "viewer")])
      #expect(last.status == 409)
    }
  }

  @Test func aRevokedKeyIsNobodys() async throws {
    try await withServer { server in
      let reseller = try await server.reseller()
      let owner = try await server.browser(of: reseller)
      let made = try await owner.submit(
        "/reseller/keys", from: "/reseller/team", [("name", "shop"), ("access", "read")])
      let token = String(try #require(made.text.firstMatch(of: /tly_key_[A-Za-z0-9_-]+/)).output)
      let api = server.client(token: token)
      #expect(try await api.get("/reseller/api/me").json["reseller"]?["id"] == .int(reseller.id))
      #expect(try await api.post("/reseller/api/customers", json: ["email": "c@example.com"]).status == 403)
      let key = try #require(try await ResellerSessionStore(server.plane.database).keys(of: reseller.id).first)
      #expect(try await owner.submit("/reseller/keys/\(key.id)/revoke", from: "/reseller/team").status == 303)
      #expect(try await api.get("/reseller/api/me").status == 401)
    }
  }
}
