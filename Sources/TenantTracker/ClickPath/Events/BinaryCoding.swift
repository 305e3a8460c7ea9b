import Core

/// Why bytes are no event of ours.
public enum EventFault: Error, Hashable, Sendable {
  case truncated
  case unknownKind(UInt8)
  case unknownVersion(UInt8)
  /// Complete, but a field holds what it never may, or something follows the last one.
  case malformed
}

// The journal's primitives: little-endian words, LEB128 counts and ids, length-prefixed UTF-8.
extension [UInt8] {
  mutating func append(varint value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    append(UInt8(truncatingIfNeeded: rest))
  }

  mutating func append(id: Int64) { append(varint: UInt64(bitPattern: id)) }

  /// Small magnitudes of either sign stay short.
  mutating func append(signed value: Int64) { append(varint: UInt64(bitPattern: value << 1 ^ value >> 63)) }

  mutating func append(word value: UInt64) {
    Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
  }

  mutating func append(id: UUIDv7) {
    append(word: id.high)
    append(word: id.low)
  }

  mutating func append(text: String) {
    append(varint: UInt64(text.utf8.count))
    append(contentsOf: text.utf8)
  }

  mutating func append(data: [UInt8]) {
    append(varint: UInt64(data.count))
    append(contentsOf: data)
  }

  mutating func append(address: IPAddress) {
    append(address.isV4 ? 4 : 16)
    if !address.isV4 { append(word: address.high) }
    if address.isV4 {
      Swift.withUnsafeBytes(of: UInt32(truncatingIfNeeded: address.low).littleEndian) { append(contentsOf: $0) }
    } else {
      append(word: address.low)
    }
  }
}

/// Reads what the extension above writes; never past the end, whatever the bytes say.
struct EventReader {
  private let bytes: UnsafeRawBufferPointer
  private var offset = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  mutating func byte() throws(EventFault) -> UInt8 {
    guard offset < bytes.count else { throw .truncated }
    defer { offset += 1 }
    return bytes[offset]
  }

  mutating func varint() throws(EventFault) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while true {
      let next = try byte()
      guard shift < 63 || next <= 1 else { throw .malformed }
      value |= UInt64(next & 0x7F) << shift
      if next & 0x80 == 0 { return value }
      shift += 7
    }
  }

  mutating func id() throws(EventFault) -> Int64 { Int64(bitPattern: try varint()) }

  mutating func signed() throws(EventFault) -> Int64 {
    let value = try varint()
    return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
  }

  mutating func word() throws(EventFault) -> UInt64 {
    guard bytes.count - offset >= 8 else { throw .truncated }
    defer { offset += 8 }
    return UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  mutating func word32() throws(EventFault) -> UInt32 {
    guard bytes.count - offset >= 4 else { throw .truncated }
    defer { offset += 4 }
    return UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }

  mutating func uuid() throws(EventFault) -> UUIDv7 { UUIDv7(high: try word(), low: try word()) }

  mutating func text() throws(EventFault) -> String { String(decoding: try run(of: try varint()), as: UTF8.self) }

  mutating func text(count: Int) throws(EventFault) -> String {
    String(decoding: try run(of: UInt64(count)), as: UTF8.self)
  }

  mutating func data() throws(EventFault) -> [UInt8] { [UInt8](try run(of: try varint())) }

  mutating func address() throws(EventFault) -> IPAddress {
    switch try byte() {
    case 4: IPAddress(v4: try word32())
    case 16: IPAddress(high: try word(), low: try word())
    default: throw .malformed
    }
  }

  var isAtEnd: Bool { offset == bytes.count }

  func finish() throws(EventFault) {
    guard isAtEnd else { throw .malformed }
  }

  private mutating func run(of count: UInt64) throws(EventFault) -> UnsafeRawBufferPointer {
    guard count <= UInt64(bytes.count - offset) else { throw .truncated }
    defer { offset += Int(count) }
    return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + Int(count)])
  }
}
