import Core
import Geo
import Web

extension GeoIPAPI {
  func json(_ call: TrackerCall) async throws -> JSONValue {
    let now = clock.now()
    var object: JSONObject = [
      "databases": .array(keeper.library.status().map { Self.json($0, at: now) }), "may_change": .bool(isKeeper(call)),
    ]
    for member in try await account(call).json.objectValue?.members ?? [] { object[member.key] = member.value }
    object["download"] = keeper.progress.json
    return .object(object)
  }

  private static func json(_ status: GeoStatus, at now: Timestamp) -> JSONValue {
    [
      "database": .string(status.slot.rawValue), "edition": .string(status.edition),
      "state": .string(status.state(at: now).rawValue), "problem": JSONValue(problem(of: status)),
      "type": JSONValue(status.facts?.type), "built_at": JSONValue(status.facts?.builtAt),
      "node_count": status.facts.map { .int($0.nodeCount) } ?? .null,
      "ip_version": status.facts.map { .int($0.ipVersion) } ?? .null,
      "size": status.facts.map { .int($0.size) } ?? .null, "sha256": JSONValue(status.facts?.checksum),
      "loaded_at": JSONValue(status.loadedAt),
    ]
  }

  /// A sentence about what is wrong with a database; nil when nothing is.
  static func problem(of status: GeoStatus) -> String? {
    if let fault = status.fault {
      let inUse = status.facts == nil ? "" : " What was loaded before stays in use."
      return "\(status.edition).mmdb: \(fault).\(inUse)"
    }
    guard status.damageCount > 0 else { return nil }
    return "\(status.edition).mmdb: \(status.damageCount) look-ups met damaged data."
  }

  static let accountSchema = Schema.object([
    .optional("license_key", .string.nullable.described("Never shown again.")),
    .optional("account_id", .integer.nullable.described("MaxMind's number of the account.")),
  ])

  static let testSchema = Schema.object([
    .required("ip", .string), .required("network", .string.nullable), .required("country", .string.nullable),
    .required("country_name", .string.nullable), .required("region", .string.nullable),
    .required("city", .string.nullable), .required("isp", .string.nullable), .required("asn", .integer.nullable),
    .required("connection", .string.nullable),
  ])

  static let downloadSchema = Schema.object([
    .required("state", .choice(GeoIPDownload.State.allCases.map(\.rawValue))), .required("percent", .integer),
    .required("bytes", .integer),
    .required(
      "files",
      .array(
        .object([
          .required("edition", .string), .required("step", .choice(GeoIPDownload.Step.allCases.map(\.rawValue))),
          .required("bytes", .integer), .required("total", .integer.nullable), .required("percent", .integer),
        ]))), .required("error", .string.nullable), .required("started_at", .timestamp.nullable),
    .required("finished_at", .timestamp.nullable),
  ])

  static let schema = Schema.object([
    .required(
      "databases",
      .array(
        .object([
          .required("database", .choice(GeoSlot.allCases.map(\.rawValue))), .required("edition", .string),
          .required("state", .choice(GeoStatus.State.allCases.map(\.rawValue))), .required("problem", .string.nullable),
          .required("type", .string.nullable), .required("built_at", .timestamp.nullable),
          .required("node_count", .integer.nullable), .required("ip_version", .integer.nullable),
          .required("size", .integer.nullable), .required("sha256", .string.nullable),
          .required("loaded_at", .timestamp.nullable),
        ]))), .required("may_change", .boolean), .required("account_id", .integer.nullable),
    .required("license_key_set", .boolean), .required("license_key_last_four", .string.nullable),
    .required("download", .ref("GeoIPDownload")),
  ])
}
