import CZlib
import Core

/// Reads a ZIP archive (APPNOTE 6.3.3) that is wholly in memory: plain and deflated files. The central directory is what
/// counts; sizes are believed as bounds only, and what unpacks to more is refused.
struct ZIPArchive: Sendable {
  enum Fault: Error, Hashable, Sendable {
    case notAnArchive
    case tooManyFiles(limit: Int)
    /// A file is longer than allowed, or all of them are.
    case tooLarge(limit: Int)
    /// `../`, an absolute path, a drive letter.
    case unsafeName(String)
    case encrypted(String)
    /// A method other than stored and deflated, or ZIP64.
    case unsupported
    case damaged(String)
  }

  struct Entry: Sendable {
    /// With `/` between folders, none of them `.` or `..`.
    let name: String
    fileprivate let method: Int
    fileprivate let crc: UInt32
    fileprivate let packedSize: Int
    fileprivate let size: Int
    fileprivate let offset: Int
  }

  private let bytes: [UInt8]
  /// Files alone, in the archive's order; folders, links and what macOS leaves are not among them.
  private(set) var entries: [Entry] = []

  /// - Parameter fileLimit: entries that are looked at.
  init(_ bytes: [UInt8], fileLimit: Int) throws(Fault) {
    self.bytes = bytes
    guard let end = endOfDirectory else { throw .notAnArchive }
    let count = word16(end + 10)
    let (size, start) = (word32(end + 12), word32(end + 16))
    guard count != 0xFFFF, size != 0xFFFF_FFFF, start != 0xFFFF_FFFF else { throw .unsupported }
    guard start + size <= end else { throw .notAnArchive }
    guard count <= fileLimit else { throw .tooManyFiles(limit: fileLimit) }
    var at = start
    for _ in 0..<count { if let entry = try entry(&at, before: end) { entries.append(entry) } }
  }

  private var endOfDirectory: Int? {
    guard bytes.count >= 22 else { return nil }
    // A comment of up to 65,535 bytes may follow.
    for at in stride(from: bytes.count - 22, through: max(0, bytes.count - 65_557), by: -1)
    where word32(at) == 0x0605_4B50 && at + 22 + word16(at + 20) == bytes.count { return at }
    return nil
  }

  private func entry(_ at: inout Int, before end: Int) throws(Fault) -> Entry? {
    guard at + 46 <= end, word32(at) == 0x0201_4B50 else { throw .notAnArchive }
    let (nameLength, extraLength, commentLength) = (word16(at + 28), word16(at + 30), word16(at + 32))
    let next = at + 46 + nameLength + extraLength + commentLength
    guard next <= end else { throw .notAnArchive }
    let start = at
    at = next
    let written = String(decoding: bytes[(start + 46)..<(start + 46 + nameLength)], as: UTF8.self)
    // The upper half holds Unix's mode, if the archive was made there: 0o12 is a link.
    let isLink = bytes[start + 5] == 3 && word32(start + 38) >> 28 == 0o12
    guard !written.hasSuffix("/"), !isLink, let name = try ZIPArchive.safe(written) else { return nil }
    guard word16(start + 8) & 1 == 0 else { throw .encrypted(name) }
    let entry = Entry(
      name: name, method: word16(start + 10), crc: UInt32(word32(start + 16)), packedSize: word32(start + 20),
      size: word32(start + 24), offset: word32(start + 42))
    guard entry.size != 0xFFFF_FFFF, entry.packedSize != 0xFFFF_FFFF, entry.offset != 0xFFFF_FFFF else {
      throw .unsupported
    }
    return entry
  }

  /// Nil for what nobody means to be there.
  private static func safe(_ written: String) throws(Fault) -> String? {
    let name = written.replacing("\\", with: "/")
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    let isPlain = name.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F && $0 != UInt8(ascii: ":") }
    guard isPlain, !parts.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }) else {
      throw .unsafeName(String(written.prefix(100)))
    }
    return parts.contains { $0 == "__MACOSX" || $0.hasPrefix(".") } ? nil : name
  }

  /// A file's content.
  /// - Parameter limit: bytes it may have.
  func content(of entry: Entry, limit: Int) throws(Fault) -> [UInt8] {
    guard entry.size <= limit else { throw .tooLarge(limit: limit) }
    guard entry.offset + 30 <= bytes.count, word32(entry.offset) == 0x0403_4B50 else { throw .damaged(entry.name) }
    let start = entry.offset + 30 + word16(entry.offset + 26) + word16(entry.offset + 28)
    guard start + entry.packedSize <= bytes.count else { throw .damaged(entry.name) }
    let packed = bytes[start..<(start + entry.packedSize)]
    let content: [UInt8]
    switch entry.method {
    case 0: content = Array(packed)
    case 8:
      guard let unpacked = ZIPArchive.inflate(packed, size: entry.size) else { throw .damaged(entry.name) }
      content = unpacked
    default: throw .unsupported
    }
    guard content.count == entry.size, ZIPArchive.checksum(content) == entry.crc else { throw .damaged(entry.name) }
    return content
  }

  /// Nil when it is no deflate stream of exactly that size. There is room for no byte more, so a bomb ends here.
  private static func inflate(_ packed: ArraySlice<UInt8>, size: Int) -> [UInt8]? {
    var stream = z_stream()
    // Negative: without zlib's own header.
    guard inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else { return nil }
    defer { inflateEnd(&stream) }
    var input = Array(packed)
    var isComplete = false
    let output = [UInt8](unsafeUninitializedCapacity: size + 1) { buffer, count in
      input.withUnsafeMutableBufferPointer { source in
        stream.next_in = source.baseAddress
        stream.avail_in = UInt32(source.count)
        stream.next_out = buffer.baseAddress
        stream.avail_out = UInt32(size + 1)
        isComplete = CZlib.inflate(&stream, Z_FINISH) == Z_STREAM_END
        count = size + 1 - Int(stream.avail_out)
      }
    }
    return isComplete && output.count == size ? output : nil
  }

  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    bytes.withUnsafeBufferPointer { UInt32(truncatingIfNeeded: crc32(0, $0.baseAddress, UInt32($0.count))) }
  }

  private func word16(_ at: Int) -> Int { Int(bytes[at]) | Int(bytes[at + 1]) << 8 }
  private func word32(_ at: Int) -> Int { word16(at) | word16(at + 2) << 16 }
}

extension ZIPArchive.Fault: CustomStringConvertible {
  var description: String {
    switch self {
    case .notAnArchive: "The file is no ZIP archive."
    case .tooManyFiles(let limit): "The archive holds more than \(limit) files."
    case .tooLarge(let limit): "The archive unpacks to more than \(limit >> 20) MB, or holds a file that does."
    case .unsafeName(let name): "The archive holds a file that wants to be elsewhere: \(name)"
    case .encrypted(let name): "The archive is encrypted: \(name)"
    case .unsupported: "The archive is packed in a way that is not supported."
    case .damaged(let name): "The archive is damaged: \(name)"
    }
  }
}
