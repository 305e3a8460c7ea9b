internal import Glibc

/// A file descriptor; every call is one `p` system call, so threads may share it.
final class POSIXJournalFile: JournalFile {
  private let name: String
  private let descriptor: Int32

  init(name: String, descriptor: Int32) {
    self.name = name
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  func size() throws(JournalFileError) -> Int {
    var facts = stat()
    guard fstat(descriptor, &facts) == 0 else { throw error(.size) }
    return Int(facts.st_size)
  }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(JournalFileError) -> Int {
    var filled = 0
    while filled < buffer.count {
      let count = pread(descriptor, buffer.baseAddress?.advanced(by: filled), buffer.count - filled, offset + filled)
      if count == 0 { break }
      if count > 0 {
        filled += count
      } else if errno != EINTR {
        throw error(.read)
      }
    }
    return filled
  }

  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(JournalFileError) {
    var written = 0
    while written < bytes.count {
      let count = pwrite(descriptor, bytes.baseAddress?.advanced(by: written), bytes.count - written, offset + written)
      if count > 0 {
        written += count
      } else if count == 0 || errno != EINTR {
        throw count == 0 ? JournalFileError(.write, name, code: EIO) : error(.write)
      }
    }
  }

  func reserve(_ size: Int) throws(JournalFileError) {
    let code = posix_fallocate(descriptor, 0, size)
    guard code == 0 else { throw JournalFileError(.reserve, name, code: code) }
  }

  func truncate(to size: Int) throws(JournalFileError) {
    guard ftruncate(descriptor, size) == 0 else { throw error(.truncate) }
  }

  func sync() throws(JournalFileError) {
    guard fdatasync(descriptor) == 0 else { throw error(.sync) }
  }

  private func error(_ operation: JournalFileError.Operation) -> JournalFileError {
    JournalFileError(operation, name, code: errno)
  }
}
