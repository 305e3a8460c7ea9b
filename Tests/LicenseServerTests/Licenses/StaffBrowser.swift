import TestSupport
import Testing

@testable import LicenseServer

/// A browser in which the vendor's first account is signed in.
struct StaffBrowser: Sendable {
  let client: TestHTTPClient

  func get(_ path: String) async throws -> TestHTTPAnswer { try await client.get(path) }

  /// Sends a form with the token of the page that it is on.
  func submit(_ path: String, from page: String, _ form: [(String, String)] = []) async throws -> TestHTTPAnswer {
    let token = try #require(try await client.get(page).text.csrfToken, "\(page) has no form")
    return try await client.post(path, form: [("_csrf", token)] + form)
  }
}

extension RunningServer {
  func staffBrowser() async throws -> StaffBrowser {
    let client = visitor
    let answer = try await client.post(
      "/admin/login", form: [("email", Self.vendorEmail), ("password", Self.vendorPassword), ("return_to", "")])
    try #require(answer.status == 303, "\(answer.text)")
    return StaffBrowser(client: client)
  }
}
