#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Small files that only their owner may read, such as keys. The calls block: for start-up and commands.
public enum PrivateFile {
  public enum Fault: Error, Hashable, Sendable, CustomStringConvertible {
    /// Others may read or write it.
    case exposed(path: String)
    case failed(path: String, reason: String)

    public var description: String {
      switch self {
      case .exposed(let path): "\(path) must be readable by its owner only (chmod 600)"
      case .failed(let path, let reason): "\(path): \(reason)"
      }
    }

    static func system(_ path: String) -> Fault { .failed(path: path, reason: String(cString: strerror(errno))) }
  }

  /// The whole file, at most 64 KiB. Refuses symbolic links and files that group or others may touch.
  public static func read(_ path: String) throws(Fault) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { throw .system(path) }
    defer { close(descriptor) }
    var facts = stat()
    guard fstat(descriptor, &facts) == 0 else { throw .system(path) }
    guard facts.st_mode & 0o077 == 0 else { throw .exposed(path: path) }
    guard facts.st_size <= 65_536 else { throw .failed(path: path, reason: "is too large") }
    var bytes = [UInt8](repeating: 0, count: Int(facts.st_size))
    var filled = 0
    while filled < bytes.count {
      let count = bytes.withUnsafeMutableBytes {
        systemRead(descriptor, $0.baseAddress?.advanced(by: filled), $0.count - filled)
      }
      guard count > 0 else { throw .failed(path: path, reason: "cannot be read") }
      filled += count
    }
    return bytes
  }

  /// Makes the file (mode 0600) with all of `bytes` or not at all. False when it is there already.
  public static func create(_ path: String, _ bytes: [UInt8]) throws(Fault) -> Bool {
    let draft = try writeDraft(beside: path, bytes)
    defer { unlink(draft) }
    guard link(draft, path) == 0 else {
      if errno == EEXIST { return false }
      throw .system(path)
    }
    syncFolder(of: path)
    return true
  }

  /// Puts `bytes` in the place of the file's content (mode 0600), all of it or not at all.
  public static func replace(_ path: String, _ bytes: [UInt8]) throws(Fault) {
    let draft = try writeDraft(beside: path, bytes)
    guard rename(draft, path) == 0 else {
      let fault = Fault.system(path)
      unlink(draft)
      throw fault
    }
    syncFolder(of: path)
  }

  private static func writeDraft(beside path: String, _ bytes: [UInt8]) throws(Fault) -> String {
    let draft = "\(path).\(RandomBytes.make(6).hex).draft"
    let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .system(path) }
    defer { close(descriptor) }
    guard systemWrite(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0 else {
      let fault = Fault.system(path)
      unlink(draft)
      throw fault
    }
    return draft
  }

  private static func syncFolder(of path: String) {
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    let descriptor = open(folder.isEmpty ? "/" : folder, O_RDONLY | O_CLOEXEC | O_DIRECTORY)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }
}

// Inside the enum `read` is our own; these are the system's.
private let systemRead = read as @Sendable (CInt, UnsafeMutableRawPointer?, Int) -> Int
private let systemWrite = write as @Sendable (CInt, UnsafeRawPointer?, Int) -> Int
