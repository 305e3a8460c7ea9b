/// A Postgres schema name that is safe as an identifier: `[a-z_][a-z0-9_]{0,62}`.
public struct SchemaName: Hashable, Comparable, Sendable, LosslessStringConvertible {
  public let description: String

  /// Nil for anything that Postgres would fold, quote or cut off.
  public init?(_ text: String) {
    guard (1...63).contains(text.utf8.count), let first = text.utf8.first, Self.isLetter(first),
      text.utf8.allSatisfy({ Self.isLetter($0) || (0x30...0x39).contains($0) })
    else { return nil }
    description = text
  }

  init(known text: String) { description = text }

  public static let control = SchemaName(known: "control")
  public static let license = SchemaName(known: "license")

  public static func < (left: SchemaName, right: SchemaName) -> Bool { left.description < right.description }

  private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) || byte == UInt8(ascii: "_") }
}
