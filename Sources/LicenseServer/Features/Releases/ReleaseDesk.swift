import Core
import Database
import Security

/// Publishes what `ops/release` has put into RELEASES_DIR, and takes it back.
struct ReleaseDesk: Sendable {
  private let database: ConnectionPool
  /// Nil when this server has no releases.
  private let directory: ReleaseDirectory?
  private let clock: any WallClock
  private let threads = WorkerThreads(count: 4, queueLimit: 256)

  init(database: ConnectionPool, path: String?, clock: any WallClock) {
    self.database = database
    directory = path.map { ReleaseDirectory(path: $0) }
    self.clock = clock
  }

  /// The key that customers check releases with; nil while this server has none.
  func key() async throws -> ReleaseKey? {
    guard let directory else { return nil }
    return try await threads.run { try? directory.key() }
  }

  /// Versions in RELEASES_DIR that were never published, the highest first.
  func candidates() async throws -> [String] {
    guard let directory else { return [] }
    let found = try await ReleaseStore(database).unpublished(of: try await threads.run { directory.versions() })
    return found.compactMap { text in ReleaseVersion(text).map { (text, $0) } }.sorted { $0.1 > $1.1 }.map(\.0)
  }

  /// Gives a version to customers, once signature and files are checked.
  /// - Throws: 422 that says what is wrong with it, 409 when it is there already.
  func publish(_ version: String, notes: String, by actor: Actor) async throws -> Release {
    let signed = try await checked(version)
    let now = clock.now()
    return try await database.transaction { connection in
      let store = ReleaseStore(connection)
      guard let id = try await store.insert(signed, notes: notes, at: now), let release = try await store.find(id)
      else {
        throw Problem.conflict("Release \(version) was published before.", field: "version")
      }
      try await AuditStore(connection).append(
        AuditEntry(action: "release.publish", subject: "release:\(id)", after: release.json), by: actor, at: now)
      try await VendorEventStore(connection).record(
        VendorEvent(.releasePublished, data: ["release": release.json]), at: now)
      return release
    }
  }

  func setNotes(_ notes: String, of id: Int64, by actor: Actor) async throws -> Release {
    try await change(id, "release.change", by: actor) { store, _, now in
      try await store.set(id, notes: notes, at: now)
    }
  }

  /// Nobody gets it any more; who has it keeps it.
  func withdraw(_ id: Int64, reason: String, by actor: Actor) async throws -> Release {
    try await change(id, "release.withdraw", by: actor) { store, release, now in
      guard release.withdrawal == nil else { throw Problem.conflict("Release \(release.version) is withdrawn.") }
      try await store.set(id, withdrawal: .init(at: now, reason: reason), at: now)
    }
  }

  /// Ends a withdrawal, with the same files and the same signature as before.
  func restore(_ id: Int64, by actor: Actor) async throws -> Release {
    guard let former = try await ReleaseStore(database).find(id) else { throw Problem.notFound("release") }
    let signed = try await checked(former.version)
    guard signed.manifest == former.manifest else {
      throw Problem.conflict("The files of release \(former.version) are not those that were published.")
    }
    return try await change(id, "release.restore", by: actor) { store, release, now in
      guard release.withdrawal != nil else { throw Problem.conflict("Release \(release.version) is published.") }
      try await store.set(id, withdrawal: nil, at: now)
    }
  }

  private func change(
    _ id: Int64, _ action: String, by actor: Actor, _ act: (ReleaseStore, Release, Timestamp) async throws -> Void
  ) async throws -> Release {
    let now = clock.now()
    return try await database.transaction { connection in
      let store = ReleaseStore(connection)
      guard let former = try await store.lock(id) else { throw Problem.notFound("release") }
      try await act(store, former, now)
      guard let release = try await store.find(id) else { throw Problem.notFound("release") }
      try await AuditStore(connection).append(
        AuditEntry(action: action, subject: "release:\(id)", before: former.json, after: release.json), by: actor,
        at: now)
      return release
    }
  }

  private func checked(_ version: String) async throws -> SignedManifest {
    guard let directory else { throw ReleaseFault.noDirectory.problem }
    let result = try await threads.run {
      Result { () throws(ReleaseFault) in try directory.checked(version) }
    }
    switch result {
    case .success(let signed): return signed
    case .failure(let fault): throw fault.problem
    }
  }

  /// A file of a published release, open; nil when it is not there as it was published.
  func open(_ file: ReleaseManifest.File, of release: Release) async throws -> ReleaseFileReader? {
    guard let directory else { return nil }
    let version = release.version
    return try await threads.run { directory.open(file, of: version) }
  }

  /// A piece of an open file.
  func read(_ range: Range<Int64>, of reader: ReleaseFileReader) async throws -> [UInt8]? {
    try await threads.run { reader.read(range) }
  }
}
