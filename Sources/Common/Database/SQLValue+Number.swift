public import Core

extension SQLValue where Self: FixedWidthInteger {
  public func encode(into bytes: inout [UInt8]) { bytes.append(bigEndian: self) }
}

extension SQLDecodable where Self: FixedWidthInteger {
  /// Any of Postgres's integer types, or a `numeric` without a fraction (`sum(bigint)` is one), when in range.
  public init?(sql cell: SQLCell) {
    guard let value = cell.integer else { return nil }
    self.init(exactly: value)
  }
}

extension Int16: SQLValue, SQLDecodable {
  public static var sqlType: SQLType { .smallint }
}

extension Int32: SQLValue, SQLDecodable {
  public static var sqlType: SQLType { .integer }
}

extension Int64: SQLValue, SQLDecodable {
  public static var sqlType: SQLType { .bigint }
}

extension Int: SQLValue, SQLDecodable {
  public static var sqlType: SQLType { .bigint }
}

extension Bool: SQLValue, SQLDecodable {
  public static var sqlType: SQLType { .bool }

  public func encode(into bytes: inout [UInt8]) { bytes.append(self ? 1 : 0) }

  public init?(sql cell: SQLCell) {
    guard cell.type == .bool, let byte = cell.bytes?.first else { return nil }
    self = byte != 0
  }
}

extension Double: SQLValue, SQLDecodable {
  public static var sqlType: SQLType { .double }

  public func encode(into bytes: inout [UInt8]) { bytes.append(bigEndian: bitPattern) }

  /// `double precision`, `real`, `numeric` (nearest) or an integer type.
  public init?(sql cell: SQLCell) {
    guard let bytes = cell.bytes else { return nil }
    var reader = BinaryReader(bytes)
    switch cell.type {
    case .double:
      guard let bits = reader.integer(UInt64.self) else { return nil }
      self.init(bitPattern: bits)
    case .real:
      guard let bits = reader.integer(UInt32.self) else { return nil }
      self = Double(Float(bitPattern: bits))
    case .numeric:
      guard let number = SQLNumeric(bytes) else { return nil }
      self = number.double
    default:
      guard let value = cell.integer else { return nil }
      self = Double(value)
    }
  }
}

/// Stored as `bigint` millionths.
extension Micros: SQLValue, SQLDecodable {
  public static var sqlType: SQLType { .bigint }

  public func encode(into bytes: inout [UInt8]) { rawValue.encode(into: &bytes) }

  public init?(sql cell: SQLCell) {
    guard let value = cell.integer else { return nil }
    self.init(rawValue: value)
  }
}

extension SQLCell {
  fileprivate var integer: Int64? {
    guard let bytes else { return nil }
    var reader = BinaryReader(bytes)
    switch type {
    case .bigint: return reader.integer()
    case .integer: return reader.integer(Int32.self).map(Int64.init)
    case .smallint: return reader.integer(Int16.self).map(Int64.init)
    case .oid, .regclass: return reader.integer(UInt32.self).map(Int64.init)
    case .numeric: return SQLNumeric(bytes)?.int64
    default: return nil
    }
  }
}
