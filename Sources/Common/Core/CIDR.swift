/// A range of addresses such as `10.0.0.0/8`; a bare address is the range of itself.
public struct CIDR: Hashable, Sendable, LosslessStringConvertible {
  /// The first address of the range.
  public let base: IPAddress
  /// The prefix length: 0...32 when ``base`` is IPv4, else 0...128.
  public let prefix: Int

  public init?(_ text: some StringProtocol) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let address = IPAddress(parts[0]) else { return nil }
    let width = address.isV4 && !parts[0].contains(":") ? 32 : 128
    var length = width
    if parts.count == 2 {
      guard parts[1].utf8.allSatisfy({ $0.asciiDigit != nil }), let number = Int(parts[1]), number <= width else {
        return nil
      }
      length = number
    }
    let bits = width == 32 ? length + 96 : length
    (highMask, lowMask) = CIDR.masks(bits)
    base = IPAddress(high: address.high & highMask, low: address.low & lowMask)
    prefix = base.isV4 ? bits - 96 : bits
  }

  private let highMask: UInt64
  private let lowMask: UInt64

  private static func masks(_ bits: Int) -> (UInt64, UInt64) {
    let high: UInt64 = bits == 0 ? 0 : ~0 << UInt64(max(0, 64 - bits))
    let low: UInt64 = bits <= 64 ? 0 : ~0 << UInt64(128 - bits)
    return (high, low)
  }

  public func contains(_ address: IPAddress) -> Bool {
    (address.high ^ base.high) & highMask == 0 && (address.low ^ base.low) & lowMask == 0
  }

  public var description: String { "\(base)/\(prefix)" }
}

/// The proxies whose `X-Forwarded-For` we believe.
public struct TrustedProxies: Sendable {
  private let ranges: [CIDR]

  public init(_ ranges: [CIDR]) { self.ranges = ranges }

  /// Reads a comma-separated list; nil when an entry is no address or range.
  public init?(list: String) {
    let entries = list.split(separator: ",").map { $0.trimmed }.filter { !$0.isEmpty }
    let ranges = entries.compactMap { CIDR($0) }
    guard ranges.count == entries.count else { return nil }
    self.init(ranges)
  }

  public func contains(_ address: IPAddress) -> Bool { ranges.contains { $0.contains(address) } }

  /// The socket's address, or behind a trusted proxy the right-most untrusted entry of `forwardedFor`.
  public func clientAddress(peer: IPAddress, forwardedFor: String?) -> IPAddress {
    guard contains(peer), let forwardedFor else { return peer }
    var client = peer
    for entry in forwardedFor.split(separator: ",").reversed() {
      guard let address = IPAddress(forwardedEntry: entry.trimmed) else { return client }
      client = address
      if !contains(address) { return client }
    }
    return client
  }
}

extension IPAddress {
  /// An entry of `X-Forwarded-For`: some proxies add a port or brackets.
  init?(forwardedEntry text: String) {
    if let address = IPAddress(text) {
      self = address
      return
    }
    let host: Substring
    let port: Substring
    if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
      host = text[text.index(after: text.startIndex)..<end]
      port = text[text.index(after: end)...]
    } else if let colon = text.firstIndex(of: ":") {
      host = text[..<colon]
      port = text[colon...]
    } else {
      return nil
    }
    guard port.isEmpty || port.hasPrefix(":") && UInt16(port.dropFirst()) != nil else { return nil }
    self.init(host)
  }
}
