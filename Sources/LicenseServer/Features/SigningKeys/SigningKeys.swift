import Core
import Database
import Licensing
import Logging
import Security
import ServiceLifecycle
import Synchronization

/// The keys that sign leases, as they are in `SIGNING_KEYS_DIR` now: `keys rotate` takes effect without a restart.
final class SigningKeys: Service {
  private let directory: SigningKeyDirectory
  private let database: any SQLExecutor
  private let clock: any WallClock
  private let logger: Logger
  private let ring: Mutex<SigningKeyRing>
  private let threads = WorkerThreads(count: 1, queueLimit: 4)

  static let reloadInterval = Duration.seconds(5)

  /// The key directory is empty although keys have signed before.
  struct Lost: Error, CustomStringConvertible {
    let path: String

    var description: String {
      "SIGNING_KEYS_DIR (\(path)) holds no key, but this server has signed with some before: restore the directory, "
        + "or make a new key with `license-server keys rotate` (trackers then fetch it from the key set)"
    }
  }

  /// Loads the keys. At the very first start there are none: then the first is made, and the log says so.
  /// - Throws: ``SigningKeyFault`` for unreadable keys, ``Lost`` when they are gone.
  static func open(
    path: String, database: any SQLExecutor, clock: any WallClock, logger: Logger
  ) async throws -> SigningKeys {
    let directory = SigningKeyDirectory(path: path)
    let ring: SigningKeyRing
    if let existing = try existing(in: directory) {
      ring = existing
    } else {
      ring = try await first(in: directory, database, clock, logger)
    }
    let keys = SigningKeys(directory: directory, ring: ring, database: database, clock: clock, logger: logger)
    try await SigningKeyFacts(database).note(keys.published, at: clock.now())
    return keys
  }

  /// Nil when there is nothing to load, rather than something broken.
  private static func existing(in directory: SigningKeyDirectory) throws -> SigningKeyRing? {
    do {
      return try directory.load()
    } catch SigningKeyFault.noDirectory, SigningKeyFault.noActiveKey {
      return nil
    }
  }

  private static func first(
    in directory: SigningKeyDirectory, _ database: any SQLExecutor, _ clock: any WallClock, _ logger: Logger
  ) async throws -> SigningKeyRing {
    guard try await SigningKeyFacts(database).isEmpty() else { throw Lost(path: directory.path) }
    let ring = try directory.rotate(at: clock.now())
    logger.notice(
      "made the first signing key", metadata: ["kid": "\(ring.active.id)", "directory": "\(directory.path)"])
    return ring
  }

  private init(
    directory: SigningKeyDirectory, ring: SigningKeyRing, database: any SQLExecutor, clock: any WallClock,
    logger: Logger
  ) {
    self.directory = directory
    self.ring = Mutex(ring)
    self.database = database
    self.clock = clock
    self.logger = logger
  }

  var signer: LeaseSigner { LeaseSigner(ring.withLock { $0 }) }

  /// What verifiers should know now.
  var published: JWKS { ring.withLock { $0 }.publicKeys(at: clock.now()) }

  func run() async throws {
    await cancelWhenGracefulShutdown {
      while (try? await Task.sleep(for: Self.reloadInterval)) != nil { await self.reload() }
    }
  }

  /// A directory that cannot be read changes nothing: the keys in memory go on signing.
  func reload() async {
    do {
      let directory = directory
      let fresh = try await threads.run { Result { try directory.load() } }.get()
      let former = ring.withLock { ring in
        defer { ring = fresh }
        return ring.active.id
      }
      guard former != fresh.active.id else { return }
      logger.notice("signing with a new key", metadata: ["kid": "\(fresh.active.id)"])
      try await SigningKeyFacts(database).note(published, at: clock.now())
    } catch {
      logger.error("could not reload the signing keys", metadata: ["error": "\(error)"])
    }
  }
}

/// The public halves of the keys that ever signed, in the database.
struct SigningKeyFacts: Sendable {
  private let database: any SQLExecutor

  init(_ database: any SQLExecutor) { self.database = database }

  func isEmpty() async throws(DatabaseError) -> Bool {
    try await database.first("SELECT kid FROM license.signing_keys LIMIT 1") == nil
  }

  func note(_ keys: JWKS, at now: Timestamp) async throws(DatabaseError) {
    for key in keys.keys {
      try await database.execute(
        """
        INSERT INTO license.signing_keys (kid, public_key, first_seen_at) VALUES (\(key.id), \(key.publicKey), \(now))
        ON CONFLICT (kid) DO NOTHING
        """)
    }
  }
}
