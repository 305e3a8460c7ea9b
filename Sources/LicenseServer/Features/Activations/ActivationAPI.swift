import Core
import Licensing
import Web

/// `/api/v1/licenses/…`: what trackers ask. Every decision is a 200 with a signed word in it; problems are for requests
/// that cannot be read.
struct ActivationAPI: Sendable {
  let desk: ActivationDesk
  let keys: SigningKeys
  let limits: LicenseLimits
  let metrics: ServerMetrics
  let clock: any WallClock

  static let prefix = "/api/v1/licenses"
  private static let bodyLimit = 16_384

  func register(in table: inout RouteTable<Vendor, NoSession>) {
    table.define("license_answer", Self.answerSchema)
    table.open(
      .post, "/activate", "Binds an instance to a licence and gives it a lease", body: .json(Self.activateSchema),
      answer: .ref("license_answer"), bodyLimit: Self.bodyLimit, handler: activate)
    table.open(
      .post, "/validate", "Says whether a licence may be used", body: .json(Self.validateSchema),
      answer: .ref("license_answer"), bodyLimit: Self.bodyLimit, handler: validate)
    table.open(
      .post, "/heartbeat", "Renews an instance's lease", body: .json(Self.heartbeatSchema),
      answer: .ref("license_answer"), bodyLimit: Self.bodyLimit, handler: heartbeat)
    table.open(
      .post, "/deactivate", "Frees an instance's slot", body: .json(Self.deactivateSchema),
      answer: .ref("license_answer"), bodyLimit: Self.bodyLimit, handler: deactivate)
  }

  @Sendable private func activate(_ call: OpenCall<Vendor>) async throws -> Reply {
    try limits.admit(call.clientAddress)
    let request = try LicenseAPI.ActivateRequest(reading: call.json)
    try limits.admit(key: request.licenseKey)
    let decision = try await desk.activate(request.licenseKey, request.instance)
    return try reply(decision, request.licenseKey, request.nonce, givesLease: true)
  }

  @Sendable private func validate(_ call: OpenCall<Vendor>) async throws -> Reply {
    try limits.admit(call.clientAddress)
    let request = try LicenseAPI.ValidateRequest(reading: call.json)
    try limits.admit(key: request.licenseKey)
    return try reply(try await desk.validate(request), request.licenseKey, request.nonce, givesLease: false)
  }

  @Sendable private func heartbeat(_ call: OpenCall<Vendor>) async throws -> Reply {
    try limits.admit(call.clientAddress)
    let request = try LicenseAPI.HeartbeatRequest(reading: call.json)
    try limits.admit(key: request.licenseKey)
    return try reply(try await desk.heartbeat(request), request.licenseKey, request.nonce, givesLease: true)
  }

  @Sendable private func deactivate(_ call: OpenCall<Vendor>) async throws -> Reply {
    try limits.admit(call.clientAddress)
    let request = try LicenseAPI.DeactivateRequest(reading: call.json)
    try limits.admit(key: request.licenseKey)
    let (decision, done) = try await desk.deactivate(request.licenseKey, fingerprint: request.fingerprint)
    return try reply(decision, request.licenseKey, request.nonce, givesLease: false, also: ["deactivated": .bool(done)])
  }

  private func reply(
    _ decision: LicenseDecision, _ key: String, _ nonce: String?, givesLease: Bool, also more: JSONObject = [:]
  ) throws -> Reply {
    metrics.count(decision.verdict.code)
    let answer = try decision.answer(key: key, nonce: nonce, signer: keys.signer, at: clock.now())
    var object = answer.json.objectValue ?? [:]
    if givesLease, answer.lease == nil { object["lease"] = .null }
    object["nonce"] = JSONValue(nonce)
    object["seq"] = .int(decision.sequence)
    if let detail = decision.detail { object["detail"] = .string(detail) }
    for member in more.members { object[member.key] = member.value }
    return .json(.object(object))
  }
}

extension ActivationAPI {
  private static let key = Schema.string.described("The licence key, at most 100 characters.")
  private static let nonce = Schema.string.nullable.described("Comes back in the signed answer.")

  static let activateSchema = Schema.object([
    .required("license_key", key),
    .required(
      "instance",
      .object([
        .required("fingerprint", .string), .optional("hostname", .string.nullable),
        .optional("version", .string.nullable), .optional("domain_hash", .string.nullable),
      ])),
    .optional("nonce", nonce),
  ])

  static let validateSchema = Schema.object([
    .required("license_key", key), .optional("fingerprint", .string.nullable), .optional("version", .string.nullable),
    .optional("nonce", nonce),
  ])

  static let heartbeatSchema = Schema.object([
    .required("license_key", key), .required("fingerprint", .string),
    .optional("seq", .integer.described("Of the newest lease the instance has.")),
    .optional("usage", .object([.optional("users", .integer), .optional("clicks_24h", .integer)])),
    .optional("version", .string.nullable), .optional("domain_hash", .string.nullable), .optional("nonce", nonce),
  ])

  static let deactivateSchema = Schema.object([
    .required("license_key", key), .required("fingerprint", .string), .optional("nonce", nonce),
  ])

  static let answerSchema = Schema.object([
    .required("valid", .boolean),
    .required("code", .choice(LicenseCode.allCases.map(\.rawValue))),
    .required(
      "license",
      Schema.object([
        .required("id", .integer), .required("plan", .string),
        .required("status", .choice(LicenseStatus.allCases.map(\.rawValue))),
        .required("expires_at", .timestamp.nullable), .required("features", .array(.string)),
        .required("limits", .object([.required("users", .integer.nullable)])),
      ]).nullable),
    .required("instance", Schema.object([.required("id", .integer)]).nullable),
    .optional("lease", .string.nullable.described("A JWS; of activate and heartbeat.")),
    .required("signed", .string.described("A JWS over the decision; only it takes rights away.")),
    .required("nonce", .string.nullable), .required("seq", .integer), .optional("warnings", .array(.string)),
    .optional("detail", .string), .optional("deactivated", .boolean),
  ])
}
