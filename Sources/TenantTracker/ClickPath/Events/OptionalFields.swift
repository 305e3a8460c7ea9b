import Core

/// Writes optional fields after a mask that says which are there: the n-th call owns bit n. At most 32 calls.
struct OptionalFieldWriter {
  private let start: Int
  private var bit: UInt32 = 1

  /// Reserves the mask's four bytes.
  init(into bytes: inout [UInt8]) {
    start = bytes.count
    bytes.append(contentsOf: [0, 0, 0, 0])
  }

  mutating func write(_ id: Int64?, to bytes: inout [UInt8]) {
    if claim(id != nil, in: &bytes), let id { bytes.append(id: id) }
  }

  mutating func write(_ text: String?, to bytes: inout [UInt8]) {
    if claim(text != nil, in: &bytes), let text { bytes.append(text: text) }
  }

  mutating func write(_ id: UUIDv7?, to bytes: inout [UInt8]) {
    if claim(id != nil, in: &bytes), let id { bytes.append(id: id) }
  }

  mutating func write(_ byte: UInt8?, to bytes: inout [UInt8]) {
    if claim(byte != nil, in: &bytes), let byte { bytes.append(byte) }
  }

  mutating func write(_ data: [UInt8]?, to bytes: inout [UInt8]) {
    if claim(data != nil, in: &bytes), let data { bytes.append(data: data) }
  }

  private mutating func claim(_ isPresent: Bool, in bytes: inout [UInt8]) -> Bool {
    if isPresent { bytes[start + bit.trailingZeroBitCount / 8] |= 1 << (bit.trailingZeroBitCount % 8) }
    bit <<= 1
    return isPresent
  }
}

/// Reads what ``OptionalFieldWriter`` wrote, in the same order of calls.
struct OptionalFieldReader {
  private var mask: UInt32

  init(_ reader: inout EventReader) throws(EventFault) { mask = try reader.word32() }

  mutating func id(_ reader: inout EventReader) throws(EventFault) -> Int64? { claim() ? try reader.id() : nil }
  mutating func text(_ reader: inout EventReader) throws(EventFault) -> String? { claim() ? try reader.text() : nil }
  mutating func uuid(_ reader: inout EventReader) throws(EventFault) -> UUIDv7? { claim() ? try reader.uuid() : nil }
  mutating func byte(_ reader: inout EventReader) throws(EventFault) -> UInt8? { claim() ? try reader.byte() : nil }
  mutating func data(_ reader: inout EventReader) throws(EventFault) -> [UInt8]? { claim() ? try reader.data() : nil }

  private mutating func claim() -> Bool {
    defer { mask >>= 1 }
    return mask & 1 == 1
  }
}
