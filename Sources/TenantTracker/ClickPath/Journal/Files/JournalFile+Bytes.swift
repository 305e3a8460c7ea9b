internal import Glibc

extension JournalFile {
  /// Up to `count` bytes; fewer only at the file's end.
  func bytes(at offset: Int, count: Int) throws(JournalFileError) -> [UInt8] {
    var failure: JournalFileError?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      do throws(JournalFileError) {
        filled = try read(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return bytes
  }

  func write(_ bytes: [UInt8], at offset: Int) throws(JournalFileError) {
    var failure: JournalFileError?
    bytes.withUnsafeBytes { bytes in
      do throws(JournalFileError) { try write(bytes, at: offset) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  /// Where the zeros begin that the file ends with.
  func endOfContent() throws(JournalFileError) -> Int {
    let step = 1 << 20
    var end = try size()
    while end > 0 {
      let start = (end - 1) / step * step
      let piece = try bytes(at: start, count: end - start)
      if !piece.isBlank { return start + (piece.lastIndex { $0 != 0 } ?? 0) + 1 }
      end = start
    }
    return 0
  }
}

extension [UInt8] {
  /// Nothing but zeros: then it equals itself moved by one.
  fileprivate var isBlank: Bool {
    withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress, bytes[0] == 0 else { return bytes.isEmpty }
      return memcmp(start, start + 1, bytes.count - 1) == 0
    }
  }
}
