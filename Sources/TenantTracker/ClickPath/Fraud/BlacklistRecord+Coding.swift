import Core

// As one line of text, `203.0.113.0/24 automatic 1795255200000000`: there may be a hundred thousand of them, and the
// file is written whenever the tenant's configuration changes.
extension BlacklistRecord {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let parts = try container.decode(String.self).split(separator: " ")
    guard parts.count == 2 || parts.count == 3, let range = parts.first else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "no blacklist entry")
    }
    let end = parts.count == 3 ? Int64(parts[2]).map { Timestamp(microseconds: $0) } : nil
    self.init(range: String(range), isAutomatic: parts[1] == "automatic", expiresAt: end)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    let end = expiresAt.map { " \($0.microseconds)" } ?? ""
    try container.encode("\(range) \(isAutomatic ? "automatic" : "manual")\(end)")
  }
}
