import Core
import Security
import TestSupport
import Testing

@testable import LicenseServer

@Suite struct StaffSecondFactorTests {
  /// The vendor's account with an authenticator, and the recovery codes.
  private func enable(
    _ server: RunningServer
  ) async throws -> (vendor: TestHTTPClient, totp: TOTP, recovery: [String]) {
    let vendor = try await server.vendor()
    let offer = try await vendor.post("/api/me/totp", json: [:])
    let secret = try #require(offer.json["secret"]?.stringValue)
    #expect(offer.json["enabled"] == false && offer.json["uri"]?.stringValue?.hasPrefix("otpauth://totp/") == true)
    let totp = try #require(TOTP(typedSecret: secret))
    let answer = try await vendor.post(
      "/api/me/totp", json: ["secret": .string(secret), "code": .string(totp.code(at: server.clock.now()))])
    try #require(answer.status == 200, "\(answer.text)")
    server.clock.advance(by: .seconds(60))
    return (vendor, totp, answer.json["recovery_codes"]?.arrayValue?.compactMap(\.stringValue) ?? [])
  }

  private func logIn(_ server: RunningServer, _ code: String?) async throws -> TestHTTPAnswer {
    var body: JSONObject = [
      "email": .string(RunningServer.vendorEmail), "password": .string(RunningServer.vendorPassword),
    ]
    if let code { body["totp"] = .string(code) }
    return try await server.visitor.post("/api/login", json: .object(body))
  }

  @Test func withAnAuthenticatorThePasswordAloneIsNotEnough() async throws {
    try await withServer { server in
      let (_, totp, recovery) = try await enable(server)
      let without = try await logIn(server, nil)
      #expect(without.status == 401 && without.code == "totp_required")
      #expect(try await logIn(server, "000000").code == "unauthorized")
      let code = totp.code(at: server.clock.now())
      #expect(try await logIn(server, code).status == 200)
      // Once only, also within its half minute.
      #expect(try await logIn(server, code).status == 401)
      #expect(recovery.count == 10)
      #expect(try await logIn(server, recovery[0].uppercased()).status == 200)
      #expect(try await logIn(server, recovery[0]).status == 401)
      #expect(try await logIn(server, recovery[1]).status == 200)
    }
  }

  @Test func wrongCodesCountAsFailures() async throws {
    try await withServer { server in
      _ = try await enable(server)
      for _ in 0..<10 { #expect(try await logIn(server, "000000").status == 401) }
      #expect(try await logIn(server, "000000").status == 429)
    }
  }

  @Test func onlyThePasswordTurnsItOff() async throws {
    try await withServer { server in
      let (vendor, _, _) = try await enable(server)
      #expect(try await vendor.post("/api/me/totp", json: ["password": "wrong"]).status == 422)
      #expect(try await vendor.get("/api/me").json["totp"] == true)
      let off = try await vendor.post("/api/me/totp", json: ["password": .string(RunningServer.vendorPassword)])
      #expect(off.status == 200 && off.json["enabled"] == false)
      #expect(try await logIn(server, nil).status == 200)
    }
  }

  @Test func aWrongCodeTurnsNothingOn() async throws {
    try await withServer { server in
      let vendor = try await server.vendor()
      let secret = try #require(try await vendor.post("/api/me/totp", json: [:]).json["secret"]?.stringValue)
      #expect(try await vendor.post("/api/me/totp", json: ["secret": .string(secret), "code": "123"]).status == 422)
      #expect(try await vendor.post("/api/me/totp", json: ["secret": .string(secret)]).status == 422)
      #expect(try await vendor.post("/api/me/totp", json: ["secret": "x", "code": "123456"]).status == 422)
      #expect(try await vendor.get("/api/me").json["totp"] == false)
    }
  }

  @Test func turningItOnEndsTheSessionsThatHadNone() async throws {
    try await withServer { server in
      let other = try await server.vendor()
      let (vendor, _, _) = try await enable(server)
      #expect(try await other.get("/api/me").status == 401)
      #expect(try await vendor.get("/api/me").status == 200)
    }
  }

  @Test func whoHasLostItAllIsLetInByAColleague() async throws {
    try await withServer { server in
      let (vendor, _, _) = try await enable(server)
      let id = try #require(try await vendor.get("/api/me").json["id"]?.intValue)
      #expect(try await vendor.send("DELETE", "/api/staff/\(id)/totp").status == 204)
      #expect(try await vendor.get("/api/me").status == 401)
      #expect(try await logIn(server, nil).status == 200)
    }
  }

  @Test func itIsSetUpAndAskedForOnPages() async throws {
    try await withServer { server in
      let browser = server.visitor
      let credentials = [("email", RunningServer.vendorEmail), ("password", RunningServer.vendorPassword)]
      _ = try await browser.post("/admin/login", form: credentials)
      let page = try await browser.get("/admin/account/two-factor").text
      let csrf = ("_csrf", try #require(page.csrfToken))
      let secret = String(try #require(page.firstMatch(of: /name="secret" value="([A-Z2-7 ]+)"/)?.1))
      let totp = try #require(TOTP(typedSecret: secret))
      let wrong = try await browser.post("/admin/account/two-factor", form: [csrf, ("secret", secret), ("code", "1")])
      #expect(wrong.status == 422 && wrong.text.contains(secret))
      let code = totp.code(at: server.clock.now())
      let done = try await browser.post("/admin/account/two-factor", form: [csrf, ("secret", secret), ("code", code)])
      #expect(done.status == 200 && done.text.contains("Recovery codes"))

      let another = server.visitor
      let asked = try await another.post("/admin/login", form: credentials)
      #expect(asked.status == 401 && asked.text.contains("name=\"totp\""))
      server.clock.advance(by: .seconds(60))
      let next = totp.code(at: server.clock.now())
      #expect(try await another.post("/admin/login", form: credentials + [("totp", next)]).status == 303)
    }
  }
}
