import Core
import Crypto
import Foundation

#if canImport(Glibc)
  import Glibc
#endif

/// A regular file, open for reading at any place. The calls block.
final class ReleaseFileReader: Sendable {
  /// Bytes, when it was opened.
  let size: Int64
  private let descriptor: CInt

  /// The longest piece that one call should ask for.
  static let pieceSize: Int64 = 256 << 10

  /// Nil for what cannot be read, is no regular file, or is a symbolic link.
  init?(_ path: String) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    var facts = stat()
    guard fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      return nil
    }
    self.descriptor = descriptor
    size = Int64(facts.st_size)
  }

  deinit { close(descriptor) }

  /// All bytes of the range; nil when the file ends before that, or cannot be read.
  func read(_ range: Range<Int64>) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: Int(range.count))
    var filled = 0
    while filled < bytes.count {
      let count = bytes.withUnsafeMutableBytes {
        pread(descriptor, $0.baseAddress?.advanced(by: filled), $0.count - filled, off_t(range.lowerBound) + filled)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return nil }
      filled += count
    }
    return bytes
  }

  /// Of the whole file, hexadecimal; nil when it cannot be read.
  func sha256() -> String? {
    var hash = SHA256()
    var place: Int64 = 0
    while place < size {
      let end = min(size, place + Self.pieceSize)
      guard let piece = read(place..<end) else { return nil }
      hash.update(data: piece)
      place = end
    }
    return Array(hash.finalize()).hex
  }
}
