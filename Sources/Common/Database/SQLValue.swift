/// A value that can be a statement's parameter or a COPY field, in Postgres's binary format.
public protocol SQLValue: Sendable {
  /// The type the parameter is declared with.
  static var sqlType: SQLType { get }
  var isSQLNull: Bool { get }
  /// Appends the binary form (big-endian numbers); never called for a null.
  func encode(into bytes: inout [UInt8])
}

/// A value that can be read back from a column.
public protocol SQLDecodable {
  /// Nil when the cell's type or value doesn't fit.
  init?(sql cell: SQLCell)
}

/// A type that Postgres can hold arrays of. (`[UInt8]` is no array: it is `bytea`.)
public protocol SQLElement: Sendable {
  static var sqlArrayType: SQLType { get }
  static func encodeArray(_ elements: [Self], into bytes: inout [UInt8])
  static func decodeArray(_ cell: SQLCell) -> [Self]?
}

/// One column of one row, in Postgres's binary format.
public struct SQLCell: Sendable {
  public let type: SQLType
  /// Nil for NULL.
  public let bytes: ArraySlice<UInt8>?

  public init(type: SQLType, bytes: ArraySlice<UInt8>?) {
    self.type = type
    self.bytes = bytes
  }
}

extension SQLValue {
  public var isSQLNull: Bool { false }
}

extension Optional: SQLValue where Wrapped: SQLValue {
  public static var sqlType: SQLType { Wrapped.sqlType }

  public var isSQLNull: Bool { self?.isSQLNull ?? true }

  public func encode(into bytes: inout [UInt8]) { self?.encode(into: &bytes) }
}

extension Optional: SQLDecodable where Wrapped: SQLDecodable {
  public init?(sql cell: SQLCell) {
    if cell.bytes == nil {
      self = .none
    } else if let value = Wrapped(sql: cell) {
      self = .some(value)
    } else {
      return nil
    }
  }
}

/// Enumerations with a raw value need no code of their own: `enum Kind: String, SQLValue, SQLDecodable`.
extension SQLValue where Self: RawRepresentable, RawValue: SQLValue {
  public static var sqlType: SQLType { RawValue.sqlType }
  public func encode(into bytes: inout [UInt8]) { rawValue.encode(into: &bytes) }
}

extension SQLDecodable where Self: RawRepresentable, RawValue: SQLDecodable {
  public init?(sql cell: SQLCell) {
    guard let rawValue = RawValue(sql: cell) else { return nil }
    self.init(rawValue: rawValue)
  }
}
