/// The one directory a journal lives in. Two implementations: the system's, and in tests one that loses what was not
/// synced, because a killed process does not: the kernel keeps its pages.
///
/// All calls block.
public protocol JournalFiles: Sendable {
  /// Makes this process the directory's only user until ``unlock()``.
  func lock() throws(JournalFileError)
  func unlock()
  func names() throws(JournalFileError) -> [String]
  func open(_ name: String) throws(JournalFileError) -> any JournalFile
  /// Makes an empty file; the name must be free.
  func create(_ name: String) throws(JournalFileError) -> any JournalFile
  func remove(_ name: String) throws(JournalFileError)
  func rename(_ name: String, to newName: String) throws(JournalFileError)
  /// Gives the file a second name.
  func link(_ name: String, as secondName: String) throws(JournalFileError)
  /// Makes the names as they are now durable.
  func syncNames() throws(JournalFileError)
}

/// An open file; it closes when the last reference goes.
public protocol JournalFile: AnyObject, Sendable {
  func size() throws(JournalFileError) -> Int
  /// Reads up to `buffer.count` bytes; fewer only at the file's end.
  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(JournalFileError) -> Int
  /// Writes all of `bytes` or throws.
  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(JournalFileError)
  /// Takes the room for `size` bytes, which read as zeros.
  func reserve(_ size: Int) throws(JournalFileError)
  func truncate(to size: Int) throws(JournalFileError)
  /// fdatasync. After an error nothing is known of any byte since the last success, and a second call lies.
  func sync() throws(JournalFileError)
}

/// What the system said about a file.
public struct JournalFileError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Operation: String, Sendable {
    case lock, list, open, create, remove, rename, link, size, read, write, reserve, truncate, sync
  }

  public let operation: Operation
  public let name: String
  /// An `errno`.
  public let code: Int32

  public init(_ operation: Operation, _ name: String, code: Int32) {
    self.operation = operation
    self.name = name
    self.code = code
  }
}
