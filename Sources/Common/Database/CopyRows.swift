public import Core

/// Rows for a binary COPY, built field by field:
///
///     var rows = CopyRows()
///     rows.beginRow()
///     rows.append(id); rows.append(name); rows.appendNull()
///
/// Field types must be the columns' own (`Int64` for `bigint`, `Int32` for `integer`, `JSONValue` for `jsonb`): COPY
/// converts nothing. A row with too few or too many fields is refused by the server.
public struct CopyRows: Sendable {
  /// No flags, no header extension.
  private static let signature: [UInt8] =
    Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0x00] + [UInt8](repeating: 0, count: 8)

  private var bytes = CopyRows.signature
  private var rowStart = 0
  private var fields: Int16 = 0
  public private(set) var rowCount = 0

  /// Bytes the rows take on the wire.
  public var byteCount: Int { bytes.count }

  public init(reservingBytes capacity: Int = 0) { bytes.reserveCapacity(capacity) }

  public mutating func beginRow() {
    endRow()
    rowStart = bytes.count
    rowCount += 1
    fields = 0
    bytes.append(bigEndian: Int16(0))
  }

  public mutating func append(_ value: Bool) { appendField(value) }
  public mutating func append(_ value: Int) { appendField(value) }
  public mutating func append(_ value: Int16) { appendField(value) }
  public mutating func append(_ value: Int32) { appendField(value) }
  public mutating func append(_ value: Int64) { appendField(value) }
  public mutating func append(_ value: String) { appendField(value) }
  public mutating func append(_ value: Micros) { appendField(value) }
  public mutating func append(_ value: Timestamp) { appendField(value) }
  public mutating func append(_ value: UUIDv7) { appendField(value) }
  public mutating func append(_ value: IPAddress) { appendField(value) }

  /// Any other value, an array or an optional.
  public mutating func append(_ value: some SQLValue) {
    if value.isSQLNull { appendNull() } else { appendField(value) }
  }

  /// A text field from its UTF-8 bytes.
  public mutating func append(utf8 text: some Collection<UInt8>) {
    fields += 1
    bytes.append(bigEndian: Int32(text.count))
    bytes.append(contentsOf: text)
  }

  /// A `jsonb` field from its JSON text.
  public mutating func append(jsonb text: some Collection<UInt8>) {
    fields += 1
    bytes.append(bigEndian: Int32(text.count + 1))
    bytes.append(1)  // the format's version
    bytes.append(contentsOf: text)
  }

  public mutating func appendNull() {
    fields += 1
    bytes.append(bigEndian: Int32(-1))
  }

  /// The whole stream with its trailer.
  var finished: [UInt8] {
    var copy = self
    copy.endRow()
    copy.bytes.append(bigEndian: Int16(-1))
    return copy.bytes
  }

  private mutating func appendField(_ value: some SQLValue) {
    fields += 1
    let start = bytes.count
    bytes.append(bigEndian: Int32(0))
    value.encode(into: &bytes)
    bytes.replace(at: start, bigEndian: Int32(bytes.count - start - 4))
  }

  private mutating func endRow() {
    guard rowCount > 0 else { return }
    bytes[rowStart] = UInt8(truncatingIfNeeded: fields >> 8)
    bytes[rowStart + 1] = UInt8(truncatingIfNeeded: fields)
  }
}
