import Core
import Crypto

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A copy of a file that has no name, so that nobody can change it.
///
/// A database is mapped into memory, and a mapped file that somebody overwrites in place (`cp new.mmdb old.mmdb`) ends
/// the process with SIGBUS at the next click. The copy's pages are on disk like the original's; its room is given back
/// when the last mapping goes.
struct PrivateCopy: ~Copyable {
  let size: Int
  /// SHA-256 in hex.
  let checksum: String
  private let descriptor: CInt

  /// Larger than any database there is.
  static let sizeLimit = 4 << 30

  private init(_ descriptor: CInt, size: Int, checksum: String) {
    self.descriptor = descriptor
    self.size = size
    self.checksum = checksum
  }

  deinit { close(descriptor) }

  /// Where it can be opened while this value lives.
  var path: String { "/dev/fd/\(descriptor)" }

  /// Blocks: for start-up and threads of their own.
  /// - Parameter folder: where the copy's room is taken.
  static func make(of path: String, in folder: String) throws(GeoFault) -> PrivateCopy {
    let source = open(path, O_RDONLY | O_CLOEXEC)
    guard source >= 0 else { throw errno == ENOENT ? .missing : .system() }
    defer { close(source) }
    let draft = "\(folder)/.geoip-\(RandomBytes.make(6).hex)"
    let copy = open(draft, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard copy >= 0 else { throw .system() }
    unlink(draft)
    do throws(GeoFault) {
      let (size, checksum) = try fill(copy, from: source)
      return PrivateCopy(copy, size: size, checksum: checksum)
    } catch {
      close(copy)
      throw error
    }
  }

  private static func fill(_ target: CInt, from source: CInt) throws(GeoFault) -> (size: Int, checksum: String) {
    var hash = SHA256()
    var size = 0
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
    defer { buffer.deallocate() }
    while true {
      let count = read(source, buffer.baseAddress, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .system() }
      if count == 0 { break }
      size += count
      guard size <= sizeLimit else { throw .tooLarge(limit: sizeLimit) }
      hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      var written = 0
      while written < count {
        let step = write(target, buffer.baseAddress?.advanced(by: written), count - written)
        if step < 0, errno == EINTR { continue }
        guard step > 0 else { throw .system() }
        written += step
      }
    }
    return (size, Array(hash.finalize()).hex)
  }
}

extension GeoFault {
  /// What `errno` says.
  static func system() -> GeoFault { .unreadable(String(cString: strerror(errno))) }
}
