import Core
import Database
import Web

/// A tenant that the vendor runs for a customer on one of the registered trackers.
struct HostedTenant: Sendable, Identifiable {
  enum Status: String, CaseIterable, Sendable, SQLValue, SQLDecodable {
    /// On its way to be usable for the first time.
    case provisioning
    case active
    case suspended
    /// Could not be made; nothing of it is on any tracker.
    case failed
    /// Closed for good; its data is kept until it is purged.
    case deleted
    /// Its data is gone.
    case purged

    /// Whether its tracker has it open or could open it.
    var isLive: Bool { self == .active || self == .suspended }
  }

  let id: Int64
  let slug: String
  let name: String
  let customerID: Int64
  let customerEmail: EmailAddress
  let licenseID: Int64
  /// Nil until it is placed.
  let trackerID: Int64?
  let trackerName: String?
  let trackerURL: String?
  let domains: [String]
  let adminEmail: EmailAddress
  let status: Status
  /// As the tracker reported them at `usageAt`.
  let users: Int?
  let clicks24h: Int64?
  let schemaVersion: Int?
  let usageAt: Timestamp?
  /// The newest export, which its tracker keeps.
  let archive: Archive?
  /// What is being done with it, or was last.
  let operation: TenantOperation?
  let createdAt: Timestamp
  let updatedAt: Timestamp

  struct Archive: Sendable, Hashable {
    let id: UUIDv7
    let bytes: Int64
    let sha256: String
    let madeAt: Timestamp
  }

  var running: TenantOperation? { operation?.state == .running ? operation : nil }

  /// Where its people sign in: its first domain, with the scheme and port of its tracker.
  var address: String? {
    guard let domain = domains.first, let trackerURL, let scheme = trackerURL.firstRange(of: "://") else { return nil }
    let authority = trackerURL[scheme.upperBound...].prefix { $0 != "/" }
    let port = authority.lastIndex(of: ":").map { authority[$0...] } ?? ""
    return "\(trackerURL[..<scheme.upperBound])\(domain)\(port.hasSuffix("]") ? "" : port)"
  }

  static func isValidSlug(_ text: String) -> Bool {
    (1...63).contains(text.utf8.count) && Hostname.isValid(text) && !text.contains(".") && text == text.lowercased()
  }
}

extension HostedTenant {
  var json: JSONValue {
    [
      "id": .int(id), "slug": .string(slug), "name": .string(name), "customer_id": .int(customerID),
      "customer_email": .string(customerEmail.description), "license_id": .int(licenseID),
      "tracker_id": JSONValue(trackerID), "tracker": JSONValue(trackerName), "address": JSONValue(address),
      "domains": JSONValue(domains), "admin_email": .string(adminEmail.description),
      "status": .string(status.rawValue), "users": .optional(users.map { .int($0) }),
      "clicks_24h": JSONValue(clicks24h),
      "schema_version": .optional(schemaVersion.map { .int($0) }), "usage_at": JSONValue(usageAt),
      "archive": .optional(archive.map(\.json)), "operation": .optional(operation.map(\.json)),
      "created_at": JSONValue(createdAt), "updated_at": JSONValue(updatedAt),
    ]
  }

  var resellerJSON: JSONValue {
    var object = json.objectValue ?? [:]
    for name in ["tracker_id", "tracker", "schema_version"] { object[name] = Optional.none }
    return .object(object)
  }

  static let schema = Schema.object(
    properties + [
      .required("tracker_id", .integer.nullable), .required("tracker", .string.nullable),
      .required("schema_version", .integer.nullable),
    ])

  /// Which tracker it is on is the vendor's own business.
  static let resellerSchema = Schema.object(properties)

  private static let properties: [Schema.Property] = [
    .required("id", .integer), .required("slug", .string), .required("name", .string),
    .required("customer_id", .integer), .required("customer_email", .email), .required("license_id", .integer),
    .required("address", .url.nullable), .required("domains", .array(.string)), .required("admin_email", .email),
    .required("status", .choice(Status.allCases.map(\.rawValue))), .required("users", .integer.nullable),
    .required("clicks_24h", .integer.nullable), .required("usage_at", .timestamp.nullable),
    .required(
      "archive",
      Schema.object([.required("bytes", .integer), .required("sha256", .string), .required("made_at", .timestamp)])
        .nullable),
    .required("operation", TenantOperation.schema.nullable), .required("created_at", .timestamp),
    .required("updated_at", .timestamp),
  ]
}

extension HostedTenant.Archive {
  var json: JSONValue {
    ["bytes": .int(bytes), "sha256": .string(sha256), "made_at": JSONValue(madeAt)]
  }
}
