public import Core

extension String: SQLValue, SQLDecodable {
  public static var sqlType: SQLType { .text }

  public func encode(into bytes: inout [UInt8]) { bytes.append(contentsOf: utf8) }

  /// Any text type, `json` and enums. Other types need a cast in SQL.
  public init?(sql cell: SQLCell) {
    guard cell.type.isTextual, let bytes = cell.bytes else { return nil }
    self.init(decoding: bytes, as: UTF8.self)
  }
}

extension Currency: SQLValue, SQLDecodable {
  public static var sqlType: SQLType { .text }

  public func encode(into bytes: inout [UInt8]) { code.encode(into: &bytes) }

  public init?(sql cell: SQLCell) {
    guard let text = String(sql: cell) else { return nil }
    self.init(text)
  }
}

extension EmailAddress: SQLValue, SQLDecodable {
  public static var sqlType: SQLType { .text }

  public func encode(into bytes: inout [UInt8]) { description.encode(into: &bytes) }

  public init?(sql cell: SQLCell) {
    guard let text = String(sql: cell) else { return nil }
    self.init(text)
  }
}

/// Sent as `jsonb`; read from `jsonb` and `json`.
extension JSONValue: SQLValue, SQLDecodable {
  private static let formatVersion: UInt8 = 1

  public static var sqlType: SQLType { .jsonb }

  public func encode(into bytes: inout [UInt8]) {
    bytes.append(Self.formatVersion)
    bytes += utf8
  }

  public init?(sql cell: SQLCell) {
    guard var text = cell.bytes else { return nil }
    if cell.type == .jsonb {
      guard text.first == Self.formatVersion else { return nil }
      text = text.dropFirst()
    } else if cell.type != .json {
      return nil
    }
    guard let value = try? JSONValue.parse(text, maxDepth: 512) else { return nil }
    self = value
  }
}

extension SchemaName: SQLDecodable {
  public init?(sql cell: SQLCell) {
    guard let text = String(sql: cell) else { return nil }
    self.init(text)
  }
}
