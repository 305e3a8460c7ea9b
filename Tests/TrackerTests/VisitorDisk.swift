import ClickPath
import Dispatch
import Glibc
import Synchronization

/// A journal's folder whose disk can be made to stand still or to fail.
final class VisitorDisk: JournalFiles {
  private let files: POSIXJournalFiles
  private let path: String
  fileprivate let syncs = DispatchGroup()
  private let isHeld = Atomic(false)
  fileprivate let errorCode = Atomic<Int32>(0)
  fileprivate let syncsWaiting = Atomic<Int>(0)

  init() throws {
    var template = Array("/tmp/trackily-visitors-XXXXXX".utf8CString)
    path = template.withUnsafeMutableBufferPointer { String(cString: mkdtemp($0.baseAddress!)) }
    files = try POSIXJournalFiles(directory: path)
  }

  deinit {
    for name in (try? files.names()) ?? [] { unlink("\(path)/\(name)") }
    rmdir(path)
  }

  /// No fdatasync returns until ``resume()``.
  func hold() {
    if !isHeld.exchange(true, ordering: .relaxed) { syncs.enter() }
  }

  func resume() {
    if isHeld.exchange(false, ordering: .relaxed) { syncs.leave() }
  }

  var isHolding: Bool { syncsWaiting.load(ordering: .relaxed) > 0 }

  /// Every write fails with this errno; 0 makes the disk well again.
  func fail(_ code: Int32) { errorCode.store(code, ordering: .relaxed) }

  fileprivate func check(_ operation: JournalFileError.Operation, _ name: String) throws(JournalFileError) {
    let code = errorCode.load(ordering: .relaxed)
    if code != 0 { throw JournalFileError(operation, name, code: code) }
  }

  func lock() throws(JournalFileError) { try files.lock() }
  func unlock() { files.unlock() }
  func names() throws(JournalFileError) -> [String] { try files.names() }
  func remove(_ name: String) throws(JournalFileError) { try files.remove(name) }
  func rename(_ name: String, to newName: String) throws(JournalFileError) { try files.rename(name, to: newName) }
  func link(_ name: String, as secondName: String) throws(JournalFileError) { try files.link(name, as: secondName) }
  func syncNames() throws(JournalFileError) { try files.syncNames() }

  func open(_ name: String) throws(JournalFileError) -> any JournalFile {
    VisitorDiskFile(disk: self, name: name, file: try files.open(name))
  }

  func create(_ name: String) throws(JournalFileError) -> any JournalFile {
    try check(.create, name)
    return VisitorDiskFile(disk: self, name: name, file: try files.create(name))
  }
}

private final class VisitorDiskFile: JournalFile {
  let disk: VisitorDisk
  let name: String
  let file: any JournalFile

  init(disk: VisitorDisk, name: String, file: any JournalFile) {
    self.disk = disk
    self.name = name
    self.file = file
  }

  func size() throws(JournalFileError) -> Int { try file.size() }
  func reserve(_ size: Int) throws(JournalFileError) { try file.reserve(size) }
  func truncate(to size: Int) throws(JournalFileError) { try file.truncate(to: size) }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(JournalFileError) -> Int {
    try file.read(into: buffer, at: offset)
  }

  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(JournalFileError) {
    try disk.check(.write, name)
    try file.write(bytes, at: offset)
  }

  func sync() throws(JournalFileError) {
    disk.syncsWaiting.add(1, ordering: .relaxed)
    disk.syncs.wait()
    disk.syncsWaiting.subtract(1, ordering: .relaxed)
    try disk.check(.sync, name)
    try file.sync()
  }
}
