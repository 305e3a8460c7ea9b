/// What the frame of an image file says: its kind and its sides in pixels. Pixels are not decoded.
struct ImageStructure {
  let kind: BrandImage.Kind
  let width: Int
  let height: Int

  /// Nil when the bytes are not exactly one whole PNG, JPEG or ICO file.
  init?(of bytes: [UInt8]) {
    guard let found = Self.png(bytes) ?? Self.jpeg(bytes) ?? Self.icon(bytes) else { return nil }
    self = found
  }

  private init(_ kind: BrandImage.Kind, _ width: Int, _ height: Int) {
    self.kind = kind
    self.width = width
    self.height = height
  }

  /// Chunks from IHDR to IEND (W3C PNG, 5.2 and 5.3), and IEND ends the file.
  private static func png(_ bytes: [UInt8]) -> ImageStructure? {
    guard bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]), bytes.count >= 57,
      bytes[12..<16].elementsEqual("IHDR".utf8)
    else { return nil }
    var at = 8
    while at + 12 <= bytes.count {
      let length = bigEndian(bytes[at..<(at + 4)])
      let end = at + 12 + length
      guard end <= bytes.count else { return nil }
      if bytes[(at + 4)..<(at + 8)].elementsEqual("IEND".utf8) {
        guard length == 0, end == bytes.count else { return nil }
        return ImageStructure(.png, bigEndian(bytes[16..<20]), bigEndian(bytes[20..<24]))
      }
      at = end
    }
    return nil
  }

  /// Segments up to the frame header (ITU T.81, B.1 and B.2.2), and EOI ends the file.
  private static func jpeg(_ bytes: [UInt8]) -> ImageStructure? {
    guard bytes.starts(with: [0xFF, 0xD8]), bytes.suffix(2).elementsEqual([0xFF, 0xD9]) else { return nil }
    var at = 2
    while at + 9 <= bytes.count, bytes[at] == 0xFF {
      let marker = bytes[at + 1]
      let length = bigEndian(bytes[(at + 2)..<(at + 4)])
      switch marker {
      case 0xC0...0xC3, 0xC5...0xC7, 0xC9...0xCB, 0xCD...0xCF:
        return ImageStructure(
          .jpeg, bigEndian(bytes[(at + 7)..<(at + 9)]), bigEndian(bytes[(at + 5)..<(at + 7)]))
      case 0xC4, 0xC8, 0xCC, 0xDB, 0xDD, 0xE0...0xEF, 0xFE:
        guard length >= 2 else { return nil }
        at += 2 + length
      default: return nil
      }
    }
    return nil
  }

  /// A directory of at most 16 pictures, all inside the file and the last of them ending it.
  private static func icon(_ bytes: [UInt8]) -> ImageStructure? {
    guard bytes.count >= 22, bytes.starts(with: [0, 0, 1, 0]) else { return nil }
    let count = Int(bytes[4]) | Int(bytes[5]) << 8
    guard (1...16).contains(count), bytes.count >= 6 + 16 * count else { return nil }
    var (side, lastEnd) = (0, 0)
    for index in 0..<count {
      let entry = 6 + 16 * index
      // 0 stands for 256.
      for byte in bytes[entry...(entry + 1)] { side = max(side, byte == 0 ? 256 : Int(byte)) }
      let length = littleEndian(bytes[(entry + 8)..<(entry + 12)])
      let offset = littleEndian(bytes[(entry + 12)..<(entry + 16)])
      guard offset >= 6 + 16 * count, length > 0, offset + length <= bytes.count else { return nil }
      lastEnd = max(lastEnd, offset + length)
    }
    return lastEnd == bytes.count ? ImageStructure(.icon, side, side) : nil
  }

  private static func bigEndian(_ bytes: ArraySlice<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }
  private static func littleEndian(_ bytes: ArraySlice<UInt8>) -> Int {
    bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
  }
}
