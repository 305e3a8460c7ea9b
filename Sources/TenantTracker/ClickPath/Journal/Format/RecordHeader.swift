/// The 32 bytes before every payload, little-endian:
///
/// | offset | bytes | |
/// |---|---|---|
/// | 0 | 4 | marker `TLYR` |
/// | 4 | 4 | CRC-32C, seeded with the segment's salt, of bytes 8 to the payload's end |
/// | 8 | 3 | length of the payload |
/// | 11 | 1 | kind |
/// | 12 | 4 | offset at which this record's batch begins: what lies before it was durable when this was written |
/// | 16 | 8 | sequence, growing by one over the whole journal |
/// | 24 | 8 | tenant id |
///
/// Records begin at multiples of eight. The salt keeps a visitor from smuggling a record into a payload: he would have
/// to guess the checksum.
struct RecordHeader: Hashable, Sendable {
  static let size = 32
  static let marker: UInt32 = 0x5259_4C54
  static let alignment = 8
  static let largestPayload = 0xFF_FFFF

  var payloadLength: Int
  var kind: JournalKind
  var batchStart: Int
  var sequence: UInt64
  var tenantID: Int64

  /// Bytes of a whole record in the file, padding included.
  static func recordSize(payload: Int) -> Int { (size + payload + alignment - 1) & ~(alignment - 1) }

  var recordSize: Int { Self.recordSize(payload: payloadLength) }

  /// Writes all but the checksum and the batch's start, which ``seal(_:batchStart:sequence:salt:)`` adds.
  func write(to record: UnsafeMutableRawPointer) {
    record.storeBytes(of: Self.marker.littleEndian, as: UInt32.self)
    record.storeBytes(of: 0, toByteOffset: 4, as: UInt32.self)
    let lengthAndKind = UInt32(payloadLength) | UInt32(kind.rawValue) << 24
    record.storeBytes(of: lengthAndKind.littleEndian, toByteOffset: 8, as: UInt32.self)
    record.storeBytes(of: UInt32(batchStart).littleEndian, toByteOffset: 12, as: UInt32.self)
    record.storeBytes(of: sequence.littleEndian, toByteOffset: 16, as: UInt64.self)
    record.storeBytes(of: tenantID.littleEndian, toByteOffset: 24, as: Int64.self)
  }

  /// Completes a record whose payload is in place; returns the size of the record.
  static func seal(
    _ record: UnsafeMutableRawPointer, batchStart: Int, sequence: UInt64?, salt: UInt32
  ) -> Int {
    record.storeBytes(of: UInt32(batchStart).littleEndian, toByteOffset: 12, as: UInt32.self)
    if let sequence { record.storeBytes(of: sequence.littleEndian, toByteOffset: 16, as: UInt64.self) }
    let length = Int(UInt32(littleEndian: record.load(fromByteOffset: 8, as: UInt32.self)) & 0xFF_FFFF)
    let covered = UnsafeRawBufferPointer(start: record + 8, count: size - 8 + length)
    record.storeBytes(of: CRC32C.checksum(covered, seed: salt).littleEndian, toByteOffset: 4, as: UInt32.self)
    return recordSize(payload: length)
  }

  enum Reading {
    case record(RecordHeader)
    case invalid
    /// The record would need this many bytes.
    case cut(needed: Int)
  }

  /// Looks for a whole, sound record at `offset` of `window`.
  /// - Parameter limit: how many bytes there are altogether from `offset` on, in the window and after it.
  static func read(_ window: UnsafeRawBufferPointer, at offset: Int, limit: Int, salt: UInt32) -> Reading {
    guard limit >= size else { return .invalid }
    let held = window.count - offset
    guard held >= size else { return .cut(needed: size) }
    guard window.word32(at: offset) == marker else { return .invalid }
    let lengthAndKind = window.word32(at: offset + 8)
    let header = RecordHeader(
      payloadLength: Int(lengthAndKind & 0xFF_FFFF), kind: JournalKind(rawValue: UInt8(lengthAndKind >> 24)),
      batchStart: Int(window.word32(at: offset + 12)), sequence: window.word64(at: offset + 16),
      tenantID: Int64(bitPattern: window.word64(at: offset + 24)))
    guard header.recordSize <= limit else { return .invalid }
    guard header.recordSize <= held else { return .cut(needed: header.recordSize) }
    let covered = UnsafeRawBufferPointer(rebasing: window[(offset + 8)..<(offset + size + header.payloadLength)])
    guard CRC32C.checksum(covered, seed: salt) == window.word32(at: offset + 4) else { return .invalid }
    return .record(header)
  }
}

extension UnsafeRawBufferPointer {
  func word32(at offset: Int) -> UInt32 {
    UInt32(littleEndian: loadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }

  func word64(at offset: Int) -> UInt64 {
    UInt64(littleEndian: loadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }
}
