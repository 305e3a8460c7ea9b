import Core
import Crypto
import Foundation
import Security
import Synchronization

/// The archives on their way to or from another installation: files of `STATE_DIR/archives` that only this user may read,
/// each under a UUID. An upload grows under `<id>.part` until it is whole.
final class ArchiveShelf: Sendable {
  /// What a whole archive is told apart by.
  struct Facts: Sendable {
    let bytes: Int
    let sha256: String
  }

  private let folder: URL
  private let atWork = Mutex<Set<String>>([])
  /// Reading, writing and hashing block for as long as the disk likes.
  private let threads = WorkerThreads(count: 2, queueLimit: 64)

  init(stateDirectory: String) { folder = URL(filePath: stateDirectory).appending(path: "archives") }

  func file(_ id: UUIDv7) -> URL { folder.appending(path: "\(id).archive") }
  private func part(_ id: UUIDv7) -> URL { folder.appending(path: "\(id).part") }

  func isThere(_ id: UUIDv7) -> Bool { FileManager.default.fileExists(atPath: file(id).path) }

  func makeFolder() throws {
    try FileManager.default.createDirectory(
      at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
  }

  /// Does work that may be asked for again while it runs.
  /// - Throws: 503 while it runs already.
  func once<Value>(_ name: String, _ work: () async throws -> Value) async throws -> Value {
    guard atWork.withLock({ $0.insert(name).inserted }) else {
      throw Problem.unavailable("This is being done already; ask again.", retryAfter: 5)
    }
    defer { atWork.withLock { _ = $0.remove(name) } }
    return try await work()
  }

  /// - Throws: 404 when there is no such archive.
  func facts(_ id: UUIDv7) async throws -> Facts {
    let file = file(id)
    return try await threads.run { Result { try Self.hash(file) } }.get()
  }

  /// Up to `count` bytes; fewer only at the end.
  func read(_ id: UUIDv7, at offset: Int, count: Int) async throws -> [UInt8] {
    let file = file(id)
    return try await threads.run { Result { try Self.read(file, offset, count) } }.get()
  }

  /// How much of an upload is here.
  func received(_ id: UUIDv7) -> Int {
    let path = isThere(id) ? file(id).path : part(id).path
    return (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
  }

  /// Writes the next piece of an upload. A piece that was written before is written again, so a lost answer does no harm.
  /// - Throws: 409 when bytes before it are missing.
  func write(_ bytes: [UInt8], to id: UUIDv7, at offset: Int) async throws {
    try makeFolder()
    guard offset <= received(id), !isThere(id) else {
      throw Problem.conflict("The archive has \(received(id)) bytes; go on from there.", field: "offset")
    }
    let part = part(id)
    try await threads.run { Result { try Self.write(bytes, part, offset) } }.get()
  }

  /// Makes an upload a whole archive.
  /// - Throws: 422 when it is not the one that was meant.
  func complete(_ id: UUIDv7, expecting sha256: String) async throws {
    let (part, file) = (part(id), file(id))
    guard !isThere(id) else { return }
    let facts = try await threads.run { Result { try Self.hash(part) } }.get()
    guard facts.sha256 == sha256 else {
      try? FileManager.default.removeItem(at: part)
      throw Problem.invalid("sha256", "mismatch", "is not that of the bytes that arrived: send them again")
    }
    try FileManager.default.moveItem(at: part, to: file)
  }

  func remove(_ id: UUIDv7) {
    for url in [file(id), part(id)] { try? FileManager.default.removeItem(at: url) }
  }

  private static func open(_ url: URL) throws -> FileHandle {
    guard FileManager.default.fileExists(atPath: url.path) else { throw Problem.notFound("archive") }
    return try FileHandle(forReadingFrom: url)
  }

  private static func hash(_ url: URL) throws -> Facts {
    let handle = try open(url)
    defer { try? handle.close() }
    var hasher = SHA256()
    var bytes = 0
    while let piece = try handle.read(upToCount: 1 << 20), !piece.isEmpty {
      hasher.update(data: piece)
      bytes += piece.count
    }
    return Facts(bytes: bytes, sha256: Array(hasher.finalize()).hex)
  }

  private static func read(_ url: URL, _ offset: Int, _ count: Int) throws -> [UInt8] {
    let handle = try open(url)
    defer { try? handle.close() }
    try handle.seek(toOffset: UInt64(offset))
    return Array(try handle.read(upToCount: count) ?? Data())
  }

  private static func write(_ bytes: [UInt8], _ url: URL, _ offset: Int) throws {
    if !FileManager.default.fileExists(atPath: url.path) {
      let isMade = FileManager.default.createFile(
        atPath: url.path, contents: nil, attributes: [.posixPermissions: 0o600])
      guard isMade else { throw Problem.unavailable("The archive cannot be written.", retryAfter: 60) }
    }
    let handle = try FileHandle(forWritingTo: url)
    defer { try? handle.close() }
    try handle.truncate(atOffset: UInt64(offset))
    try handle.seek(toOffset: UInt64(offset))
    try handle.write(contentsOf: bytes)
  }
}
