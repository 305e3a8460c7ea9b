import CZlib
import Core

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Takes the one database out of an archive (`.tar.gz`) as MaxMind packs it: a folder with the `.mmdb` and a licence.
///
/// It reads once from front to end in small pieces, believes no length it is told, and writes nothing but that file.
public struct DatabaseArchive: Sendable {
  public enum Fault: Error, Hashable, Sendable, CustomStringConvertible {
    /// It ends early, fails its checksum, or is no gzip'ed tar at all.
    case damaged(String)
    case tooLarge(limit: Int)
    /// There is no such file in it.
    case noDatabase
    /// The system's own words.
    case unwritable(String)

    public var description: String {
      switch self {
      case .damaged(let what): "the archive is damaged: \(what)"
      case .tooLarge(let limit): "the archive unpacks to more than \(limit >> 20) MiB"
      case .noDatabase: "the archive holds no such database"
      case .unwritable(let reason): "the database can't be written: \(reason)"
      }
    }
  }

  /// Bytes after decompression, of everything in the archive.
  public static let standardLimit = 2 << 30

  private let path: String
  private let limit: Int

  public init(_ path: String, limit: Int = standardLimit) {
    self.path = path
    self.limit = limit
  }

  /// Writes the file called `name`, in whatever folder of the archive, to `target` and has the disk keep it. Blocks.
  /// - Parameter target: a path where there is nothing yet. On failure nothing is left there.
  public func extract(_ name: String, to target: String) throws(Fault) {
    let source = open(path, O_RDONLY | O_CLOEXEC)
    guard source >= 0 else { throw .damaged(String(cString: strerror(errno))) }
    defer { close(source) }
    let output = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard output >= 0 else { throw .unwritable(String(cString: strerror(errno))) }
    defer { close(output) }
    do throws(Fault) {
      var reader = TarReader(wanted: name, output: output)
      try inflateAll(from: source, into: &reader)
      guard reader.isFound else { throw .noDatabase }
      guard fsync(output) == 0 else { throw .unwritable(String(cString: strerror(errno))) }
    } catch {
      unlink(target)
      throw error
    }
  }

  private func inflateAll(from source: CInt, into reader: inout TarReader) throws(Fault) {
    var stream = z_stream()
    guard inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, CInt(MemoryLayout<z_stream>.size)) == Z_OK else {
      throw .damaged("zlib has no memory")
    }
    defer { inflateEnd(&stream) }
    let packed = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1 << 16)
    let plain = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1 << 17)
    defer {
      packed.deallocate()
      plain.deallocate()
    }
    var total = 0
    var status = Z_OK
    while status != Z_STREAM_END {
      if stream.avail_in == 0 {
        let count = read(source, packed.baseAddress, packed.count)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { throw .damaged("it ends early") }
        stream.next_in = packed.baseAddress
        stream.avail_in = UInt32(count)
      }
      stream.next_out = plain.baseAddress
      stream.avail_out = UInt32(plain.count)
      status = inflate(&stream, Z_NO_FLUSH)
      guard status == Z_OK || status == Z_STREAM_END else { throw .damaged("it does not decompress") }
      let made = plain.count - Int(stream.avail_out)
      total += made
      guard total <= limit else { throw .tooLarge(limit: limit) }
      try reader.take(UnsafeBufferPointer(rebasing: plain[..<made]))
    }
    guard reader.isComplete else { throw .damaged("it ends early") }
  }
}
