import Core
import Security
import TestSupport
import Testing
import Web

@testable import LicenseServer

/// A reseller under test, with its API.
struct TestReseller: Sendable {
  let id: Int64
  let email: String
  let api: TestHTTPClient

  func customer(_ email: String) async throws -> Int64 {
    let answer = try await api.post("/reseller/api/customers", json: ["email": .string(email)])
    try #require(answer.status == 201, "\(answer.text)")
    return try #require(answer.json["id"]?.intValue)
  }

  func trySelling(to customer: Int64, _ plan: String = "pro", _ more: JSONObject = [:]) async throws -> TestHTTPAnswer {
    var sale: JSONObject = [
      "customer_id": .int(customer), "plan": .string(plan), "interval": "month", "retail": "70.00",
    ]
    for member in more.members { sale[member.key] = member.value }
    return try await api.post("/reseller/api/licenses", json: .object(sale))
  }

  func sell(to customer: Int64, _ plan: String = "pro", _ more: JSONObject = [:]) async throws -> GivenLicense {
    let answer = try await trySelling(to: customer, plan, more)
    try #require(answer.status == 201, "\(answer.text)")
    return GivenLicense(
      id: try #require(answer.json["id"]?.intValue), key: try #require(answer.json["key"]?.stringValue))
  }

  func items(_ path: String) async throws -> [JSONValue] {
    let answer = try await api.get("/reseller/api\(path)")
    try #require(answer.status == 200, "\(answer.text)")
    return answer.json["items"]?.arrayValue ?? []
  }
}

extension RunningServer {
  static let resellerPassword = "a reseller's long password"

  /// A reseller that buys at 30 % off and may sell ten licences, unless `more` says otherwise.
  func reseller(_ name: String = "acme", _ more: JSONObject = [:]) async throws -> TestReseller {
    let email = "\(name)@example.com"
    var wanted: JSONObject = [
      "name": .string(name), "email": .string(email), "password": .string(Self.resellerPassword), "currency": "USD",
      "wholesale": ["kind": "percentage", "percent_off": "30"], "plans": ["starter", "pro", "enterprise"],
      "max_licenses": 10,
    ]
    for member in more.members { wanted[member.key] = member.value }
    let answer = try await vendor().post("/api/resellers", json: .object(wanted))
    try #require(answer.status == 201, "\(answer.text)")
    let id = try #require(answer.json["id"]?.intValue)
    let (_, token) = try await ResellerSessionStore(plane.database).makeKey("test", .write, of: id, at: clock.now())
    return TestReseller(id: id, email: email, api: client(token: token.text))
  }

  /// The reseller's owner at a browser.
  func browser(of reseller: TestReseller, password: String = RunningServer.resellerPassword) async throws
    -> StaffBrowser
  {
    let client = visitor
    let answer = try await client.post(
      "/reseller/login", form: [("email", reseller.email), ("password", password), ("return_to", "")])
    try #require(answer.status == 303, "\(answer.text)")
    return StaffBrowser(client: client)
  }

  func suspend(_ reseller: TestReseller) async throws {
    #expect(try await vendor().post("/api/resellers/\(reseller.id)/suspend", json: [:]).status == 200)
  }

  func reinstate(_ reseller: TestReseller) async throws {
    #expect(try await vendor().post("/api/resellers/\(reseller.id)/reinstate", json: [:]).status == 200)
  }

  func doResellerJobs() async throws {
    let jobs = plane.resellerJobs
    try await jobs.renewals.renewDue()
    try await jobs.renewals.cutOff()
    try await jobs.statements.billLastMonth()
  }
}
