/// A record set aside, and where in the journal it came from.
public struct SetAsideRecord: Sendable {
  /// `start` and `end` are positions among what is set aside for the tenant: a stream of their own.
  public let record: JournalRecord
  /// Just after the record in the journal. Stored with the record as the consumer's position in the journal.
  public let source: JournalPosition

  init(_ record: JournalRecord, source: JournalPosition) {
    self.record = record
    self.source = source
  }
}

/// Records set aside, in order.
public struct SetAsideBatch: Sendable {
  public let records: [SetAsideRecord]
  /// Where to read on.
  public let end: JournalPosition

  public var isEmpty: Bool { records.isEmpty }
}

extension JournalPosition {
  static let encodedSize = 16

  var encoded: [UInt8] {
    var bytes = [UInt8](repeating: 0, count: Self.encodedSize)
    bytes.withUnsafeMutableBytes {
      $0.storeBytes(of: segment.littleEndian, as: Int64.self)
      $0.storeBytes(of: offset.littleEndian, toByteOffset: 8, as: Int64.self)
    }
    return bytes
  }

  init?(encoded bytes: ArraySlice<UInt8>) {
    guard bytes.count >= Self.encodedSize else { return nil }
    self = bytes.withUnsafeBytes {
      JournalPosition(segment: Int64(bitPattern: $0.word64(at: 0)), offset: Int64(bitPattern: $0.word64(at: 8)))
    }
  }

  /// As one number that grows with the position: offsets are below 4 GiB.
  var ordinal: Int64 { segment << 32 | offset }

  init(ordinal: Int64) { self.init(segment: ordinal >> 32, offset: ordinal & 0xFFFF_FFFF) }
}

extension JournalRecord {
  /// The same record without the first bytes of its payload.
  func droppingPrefix(_ count: Int) -> JournalRecord {
    JournalRecord(
      tenantID: tenantID, kind: kind, sequence: sequence, start: start, end: end, payload: payload.dropFirst(count))
  }
}
