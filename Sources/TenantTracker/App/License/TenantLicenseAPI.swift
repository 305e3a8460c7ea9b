import Core
import Database
import Licensing
import Web

/// The tenant's licence in the admin API.
struct TenantLicenseAPI: Sendable {
  let keeper: LicenseKeeper
  let audit: AuditLog

  func register(in table: inout TrackerTable) {
    table.define("License", Self.schema)
    table.on(.get, "/license", .read(.settings), "Plan, features, limits and use", answer: .ref("License")) {
      .json(try await json(keeper.standing(of: $0.place.scope), $0.place.scope))
    }
    table.on(
      .post, "/license/activate", .write(.settings), "Activate a licence key; it replaces the one before",
      body: .json(.object([.required("license_key", .string)])), answer: .ref("License")
    ) { call in
      var fields = try call.fields()
      let key = fields.string("license_key", length: 1...100)
      try fields.finish()
      let standing = try await activate(key ?? "", by: call)
      return .json(try await json(standing, call.place.scope))
    }
    table.on(.post, "/license/refresh", .write(.settings), "Ask the licence server now", answer: .ref("License")) {
      .json(try await json(keeper.refresh($0.place.scope), $0.place.scope))
    }
    table.on(.post, "/license/deactivate", .write(.settings), "Give the licence back", answer: .ref("License")) {
      call in
      let standing = try await deactivate(by: call)
      return .json(try await json(standing, call.place.scope))
    }
  }

  func activate(_ key: String, by call: TrackerCall) async throws -> LicenseStanding {
    let scope = call.place.scope
    let standing = try await keeper.activate(key: key, for: scope)
    try await note("license.activate", ["plan": .string(standing.entitlements.plan)], call)
    return standing
  }

  func deactivate(by call: TrackerCall) async throws -> LicenseStanding {
    let standing = try await keeper.deactivate(call.place.scope)
    try await note("license.deactivate", nil, call)
    return standing
  }

  private func note(_ action: String, _ after: JSONValue?, _ call: TrackerCall) async throws {
    try await call.place.scope.transaction { connection in
      try await audit.append(action, "license", after: after, by: call, in: connection)
    }
  }

  func json(_ standing: LicenseStanding, _ scope: TenantScope) async throws -> JSONValue {
    let record = try await keeper.record(of: scope)
    return [
      "plan": .string(standing.entitlements.plan), "status": .string(standing.status),
      "code": JSONValue(standing.code?.rawValue), "features": standing.entitlements.featuresJSON,
      "limits": standing.entitlements.limitsJSON,
      "usage": ["users": .int(try await keeper.seats.users.count(in: scope))],
      "expires_at": JSONValue(standing.expiresAt), "grace_until": JSONValue(standing.graceUntil),
      "lease_expires_at": JSONValue(standing.leaseExpiresAt), "key_last_four": JSONValue(record.keyLastFour),
      "banner": JSONValue(standing.banner?.message),
      "warnings": .array(standing.warnings.map { ["code": .string($0.code), "message": .string($0.message)] }),
    ]
  }

  private static let schema = Schema.object([
    .required("plan", .string), .required("status", .string), .required("code", .string.nullable),
    .required("features", .array(.string)), .required("limits", .object([.required("users", .integer.nullable)])),
    .required("usage", .object([.required("users", .integer)])), .required("expires_at", .timestamp.nullable),
    .required("grace_until", .timestamp.nullable), .optional("lease_expires_at", .timestamp.nullable),
    .optional("key_last_four", .string.nullable), .optional("banner", .string.nullable), .optional("warnings", .any),
  ])
}
