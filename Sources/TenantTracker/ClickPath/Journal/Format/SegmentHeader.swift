/// The first page of a segment: two copies of 64 bytes (at 0 and 2048), so that one flipped bit costs nothing.
///
/// | offset | bytes | |
/// |---|---|---|
/// | 0 | 8 | `TLYJRNL` and a newline |
/// | 8 | 4 | format version |
/// | 12 | 4 | CRC-32C of the other 60 bytes |
/// | 16 | 8 | number of the segment |
/// | 24 | 8 | first sequence: what an earlier segment holds from here on was rewritten into this one and is void |
/// | 32 | 16 | instance |
/// | 48 | 4 | salt of the records' checksums |
/// | 52 | 4 | capacity: the size of the file before its unused end was cut off |
/// | 56 | 8 | zero |
///
/// Magic, version and checksum stay where they are in every version, so an unknown one is told from a damaged one.
/// The page is written together with the first batch; a segment made ahead is nothing but zeros.
struct SegmentHeader: Hashable, Sendable {
  static let pageSize = 4_096
  static let version: UInt32 = 1
  /// What this release reads: its own version and its predecessor's.
  static let readableVersions: ClosedRange<UInt32> = 1...1

  private static let copyOffsets = [0, 2_048]
  private static let copySize = 64
  private static let magic: UInt64 = 0x0A4C_4E52_4A59_4C54

  var number: Int64
  var firstSequence: UInt64
  var instance: JournalInstance
  var salt: UInt32
  var capacity: Int

  var page: [UInt8] {
    var page = [UInt8](repeating: 0, count: Self.pageSize)
    page.withUnsafeMutableBytes { page in
      for offset in Self.copyOffsets {
        page.storeBytes(of: Self.magic.littleEndian, toByteOffset: offset, as: UInt64.self)
        page.storeBytes(of: Self.version.littleEndian, toByteOffset: offset + 8, as: UInt32.self)
        page.storeBytes(of: number.littleEndian, toByteOffset: offset + 16, as: Int64.self)
        page.storeBytes(of: firstSequence.littleEndian, toByteOffset: offset + 24, as: UInt64.self)
        page[(offset + 32)..<(offset + 48)].copyBytes(from: instance.description.utf8)
        page.storeBytes(of: salt.littleEndian, toByteOffset: offset + 48, as: UInt32.self)
        page.storeBytes(of: UInt32(capacity).littleEndian, toByteOffset: offset + 52, as: UInt32.self)
        let checksum = Self.checksum(UnsafeRawBufferPointer(page), at: offset)
        page.storeBytes(of: checksum.littleEndian, toByteOffset: offset + 12, as: UInt32.self)
      }
    }
    return page
  }

  enum Reading: Hashable {
    case header(SegmentHeader)
    /// Nothing but zeros: never written to.
    case blank
    case damaged
    case unknownVersion(UInt32)
  }

  static func read(_ page: UnsafeRawBufferPointer) -> Reading {
    guard page.contains(where: { $0 != 0 }) else { return .blank }
    for offset in copyOffsets where page.count >= offset + copySize {
      guard page.word64(at: offset) == magic, page.word32(at: offset + 12) == checksum(page, at: offset) else {
        continue
      }
      let version = page.word32(at: offset + 8)
      guard readableVersions.contains(version) else { return .unknownVersion(version) }
      let instance = String(decoding: page[(offset + 32)..<(offset + 48)], as: UTF8.self)
      guard let instance = JournalInstance(instance) else { continue }
      return .header(
        SegmentHeader(
          number: Int64(bitPattern: page.word64(at: offset + 16)), firstSequence: page.word64(at: offset + 24),
          instance: instance, salt: page.word32(at: offset + 48),
          capacity: Int(page.word32(at: offset + 52))))
    }
    return .damaged
  }

  private static func checksum(_ page: UnsafeRawBufferPointer, at offset: Int) -> UInt32 {
    let before = CRC32C.checksum(UnsafeRawBufferPointer(rebasing: page[offset..<(offset + 12)]))
    return CRC32C.checksum(UnsafeRawBufferPointer(rebasing: page[(offset + 16)..<(offset + copySize)]), seed: before)
  }
}
