/// An e-mail address, lower-cased: what people sign in with, so two spellings are one account.
public struct EmailAddress: Hashable, Sendable, CustomStringConvertible {
  public let description: String

  /// One `@`, a dot-atom before it, a host name with a dot or `localhost` after it; 254 characters at most (RFC 5321).
  public init?(_ text: some StringProtocol) {
    let trimmed = text.trimmed
    // Outside of ASCII two letters may have one lower case, and so two people one account.
    guard trimmed.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
    let lowered = trimmed.lowercased()
    let parts = lowered.split(separator: "@", omittingEmptySubsequences: false)
    guard lowered.utf8.count <= 254, parts.count == 2, (1...64).contains(parts[0].utf8.count),
      parts[0].utf8.allSatisfy(Self.isAtom), parts[0].first != ".", parts[0].last != ".", !parts[0].contains(".."),
      Hostname.isValid(parts[1]), parts[1].contains(".") || parts[1] == "localhost"
    else { return nil }
    description = lowered
  }

  private static func isAtom(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x61...0x7A: true
    default: ".!#$%&'*+/=?^_`{|}~-".utf8.contains(byte)
    }
  }
}

/// DNS names as RFC 1123 has them.
public enum Hostname {
  public static func isValid(_ text: some StringProtocol) -> Bool {
    guard (1...253).contains(text.utf8.count) else { return false }
    return text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
      (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
        && label.utf8.allSatisfy {
          $0.asciiDigit != nil || (0x61...0x7A).contains($0 | 0x20) || $0 == UInt8(ascii: "-")
        }
    }
  }
}
