import Core

@testable import TenantTracker

/// Makes ZIP archives, right ones and wrong ones. Everything is stored, unless the packed bytes are given.
struct ZIPWriter {
  struct File {
    var name: String
    var content: [UInt8]
    var packed: [UInt8]?
    /// What the archive says of the size; the truth if nil.
    var statedSize: Int?
    var flags: UInt16 = 0
    var unixMode: UInt32 = 0o100644

    init(_ name: String, _ content: String) { (self.name, self.content) = (name, Array(content.utf8)) }
    init(_ name: String, _ content: [UInt8]) { (self.name, self.content) = (name, content) }
  }

  static func archive(_ files: [File]) -> [UInt8] {
    var bytes: [UInt8] = []
    var directory: [UInt8] = []
    for file in files {
      let offset = bytes.count
      let name = Array(file.name.utf8)
      let packed = file.packed ?? file.content
      var common = little(20, 2) + little(Int(file.flags), 2)
      common += little(file.packed == nil ? 0 : 8, 2) + little(0, 4)
      common += little(Int(crc(file.content)), 4) + little(packed.count, 4)
      common += little(file.statedSize ?? file.content.count, 4) + little(name.count, 2) + little(0, 2)
      bytes += little(0x0403_4B50, 4) + common + name + packed
      directory += little(0x0201_4B50, 4) + [20, 3] + common + little(0, 2) + little(0, 2) + little(0, 2)
      directory += little(Int(file.unixMode) << 16, 4) + little(offset, 4) + name
    }
    let start = bytes.count
    bytes += directory
    bytes += little(0x0605_4B50, 4) + little(0, 4) + little(files.count, 2) + little(files.count, 2)
    return bytes + little(directory.count, 4) + little(start, 4) + little(0, 2)
  }

  private static func little(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  private static func crc(_ bytes: [UInt8]) -> UInt32 {
    var sum: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum & 1 == 1 ? (sum >> 1) ^ 0xEDB8_8320 : sum >> 1 }
    }
    return ~sum
  }
}
