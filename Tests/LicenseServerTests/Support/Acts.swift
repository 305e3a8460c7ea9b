import Core
import Licensing
import TestSupport
import Testing

@testable import LicenseServer

/// A licence as the API gave it out.
struct GivenLicense: Sendable {
  let id: Int64
  let key: String
}

extension RunningServer {
  /// A licence that the vendor issues.
  func license(_ plan: String = "pro", _ more: JSONObject = [:]) async throws -> GivenLicense {
    var wanted: JSONObject = ["plan": .string(plan), "customer_email": "customer@example.com"]
    for member in more.members { wanted[member.key] = member.value }
    let answer = try await vendor().post("/api/licenses", json: .object(wanted))
    try #require(answer.status == 201, "\(answer.text)")
    return GivenLicense(
      id: try #require(answer.json["id"]?.intValue), key: try #require(answer.json["key"]?.stringValue))
  }

  func activate(
    _ key: String, _ fingerprint: String = "f", version: String = "1.0.0", domain: String? = nil, nonce: String? = nil,
    by client: TestHTTPClient? = nil
  ) async throws -> JSONValue {
    let instance = LicenseAPI.Instance(
      fingerprint: fingerprint, hostname: "tracker-1", version: version,
      domainHash: domain.map { InstanceIdentity(id: "", domain: $0).domainHash })
    let request = LicenseAPI.ActivateRequest(licenseKey: key, instance: instance, nonce: nonce)
    return try await decision(LicenseAPI.activatePath, request.json, client)
  }

  func validate(_ key: String, _ fingerprint: String? = nil, nonce: String? = nil) async throws -> JSONValue {
    let request = LicenseAPI.ValidateRequest(licenseKey: key, fingerprint: fingerprint, nonce: nonce)
    return try await decision(LicenseAPI.validatePath, request.json, nil)
  }

  func heartbeat(
    _ key: String, _ fingerprint: String = "f", sequence: Int64, users: Int64 = 1, version: String? = nil,
    domain: String? = nil
  ) async throws -> JSONValue {
    let request = LicenseAPI.HeartbeatRequest(
      licenseKey: key, fingerprint: fingerprint, sequence: sequence, users: users, clicks24h: 10, version: version,
      domainHash: domain.map { InstanceIdentity(id: "", domain: $0).domainHash })
    return try await decision(LicenseAPI.heartbeatPath, request.json, nil)
  }

  func deactivate(_ key: String, _ fingerprint: String = "f") async throws -> JSONValue {
    let request = LicenseAPI.DeactivateRequest(licenseKey: key, fingerprint: fingerprint)
    return try await decision(LicenseAPI.deactivatePath, request.json, nil)
  }

  /// A decision is always a 200.
  private func decision(_ path: String, _ json: JSONValue, _ client: TestHTTPClient?) async throws -> JSONValue {
    let answer = try await (client ?? visitor).post(path, json: json)
    try #require(answer.status == 200, "\(answer.text)")
    return answer.json
  }

  /// What staff do with a licence.
  @discardableResult
  func change(_ license: GivenLicense, _ verb: String, _ body: JSONValue = [:]) async throws -> TestHTTPAnswer {
    let answer = try await vendor().post("/api/licenses/\(license.id)/\(verb)", json: body)
    try #require(answer.status == 200, "\(answer.text)")
    return answer
  }

  /// An order for `email`, and its invoice's id.
  func order(_ email: String, plan: String = "pro") async throws -> Int64 {
    let answer = try await visitor.post(
      "/api/orders",
      json: ["plan": .string(plan), "interval": "month", "currency": "USD", "email": .string(email)])
    try #require(answer.status == 201, "\(answer.text)")
    return try #require(answer.json["invoice"]?["id"]?.intValue)
  }
}

extension JSONValue {
  /// Valid and code of a decision, such as `true VALID`.
  var verdict: String { "\(self["valid"]?.boolValue ?? false) \(self["code"]?.stringValue ?? "none")" }
  /// The number of the newest lease.
  var sequence: Int64 { self["seq"]?.intValue ?? -1 }
}
