public import Core
public import FoundationEssentials

extension Array: SQLValue where Element: SQLElement {
  public static var sqlType: SQLType { Element.sqlArrayType }
  public func encode(into bytes: inout [UInt8]) { Element.encodeArray(self, into: &bytes) }
}

extension Array: SQLDecodable where Element: SQLElement {
  public init?(sql cell: SQLCell) {
    guard let elements = Element.decodeArray(cell) else { return nil }
    self = elements
  }
}

extension SQLElement where Self: SQLValue & SQLDecodable {
  /// One dimension, lower bound 1.
  public static func encodeArray(_ elements: [Self], into bytes: inout [UInt8]) {
    bytes.append(bigEndian: Int32(elements.isEmpty ? 0 : 1))
    bytes.append(bigEndian: Int32(0))  // no nulls among them
    bytes.append(bigEndian: sqlType.rawValue)
    guard !elements.isEmpty else { return }
    bytes.append(bigEndian: Int32(elements.count))
    bytes.append(bigEndian: Int32(1))
    for element in elements {
      let start = bytes.count
      bytes.append(bigEndian: Int32(0))
      element.encode(into: &bytes)
      bytes.replace(at: start, bigEndian: Int32(bytes.count - start - 4))
    }
  }

  /// Nil for more than one dimension, nulls inside, or another element type.
  public static func decodeArray(_ cell: SQLCell) -> [Self]? {
    guard let bytes = cell.bytes else { return nil }
    var reader = BinaryReader(bytes)
    guard let dimensions = reader.integer(Int32.self), reader.integer(Int32.self) != nil,
      let type = reader.integer(UInt32.self), dimensions <= 1
    else { return nil }
    guard dimensions == 1 else { return [] }
    guard let count = reader.integer(Int32.self), reader.integer(Int32.self) != nil else { return nil }
    var elements: [Self] = []
    for _ in 0..<count {
      guard let length = reader.integer(Int32.self), let part = reader.bytes(Int(length)),
        let element = Self(sql: SQLCell(type: SQLType(rawValue: type), bytes: part))
      else { return nil }
      elements.append(element)
    }
    return elements
  }
}

extension SQLElement where Self: RawRepresentable, RawValue: SQLElement {
  public static var sqlArrayType: SQLType { RawValue.sqlArrayType }
}

/// `[UInt8]` is `bytea`.
extension UInt8: SQLElement {
  public static var sqlArrayType: SQLType { .bytea }

  public static func encodeArray(_ elements: [UInt8], into bytes: inout [UInt8]) { bytes += elements }

  public static func decodeArray(_ cell: SQLCell) -> [UInt8]? { cell.type == .bytea ? cell.bytes.map(Array.init) : nil }
}

extension Bool: SQLElement { public static var sqlArrayType: SQLType { .boolArray } }
extension Int: SQLElement { public static var sqlArrayType: SQLType { .bigintArray } }
extension Int16: SQLElement { public static var sqlArrayType: SQLType { .smallintArray } }
extension Int32: SQLElement { public static var sqlArrayType: SQLType { .integerArray } }
extension Int64: SQLElement { public static var sqlArrayType: SQLType { .bigintArray } }
extension Double: SQLElement { public static var sqlArrayType: SQLType { .doubleArray } }
extension String: SQLElement { public static var sqlArrayType: SQLType { .textArray } }
extension Micros: SQLElement { public static var sqlArrayType: SQLType { .bigintArray } }
extension UUID: SQLElement { public static var sqlArrayType: SQLType { .uuidArray } }
extension UUIDv7: SQLElement { public static var sqlArrayType: SQLType { .uuidArray } }
extension IPAddress: SQLElement { public static var sqlArrayType: SQLType { .inetArray } }
extension LocalDate: SQLElement { public static var sqlArrayType: SQLType { .dateArray } }
extension Timestamp: SQLElement { public static var sqlArrayType: SQLType { .timestamptzArray } }
extension JSONValue: SQLElement { public static var sqlArrayType: SQLType { .jsonbArray } }
