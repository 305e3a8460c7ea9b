import Core
import Database
import Security
import Web

/// `/api/me/api-keys` and `/api/api-keys`
struct APIKeyAPI: Sendable {
  let database: ConnectionPool
  let desk: APIKeyDesk
  let clock: any WallClock

  func register(in table: inout StaffTable) {
    table.define("api_key", .object(APIKey.properties))
    table.define(
      "issued_api_key",
      .object(APIKey.properties + [.required("token", .string.described("Only this answer has it."))]))
    table.on(
      .get, "/me/api-keys", .signedIn, "One's own API keys", answer: .page(of: .ref("api_key"))
    ) { call in
      .json(Page(items: try await APIKeyStore(database).all(of: .staff(call.session.member.id))).json(\.json))
    }
    table.on(
      .post, "/me/api-keys", .signedIn, "Makes an API key; only this answer has its token",
      body: .json(Self.newKey), answer: .ref("issued_api_key"), status: 201, creates: true, handler: create)
    table.on(.delete, "/me/api-keys/{id}", .signedIn, "Revokes one of one's API keys", status: 204) { call in
      try await desk.revoke(call.id(), of: call.session.member.id, by: call.actor)
      return .noContent
    }
    table.on(
      .get, "/api-keys", .read(.staff), "The API keys of the whole staff, the newest first", query: .page,
      answer: .page(of: .ref("api_key"))
    ) { call in
      .json(try await APIKeyStore(database).list(call.listRequest).json(\.json))
    }
    table.on(.delete, "/api-keys/{id}", .write(.staff), "Revokes anybody's API key", status: 204) { call in
      try await desk.revoke(call.id(), of: nil, by: call.actor)
      return .noContent
    }
  }

  @Sendable private func create(_ call: StaffCall) async throws -> Reply {
    var fields = try call.fields()
    let name = fields.string("name", length: 1...100)
    let grants = StaffGrants.read("permissions", from: &fields) ?? nil
    let expiresAt = fields.optionalTimestamp("expires_at") ?? nil
    if grants == nil { fields.fault("permissions", "required", "is required: the sections the key is for") }
    if let expiresAt, expiresAt <= clock.now() { fields.fault("expires_at", "range", "must be in the future") }
    try fields.finish()
    guard let name, let grants else { throw Problem.internalError() }
    let (key, token) = try await desk.make(
      APIKeyDesk.Request(name: name, grants: grants, expiresAt: expiresAt), for: call.session, by: call.actor)
    var answer = key.json.objectValue ?? [:]
    answer["token"] = .string(token.text)
    return .created(.object(answer), location: "/api/me/api-keys/\(key.id)")
  }

  private static let newKey = Schema.object([
    .required("name", .string), .required("permissions", .map(.choice(["read", "write", "none"]))),
    .optional("expires_at", .timestamp.nullable),
  ])
}
