internal import Glibc

extension JournalFileError {
  /// The disk is full, or the user's share of it.
  public var isOutOfSpace: Bool { code == ENOSPC || code == EDQUOT }

  public var description: String { "\(operation.rawValue) \(name): \(String(cString: strerror(code)))" }
}
