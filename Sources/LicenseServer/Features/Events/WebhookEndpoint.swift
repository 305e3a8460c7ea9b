import Core
import Database
import Security
import Web

/// Where events are told: an address of the vendor's, of a customer's or of a reseller's.
struct WebhookEndpoint: Sendable, Identifiable {
  enum Status: String, Sendable, CaseIterable, SQLValue, SQLDecodable { case enabled, disabled }

  /// Whose it is.
  enum Owner: Sendable, Hashable {
    case vendor
    case customer(Int64)
    case reseller(Int64)

    var customerID: Int64? { if case .customer(let id) = self { id } else { nil } }
    var resellerID: Int64? { if case .reseller(let id) = self { id } else { nil } }

    /// How many endpoints it may have.
    static let limit = 20
  }

  let id: Int64
  let owner: Owner
  var url: String
  var description: String
  /// What it is told of; empty for everything.
  var types: [VendorEventType]
  var status: Status
  /// Why it is disabled, for people.
  var disabledReason: String?
  /// The secret before this one signs as well until then.
  var formerSecretUntil: Timestamp?
  let createdAt: Timestamp
  var updatedAt: Timestamp

  static let disabledByHand = "Disabled by hand."
  static let gone = "It answered 410 Gone."

  var json: JSONValue {
    [
      "id": .int(id), "customer_id": JSONValue(owner.customerID), "reseller_id": JSONValue(owner.resellerID),
      "url": .string(url), "description": .string(description),
      "event_types": JSONValue(types.map(\.rawValue)), "status": .string(status.rawValue),
      "disabled_reason": JSONValue(disabledReason), "former_secret_until": JSONValue(formerSecretUntil),
      "created_at": JSONValue(createdAt), "updated_at": JSONValue(updatedAt),
    ]
  }

  static let properties: [Schema.Property] = [
    .required("id", .integer),
    .required("customer_id", .integer.nullable), .required("reseller_id", .integer.nullable),
    .required("url", .url), .required("description", .string),
    .required("event_types", .array(typeSchema).described("Empty: everything.")),
    .required("status", .choice(Status.allCases.map(\.rawValue))), .required("disabled_reason", .string.nullable),
    .required("former_secret_until", .timestamp.nullable), .required("created_at", .timestamp),
    .required("updated_at", .timestamp),
  ]

  static let typeSchema = Schema.choice(VendorEventType.allCases.map(\.rawValue))
}

/// What we ask of an endpoint's address. Its name is looked up, and its address checked, with each attempt; this only
/// refuses what could never work, while somebody is there to put it right.
enum WebhookURL {
  /// What is wrong with it, as the end of a sentence about the field; nil when nothing is.
  static func fault(_ url: String, _ policy: DestinationPolicy) -> String? {
    guard WebURL.isAbsolute(url), let host = WebURL.host(of: url) else { return "must be an absolute https URL" }
    guard !url.contains("@") else { return "must not hold a user name: the signature says who sends" }
    let bare = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
    let literal = IPAddress(bare)
    let isNamed =
      policy.allowedHosts.contains(host) || literal.map { policy.permits($0, host: host) && $0.isPrivate } == true
    if let literal, !policy.permits(literal, host: host) { return "must not be a private address" }
    guard url.lowercased().hasPrefix("https://") || isNamed else { return "must begin with https://" }
    return nil
  }
}
