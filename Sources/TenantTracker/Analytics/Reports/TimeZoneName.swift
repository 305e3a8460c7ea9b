import Core

/// The IANA name of a time zone. Only its form is checked here: which zones there are, Postgres knows, whose zone
/// database does all the reckoning.
public struct TimeZoneName: Sendable, Hashable, LosslessStringConvertible {
  public let description: String

  public static let utc = TimeZoneName(known: "UTC")

  private init(known name: String) { description = name }

  /// `UTC`, `Area/Location` or `Etc/GMT+3`. Abbreviations (`EST`) and POSIX rules (`FOO+3`) are refused, though Postgres
  /// would take them: they have no daylight saving history.
  public init?(_ name: String) {
    guard name.utf8.count <= 64 else { return nil }
    let area = name.prefix { $0 != "/" }
    let location = name.dropFirst(area.count + 1)
    let isWord: (Substring) -> Bool = { part in
      !part.isEmpty && part.utf8.allSatisfy { $0.isLetter || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") }
    }
    let isOffset =
      area == "Etc" && location.utf8.allSatisfy { $0.isLetter || $0.asciiDigit != nil || $0 == 0x2B || $0 == 0x2D }
    guard
      name == "UTC"
        || (isWord(area) && !location.isEmpty
          && (isOffset || location.split(separator: "/", omittingEmptySubsequences: false).allSatisfy(isWord)))
    else { return nil }
    description = name
  }
}

extension UInt8 {
  fileprivate var isLetter: Bool { (0x41...0x5A).contains(self) || (0x61...0x7A).contains(self) }
}
