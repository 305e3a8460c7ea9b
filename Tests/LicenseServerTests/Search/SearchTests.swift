import Core
import Database
import TestSupport
import Testing
import Web

@testable import LicenseServer

@Suite struct SearchTests {
  private func types(_ query: String, by client: TestHTTPClient) async throws -> [String] {
    let answer = try await client.get("/api/search?q=\(query)")
    try #require(answer.status == 200, "\(answer.text)")
    return (answer.json["items"]?.arrayValue ?? []).compactMap { $0["type"]?.stringValue }
  }

  @Test func customersLicencesAndInvoicesAreFoundByWhatStaffHave() async throws {
    try await withServer { server in
      let vendor = try await server.vendor()
      let license = try await server.license("pro", ["customer_email": "buyer@example.com"])
      _ = try await server.order("buyer@example.com")
      let found = try await types("buyer@example", by: vendor)
      #expect(Set(found) == ["customer", "license", "invoice", "subscription"])
      #expect(found.first == "customer")
      #expect(try await types("2026-0000", by: vendor).contains("invoice"))
      #expect(try await types(license.key, by: vendor) == ["license"])
      #expect(try await types(String(license.key.suffix(4)), by: vendor).contains("license"))
      #expect(try await types("%25%25", by: vendor).isEmpty, "what is typed is no pattern")
      #expect(try await vendor.get("/api/search?q=buyer&limit=21").status == 422)
    }
  }

  @Test func onlySectionsThatMayBeReadAreSearched() async throws {
    try await withServer { server in
      let vendor = try await server.vendor()
      _ = try await server.license("pro", ["customer_email": "buyer@example.com"])
      let password = "another correct horse battery"
      let body: JSONValue = [
        "email": "desk@example.com", "role": "custom", "password": .string(password),
        "permissions": StaffGrants([(.customers, .read)]).json,
      ]
      #expect(try await vendor.post("/api/staff", json: body).status == 201)
      try await server.plane.database.execute("UPDATE license.staff SET must_change_password = false")
      let desk = server.client(token: try await server.logIn("desk@example.com", password))
      #expect(try await types("buyer", by: desk) == ["customer"])
    }
  }
}
