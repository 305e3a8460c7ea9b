import Core

/// How a checkpoint file begins: 64 bytes, all words little-endian.
///
/// | offset | bytes | |
/// |---|---|---|
/// | 0 | 8 | `TLYVMEM` and a newline |
/// | 8 | 4 | format version |
/// | 12 | 4 | CRC-32C of the other 60 bytes |
/// | 16 | 8 | fingerprint of the keys' secret |
/// | 24 | 16 | the journal's instance |
/// | 40 | 16 | position: what the journal holds before it is in the checkpoint |
/// | 56 | 8 | when it was begun, milliseconds since 1970 |
struct CheckpointHeader: Hashable, Sendable {
  static let size = 64
  static let version: UInt32 = 1
  private static let magic: UInt64 = 0x0A4D_454D_5659_4C54

  var fingerprint: UInt64
  var instance: JournalInstance
  var position: JournalPosition
  var begunAt: Timestamp

  var bytes: [UInt8] {
    var rest: [UInt8] = []
    rest.append(word: fingerprint)
    rest.append(contentsOf: instance.description.utf8)
    rest.append(word: UInt64(bitPattern: position.segment))
    rest.append(word: UInt64(bitPattern: position.offset))
    rest.append(word: UInt64(bitPattern: begunAt.milliseconds))
    var bytes: [UInt8] = []
    bytes.append(word: Self.magic)
    bytes.append(word: UInt64(Self.version))
    let checksum = Self.checksum(bytes[..<12], rest[...])
    bytes.removeLast(4)
    withUnsafeBytes(of: checksum.littleEndian) { bytes.append(contentsOf: $0) }
    return bytes + rest
  }

  enum Reading {
    case header(CheckpointHeader)
    case damaged
    case unknownVersion(UInt32)
  }

  static func read(_ bytes: [UInt8]) -> Reading {
    guard bytes.count == size, bytes.starts(with: withUnsafeBytes(of: magic.littleEndian, Array.init)) else {
      return .damaged
    }
    let reading = bytes.withUnsafeBytes { words -> Reading? in
      guard words.word32(at: 12) == checksum(bytes[..<12], bytes[16...]) else { return nil }
      let version = words.word32(at: 8)
      guard version == Self.version else { return .unknownVersion(version) }
      guard let instance = JournalInstance(String(decoding: bytes[24..<40], as: UTF8.self)) else { return nil }
      let position = JournalPosition(
        segment: Int64(bitPattern: words.word64(at: 40)), offset: Int64(bitPattern: words.word64(at: 48)))
      return .header(
        CheckpointHeader(
          fingerprint: words.word64(at: 16), instance: instance, position: position,
          begunAt: Timestamp(milliseconds: Int64(bitPattern: words.word64(at: 56)))))
    }
    return reading ?? .damaged
  }

  private static func checksum(_ start: ArraySlice<UInt8>, _ rest: ArraySlice<UInt8>) -> UInt32 {
    start.withUnsafeBytes { start in
      rest.withUnsafeBytes { CRC32C.checksum($0, seed: CRC32C.checksum(start)) }
    }
  }
}

/// What a piece of a checkpoint holds. A piece is 16 bytes (kind, number of entries, CRC-32C of both and the entries,
/// zero: four bytes each) and the entries as they lie in memory. The last one, ``end``, counts all entries before it.
enum CheckpointKind: UInt32 {
  case visits = 1
  case firsts = 2
  case bindings = 3
  case end = 255

  static let headSize = 16

  func head(count: Int, entries: UnsafeRawBufferPointer) -> [UInt8] {
    var head: [UInt8] = []
    head.append(word: UInt64(rawValue) | UInt64(UInt32(truncatingIfNeeded: count)) << 32)
    let checksum = head.withUnsafeBytes { CRC32C.checksum(entries, seed: CRC32C.checksum($0)) }
    head.append(word: UInt64(checksum))
    return head
  }
}
