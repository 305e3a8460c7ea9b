/// CRC-32C (Castagnoli; RFC 3720, appendix B.4), eight bytes at a time.
enum CRC32C {
  /// Eight tables of 256: the first is the bytewise one, each next shifts by one more byte.
  private static let tables: [UInt32] = {
    var tables = [UInt32](repeating: 0, count: 8 * 256)
    for byte in 0..<256 {
      var value = UInt32(byte)
      for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0x82F6_3B78 : value >> 1 }
      tables[byte] = value
    }
    for index in 256..<tables.count {
      let shorter = tables[index - 256]
      tables[index] = shorter >> 8 ^ tables[Int(shorter & 0xFF)]
    }
    return tables
  }()

  /// The checksum of `bytes`; with `seed` the checksum of other bytes, it goes on where that one ended.
  static func checksum(_ bytes: UnsafeRawBufferPointer, seed: UInt32 = 0) -> UInt32 {
    tables.withUnsafeBufferPointer { tables in
      var crc = ~seed
      var index = 0
      let wholeWords = bytes.count & ~7
      while index < wholeWords {
        let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)) ^ UInt64(crc)
        var next: UInt32 = tables[1_792 + Int(word & 0xFF)]
        next ^= tables[1_536 + Int(word >> 8 & 0xFF)]
        next ^= tables[1_280 + Int(word >> 16 & 0xFF)]
        next ^= tables[1_024 + Int(word >> 24 & 0xFF)]
        next ^= tables[768 + Int(word >> 32 & 0xFF)]
        next ^= tables[512 + Int(word >> 40 & 0xFF)]
        next ^= tables[256 + Int(word >> 48 & 0xFF)]
        next ^= tables[Int(word >> 56)]
        crc = next
        index += 8
      }
      while index < bytes.count {
        crc = crc >> 8 ^ tables[Int((crc ^ UInt32(bytes[index])) & 0xFF)]
        index += 1
      }
      return ~crc
    }
  }
}
