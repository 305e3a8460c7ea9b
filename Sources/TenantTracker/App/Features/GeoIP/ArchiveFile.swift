import Core
import Crypto
import Glibc
import Synchronization

/// A file that is written as it arrives and hashed on the way. Its calls block on the disk.
final class ArchiveFile: Sendable {
  private struct State {
    var hash = SHA256()
    var problem: String?
  }

  private let path: String
  private let descriptor: CInt
  private let state = Mutex(State())

  /// Nil when the file can't be made, or is there already; `errno` says why.
  init?(_ path: String) {
    descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return nil }
    self.path = path
  }

  deinit { close(descriptor) }

  /// What the disk refused, in the system's words.
  var problem: String? { state.withLock { $0.problem } }

  /// False once something could not be written.
  func append(_ bytes: UnsafeRawBufferPointer) -> Bool {
    state.withLock { state in
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else {
          state.problem = String(cString: strerror(errno))
          return false
        }
        rest = rest.dropFirst(count)
      }
      state.hash.update(bufferPointer: bytes)
      return true
    }
  }

  /// SHA-256 of all that was written, in hex.
  func finish() -> String { state.withLock { Array($0.hash.finalize()).hex } }

  func remove() { unlink(path) }
}
