/// An IPv4 or IPv6 address. An IPv4-mapped IPv6 address is the IPv4 address it maps.
public struct IPAddress: Hashable, Comparable, Sendable {
  /// The 128 bits; IPv4 sits in `::ffff:0:0/96`, so both families order and compare in one space.
  public let high: UInt64
  public let low: UInt64

  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  public init(v4: UInt32) { self.init(high: 0, low: 0xFFFF_0000_0000 | UInt64(v4)) }

  /// Four or sixteen bytes in network order.
  public init?(bytes: some Collection<UInt8>) {
    switch bytes.count {
    case 4: self.init(v4: bytes.reduce(0) { $0 << 8 | UInt32($1) })
    case 16:
      self.init(
        high: bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) },
        low: bytes.dropFirst(8).reduce(0) { $0 << 8 | UInt64($1) })
    default: return nil
    }
  }

  public var isV4: Bool { high == 0 && low >> 32 == 0xFFFF }

  /// Four bytes for IPv4, sixteen for IPv6, in network order.
  public var bytes: [UInt8] {
    if isV4 { return (0..<4).map { UInt8(truncatingIfNeeded: low >> (24 - 8 * UInt64($0))) } }
    return (0..<8).map { UInt8(truncatingIfNeeded: high >> (56 - 8 * UInt64($0))) }
      + (0..<8).map { UInt8(truncatingIfNeeded: low >> (56 - 8 * UInt64($0))) }
  }

  /// IPv4 with the last octet zeroed; IPv6 with all but its /48 zeroed.
  public var anonymized: IPAddress {
    isV4 ? IPAddress(high: high, low: low & ~0xFF) : IPAddress(high: high & ~0xFFFF, low: 0)
  }

  /// Anything a request from the internet must not reach: loopback, private, link-local, shared, multicast, reserved.
  public var isPrivate: Bool { IPAddress.reserved.contains { $0.contains(self) } || embeddedV4?.isPrivate == true }

  /// The IPv4 address inside a NAT64 (64:ff9b::/96) or 6to4 (2002::/16) address.
  private var embeddedV4: IPAddress? {
    if high == 0x0064_FF9B_0000_0000, low >> 32 == 0 { return IPAddress(v4: UInt32(truncatingIfNeeded: low)) }
    if high >> 48 == 0x2002 { return IPAddress(v4: UInt32(truncatingIfNeeded: high >> 16)) }
    return nil
  }

  /// What the IANA special-purpose registries for IPv4 and IPv6 call not globally reachable, and multicast. `::/96` holds
  /// `::`, `::1` and the deprecated IPv4-compatible addresses.
  private static let reserved: [CIDR] = [
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
    "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
    "224.0.0.0/3", "::/96", "64:ff9b:1::/48", "100::/64", "100:0:0:1::/64", "2001::/23", "2001:db8::/32", "3fff::/20",
    "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
  ].compactMap { CIDR($0) }

  public static func < (left: IPAddress, right: IPAddress) -> Bool { (left.high, left.low) < (right.high, right.low) }
}

extension IPAddress: LosslessStringConvertible, Codable {
  /// Dotted decimal with four plain octets, or IPv6 text (RFC 4291; no zone, no brackets, no port).
  public init?(_ text: some StringProtocol) {
    let address = text.utf8.withContiguousStorageIfAvailable { IPAddress(utf8: $0) }
    guard let address = address ?? Array(text.utf8).withUnsafeBufferPointer({ IPAddress(utf8: $0) }) else { return nil }
    self = address
  }

  public init?(utf8: UnsafeBufferPointer<UInt8>) {
    if utf8.contains(UInt8(ascii: ":")) {
      guard let address = IPAddress.parseV6(utf8) else { return nil }
      self = address
    } else {
      guard let address = IPAddress.parseV4(utf8[...]) else { return nil }
      self.init(v4: address)
    }
  }

  private static func parseV4(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> UInt32? {
    var address: UInt32 = 0
    var octet: UInt32 = 0
    var digits = 0
    var dots = 0
    for byte in text {
      if let digit = byte.asciiDigit {
        guard digits == 0 || octet != 0 else { return nil }  // no leading zeros: some read them as octal
        octet = octet * 10 + UInt32(digit)
        digits += 1
        guard digits <= 3, octet <= 255 else { return nil }
      } else {
        guard byte == UInt8(ascii: "."), digits > 0, dots < 3 else { return nil }
        address = address << 8 | octet
        (octet, digits, dots) = (0, 0, dots + 1)
      }
    }
    return dots == 3 && digits > 0 ? address << 8 | octet : nil
  }

  private static func parseV6(_ text: UnsafeBufferPointer<UInt8>) -> IPAddress? {
    guard text.count <= 45 else { return nil }
    var groups: [UInt16] = []
    var gap: Int?
    var index = 0
    if text.starts(with: "::".utf8) {
      gap = 0
      index = 2
    }
    while index < text.count {
      var group: UInt32 = 0
      let start = index
      while index < text.count, let digit = text[index].hexDigit {
        group = group << 4 | UInt32(digit)
        index += 1
        guard index - start <= 4 else { break }
      }
      if index < text.count, text[index] == UInt8(ascii: ".") {
        guard let v4 = parseV4(text[start...]) else { return nil }
        groups.append(UInt16(truncatingIfNeeded: v4 >> 16))
        groups.append(UInt16(truncatingIfNeeded: v4))
        index = text.count
        break
      }
      guard index > start, index - start <= 4 else { return nil }
      groups.append(UInt16(group))
      if index == text.count { break }
      guard text[index] == UInt8(ascii: ":") else { return nil }
      index += 1
      guard index < text.count else { return nil }
      if text[index] == UInt8(ascii: ":") {
        guard gap == nil else { return nil }
        gap = groups.count
        index += 1
      }
    }
    guard groups.count <= 8, gap == nil ? groups.count == 8 : groups.count < 8 else { return nil }
    if let gap { groups.insert(contentsOf: repeatElement(0, count: 8 - groups.count), at: gap) }
    return IPAddress(
      high: groups.prefix(4).reduce(0) { $0 << 16 | UInt64($1) },
      low: groups.suffix(4).reduce(0) { $0 << 16 | UInt64($1) })
  }

  /// Dotted decimal, or RFC 5952's canonical IPv6 text.
  public var description: String {
    if isV4 {
      return "\(low >> 24 & 255).\(low >> 16 & 255).\(low >> 8 & 255).\(low & 255)"
    }
    let groups = (0..<8).map { index in
      UInt16(truncatingIfNeeded: (index < 4 ? high : low) >> (48 - 16 * UInt64(index % 4)))
    }
    var longest = 0..<0
    var start = 0
    while start < 8 {
      var end = start
      while end < 8, groups[end] == 0 { end += 1 }
      if end - start > longest.count, end - start > 1 { longest = start..<end }
      start = max(end, start + 1)
    }
    let text = { (part: ArraySlice<UInt16>) in part.map { String($0, radix: 16) }.joined(separator: ":") }
    return longest.isEmpty
      ? text(groups[...]) : "\(text(groups[..<longest.lowerBound]))::\(text(groups[longest.upperBound...]))"
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let address = IPAddress(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not an IP address")
    }
    self = address
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
