import Core
import TestSupport
import Testing

@testable import TenantTracker

/// A tracker with a second, empty tenant, and files to take in.
struct ImportWorld {
  let tracker: RunningTracker
  /// The default tenant's admin.
  let admin: TestHTTPClient
  /// The other tenant's.
  let other: TestHTTPClient

  static func with(_ body: (ImportWorld) async throws -> Void) async throws {
    try await withTracker { tracker in
      _ = try await tracker.tracker.provisioner.provision(
        .init(
          slug: "other", name: "Other", domains: ["other.test"],
          admin: (
            email: try #require(EmailAddress(RunningTracker.adminEmail)), password: RunningTracker.password,
            mustChangePassword: false
          )))
      let guest = TestHTTPClient(port: tracker.port, host: "other.test")
      try await eventually("the other tenant is known") { try await guest.get("/admin/api/me").status == 401 }
      let answer = try await guest.post(
        "/admin/api/login",
        json: ["email": .string(RunningTracker.adminEmail), "password": .string(RunningTracker.password)])
      let token = try #require(answer.json["token"]?.stringValue, "\(answer.text)")
      let other = TestHTTPClient(
        port: tracker.port, host: "other.test", headers: [("Authorization", "Bearer \(token)")])
      try await body(ImportWorld(tracker: tracker, admin: try await tracker.admin(), other: other))
    }
  }

  func create(_ path: String, _ body: JSONValue) async throws -> Int64 {
    let answer = try await admin.post("/admin/api/\(path)", json: body)
    return try #require(answer.json["id"]?.intValue, "\(path): \(answer.text)")
  }

  func importing(
    _ target: String, _ body: JSONValue, to client: TestHTTPClient? = nil
  ) async throws -> TestHTTPAnswer {
    try await (client ?? admin).post("/admin/api/import/\(target)", json: body)
  }

  func importing(_ target: String, csv: String, to client: TestHTTPClient? = nil) async throws -> TestHTTPAnswer {
    try await importing(target, bytes: Array(csv.utf8), to: client)
  }

  func importing(_ target: String, bytes: [UInt8], to client: TestHTTPClient? = nil) async throws -> TestHTTPAnswer {
    try await (client ?? admin).send(
      "POST", "/admin/api/import/\(target)", headers: [("Content-Type", "text/csv")], body: bytes)
  }

  func exported(_ type: String, from client: TestHTTPClient? = nil) async throws -> JSONValue {
    let answer = try await (client ?? admin).get("/admin/api/export/\(type)")
    #expect(answer.status == 200, "\(answer.text)")
    return try JSONValue.parse(answer.body)
  }

  func count(_ path: String, _ client: TestHTTPClient? = nil) async throws -> Int {
    try await (client ?? admin).get("/admin/api/\(path)?limit=500").json["items"]?.arrayValue?.count ?? -1
  }

  /// The document without ids: they are the tenant's own.
  static func withoutIDs(_ value: JSONValue) -> JSONValue {
    switch value {
    case .array(let elements): return .array(elements.map(withoutIDs))
    case .object(let object):
      var kept = JSONObject()
      for member in object.members where member.key != "id" && !(member.key.hasSuffix("_id")) {
        kept[member.key] = withoutIDs(member.value)
      }
      return .object(kept)
    default: return value
    }
  }
}

extension TestHTTPAnswer {
  /// `create`, `update`, `unchanged`, `refused`.
  var counts: [Int64] {
    ["create", "update", "unchanged", "refused"].map { json["counts"]?[$0]?.intValue ?? -1 }
  }

  /// `line[2].slug: taken`
  var faults: [String] {
    (json["errors"]?.arrayValue ?? []).map { "\($0["field"]?.stringValue ?? ""): \($0["code"]?.stringValue ?? "")" }
  }
}
