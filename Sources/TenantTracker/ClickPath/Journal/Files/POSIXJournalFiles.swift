internal import Glibc
internal import Synchronization

/// A directory of the file system.
public final class POSIXJournalFiles: JournalFiles {
  private let directory: String
  private let lockDescriptor = Mutex<Int32?>(nil)

  /// Makes the directory (mode 0700) when it is missing; its parent must be there.
  public init(directory: String) throws(JournalFileError) {
    self.directory = directory
    guard mkdir(directory, 0o700) == 0 || errno == EEXIST else {
      throw JournalFileError(.create, directory, code: errno)
    }
  }

  deinit { unlock() }

  public func lock() throws(JournalFileError) {
    let descriptor = Glibc.open(path("lock"), O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw JournalFileError(.lock, path("lock"), code: errno) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let code = errno
      close(descriptor)
      throw JournalFileError(.lock, path("lock"), code: code)
    }
    lockDescriptor.withLock { $0 = descriptor }
  }

  public func unlock() {
    let descriptor = lockDescriptor.withLock { $0.take() }
    if let descriptor { close(descriptor) }
  }

  public func names() throws(JournalFileError) -> [String] {
    guard let stream = opendir(directory) else { throw JournalFileError(.list, directory, code: errno) }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names
  }

  public func open(_ name: String) throws(JournalFileError) -> any JournalFile {
    try file(name, .open, flags: O_RDWR)
  }

  public func create(_ name: String) throws(JournalFileError) -> any JournalFile {
    try file(name, .create, flags: O_RDWR | O_CREAT | O_EXCL)
  }

  public func remove(_ name: String) throws(JournalFileError) {
    guard unlink(path(name)) == 0 else { throw JournalFileError(.remove, name, code: errno) }
  }

  public func rename(_ name: String, to newName: String) throws(JournalFileError) {
    guard Glibc.rename(path(name), path(newName)) == 0 else { throw JournalFileError(.rename, name, code: errno) }
  }

  public func link(_ name: String, as secondName: String) throws(JournalFileError) {
    guard Glibc.link(path(name), path(secondName)) == 0 else { throw JournalFileError(.link, name, code: errno) }
  }

  public func syncNames() throws(JournalFileError) {
    let descriptor = Glibc.open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw JournalFileError(.sync, directory, code: errno) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw JournalFileError(.sync, directory, code: errno) }
  }

  private func path(_ name: String) -> String { "\(directory)/\(name)" }

  private func file(
    _ name: String, _ operation: JournalFileError.Operation, flags: Int32
  ) throws(JournalFileError) -> POSIXJournalFile {
    let descriptor = Glibc.open(path(name), flags | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw JournalFileError(operation, name, code: errno) }
    return POSIXJournalFile(name: name, descriptor: descriptor)
  }
}
