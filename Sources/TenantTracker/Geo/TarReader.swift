import Core

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Follows a tar (POSIX ustar) from block to block and copies one regular file out of it.
struct TarReader {
  private enum Place {
    /// Gathering a header's 512 bytes.
    case header
    /// In a member: bytes of content and of padding still to come.
    case content(left: Int, padding: Int, isWanted: Bool)
    /// After the block of zeros.
    case end
  }

  private let wanted: [UInt8]
  private let output: CInt
  private var place = Place.header
  private var header: [UInt8] = []
  private(set) var isFound = false

  /// Whether it may end here.
  var isComplete: Bool {
    switch place {
    case .end: true
    case .header: header.isEmpty
    case .content: false
    }
  }

  init(wanted: String, output: CInt) {
    self.wanted = Array(wanted.utf8)
    self.output = output
  }

  mutating func take(_ bytes: UnsafeBufferPointer<UInt8>) throws(DatabaseArchive.Fault) {
    var rest = bytes[...]
    while !rest.isEmpty {
      switch place {
      case .end: return
      case .header:
        let part = rest.prefix(512 - header.count)
        header.append(contentsOf: part)
        rest = rest.dropFirst(part.count)
        if header.count == 512 { try open() }
      case .content(let left, let padding, let isWanted):
        let part = rest.prefix(left)
        if isWanted { try write(UnsafeBufferPointer(rebasing: part)) }
        rest = rest.dropFirst(part.count)
        let skipped = left == part.count ? min(padding, rest.count) : 0
        rest = rest.dropFirst(skipped)
        place = .content(left: left - part.count, padding: padding - skipped, isWanted: isWanted)
        if left == part.count, skipped == padding { place = .header }
      }
    }
  }

  private mutating func open() throws(DatabaseArchive.Fault) {
    defer { header.removeAll(keepingCapacity: true) }
    if header.allSatisfy({ $0 == 0 }) {
      place = .end
      return
    }
    // The checksum counts its own eight bytes as blanks.
    let sum = header.enumerated().reduce(0) { $0 + ((148..<156).contains($1.offset) ? 0x20 : Int($1.element)) }
    guard let size = octal(124..<136), let checksum = octal(148..<156), checksum == sum else {
      throw .damaged("a header is wrong")
    }
    let isFile = header[156] == UInt8(ascii: "0") || header[156] == 0
    let isWanted = isFile && !isFound && name.split(separator: UInt8(ascii: "/")).last.map(Array.init) == wanted
    if isWanted { isFound = true }
    place =
      size == 0 ? .header : .content(left: size, padding: (512 - size % 512) % 512, isWanted: isWanted)
  }

  private var name: ArraySlice<UInt8> { header[0..<100].prefix { $0 != 0 } }

  /// A number in octal digits, ended by blank or NUL; nil when it is none. Eleven digits are 8 GiB at most.
  private func octal(_ range: Range<Int>) -> Int? {
    let digits = header[range].drop { $0 == 0x20 }.prefix { $0 != 0x20 && $0 != 0 }
    guard !digits.isEmpty, digits.count <= 11 else { return nil }
    var number = 0
    for digit in digits {
      guard (0x30...0x37).contains(digit) else { return nil }
      number = number << 3 | Int(digit - 0x30)
    }
    return number
  }

  private func write(_ bytes: UnsafeBufferPointer<UInt8>) throws(DatabaseArchive.Fault) {
    var done = 0
    while done < bytes.count {
      let count = systemWrite(output, bytes.baseAddress?.advanced(by: done), bytes.count - done)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw .unwritable(String(cString: strerror(errno))) }
      done += count
    }
  }
}

// Inside the reader `write` is our own; this is the system's.
private let systemWrite = write as @Sendable (CInt, UnsafeRawPointer?, Int) -> Int
