import Core
import Foundation
import Security
import TestSupport
import Testing

@testable import LicenseServer

/// A customer's browser in the portal.
extension TestHTTPClient {
  /// The field that every form of the portal carries.
  func csrf() async throws -> (String, String) {
    ("_csrf", try #require(try await get("/portal/account").text.csrfToken))
  }

  /// Submits a form of the portal.
  func submit(_ path: String, _ fields: [(String, String)] = []) async throws -> TestHTTPAnswer {
    try await post(path, form: [csrf()] + fields)
  }

  /// Sets up one-time codes.
  /// - Returns: the authenticator, and the recovery codes.
  func setUpTOTP(_ server: RunningServer) async throws -> (totp: TOTP, recovery: [String]) {
    let page = try await get("/portal/account/two-factor").text
    let secret = try #require(page.firstMatch(of: /name="secret" value="([A-Z2-7 ]+)"/)).output.1
    let totp = try #require(TOTP(typedSecret: String(secret)))
    let answer = try await submit(
      "/portal/account/two-factor", [("secret", String(secret)), ("code", totp.code(at: server.clock.now()))])
    try #require(answer.status == 200, "\(answer.text)")
    return (totp, answer.text.matches(of: /<code>([a-z2-7]{4}(?:-[a-z2-7]{4}){3})<\/code>/).map { String($0.output.1) })
  }
}

extension RunningServer {
  static let goodPassword = "another correct horse battery"

  /// A customer with a licence and a password, signed in by mail.
  func customerWithPassword(_ email: String) async throws -> TestHTTPClient {
    _ = try await license("pro", ["customer_email": .string(email)])
    let browser = try await customer(email)
    let answer = try await browser.submit("/portal/account/password", [("new", Self.goodPassword)])
    try #require(answer.status == 303, "\(answer.text)")
    return browser
  }

  func signIn(_ email: String, _ password: String, by browser: TestHTTPClient) async throws -> TestHTTPAnswer {
    try await browser.post("/portal/login/password", form: [("email", email), ("password", password)])
  }

  /// The path in the newest mail to an address that begins so.
  func path(_ beginning: String, inMailTo email: String) throws -> String {
    let text = try #require(mails(to: email).last?.text)
    let start = try #require(text.range(of: beginning)?.lowerBound)
    return String(text[start...].prefix { !$0.isWhitespace })
  }

  /// Somebody who was invited by `owner` and took it up.
  func colleague(_ email: String, as role: PortalRole, invitedBy owner: TestHTTPClient) async throws -> TestHTTPClient {
    let invited = try await owner.submit("/portal/team/invitations", [("email", email), ("role", role.rawValue)])
    try #require(invited.status == 303, "\(invited.text)")
    try await doJobs()
    let browser = visitor
    let joined = try await browser.post(try path("/portal/join/", inMailTo: email), form: [])
    try #require(joined.status == 303, "\(joined.text)")
    return browser
  }
}
