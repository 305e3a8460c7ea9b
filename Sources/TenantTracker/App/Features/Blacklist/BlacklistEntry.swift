import ClickPath
import Core
import Web

/// An address or range that nobody wants clicks of.
struct BlacklistEntry: Sendable {
  enum Origin: String, Sendable, CaseIterable {
    case manual
    /// The fraud score put it there.
    case automatic
  }

  let id: Int64
  let range: String
  let origin: Origin
  let reason: String
  let createdAt: Timestamp
  /// Nil for one that stays.
  let expiresAt: Timestamp?

  static let reasonLength = 0...200

  var json: JSONValue {
    [
      "id": .int(id), "range": .string(range), "origin": .string(origin.rawValue), "reason": .string(reason),
      "created_at": JSONValue(createdAt), "expires_at": JSONValue(expiresAt),
    ]
  }

  static let schema = Schema.object([
    .required("id", .integer), .required("range", .string.described("`203.0.113.7`, `2001:db8::/32`")),
    .required("origin", .choice(Origin.allCases.map(\.rawValue))), .required("reason", .string),
    .required("created_at", .timestamp), .required("expires_at", .timestamp.nullable),
  ])
}

/// An address or range as somebody wrote it, checked.
struct BlacklistRange: Hashable, Sendable, CustomStringConvertible {
  enum Fault: Error {
    case unreadable
    case tooWide
  }

  let cidr: CIDR

  /// Wider ranges are slips: they would keep out a part of the world.
  private static let leastPrefix = (v4: 8, v6: 16)

  static func read(_ text: some StringProtocol) -> Result<BlacklistRange, Fault> {
    guard let cidr = CIDR(text) else { return .failure(.unreadable) }
    let isTooWide = cidr.prefix < (cidr.base.isV4 ? leastPrefix.v4 : leastPrefix.v6)
    return isTooWide ? .failure(.tooWide) : .success(BlacklistRange(cidr: cidr))
  }

  /// A single address without its prefix length; bits behind the prefix are zero.
  var description: String { cidr.prefix == (cidr.base.isV4 ? 32 : 128) ? "\(cidr.base)" : "\(cidr)" }
}

extension BlacklistRange.Fault {
  var code: String {
    switch self {
    case .unreadable: "ip"
    case .tooWide: "range"
    }
  }

  var message: String {
    switch self {
    case .unreadable: "must be an IP address or a range such as 203.0.113.0/24 or 2001:db8::/32"
    case .tooWide: "is too wide: a range may be /8 or narrower, in IPv6 /16"
    }
  }
}
