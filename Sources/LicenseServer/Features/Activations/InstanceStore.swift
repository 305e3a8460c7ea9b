import Core
import Database
import Licensing

/// All SQL on instances: what an activation, validation or heartbeat reads and writes.
struct InstanceStore: Sendable {
  let database: any SQLExecutor

  init(_ database: any SQLExecutor) { self.database = database }

  /// What is known of a key and a fingerprint, the plan still by its id.
  struct Sighting: Sendable {
    let row: Row
    let planID: Int64
    let instance: Instance?
    let occupancy: Occupancy
    let minimumVersion: ReleaseVersion?
  }

  /// How full a licence is.
  struct Occupancy: Sendable, Hashable {
    /// Instances that run on it.
    var active: Int
    /// Those of them that are older than the one in question.
    var elders: Int
  }

  /// The licence that a key opens: one look at two indexes. Planning costs more than running here, so nothing is joined
  /// that the answer can do without. Nil for a key that is not, or no longer, anybody's.
  func license(keyHash: [UInt8], at now: Timestamp) async throws(DatabaseError) -> Row? {
    try await database.first(
      """
      SELECT \(LicenseGrant.columns)
      FROM license.license_keys k JOIN license.licenses l ON l.id = k.license_id
      WHERE k.key_hash = \(keyHash) AND (k.valid_until IS NULL OR k.valid_until > \(now))
      """)
  }

  /// The same with the instance of a fingerprint, still one statement.
  func sight(keyHash: [UInt8], fingerprintHash: [UInt8], at now: Timestamp) async throws(DatabaseError) -> Sighting? {
    let row = try await database.first(
      """
      SELECT \(LicenseGrant.columns), \(Instance.columns),
        (SELECT ARRAY[count(*), count(*) FILTER (WHERE a.id < i.id)]
          FROM license.instances a WHERE a.license_id = l.id AND a.state = 'active') AS occupancy,
        (SELECT s.value FROM license.settings s WHERE s.key = 'minimum_version') AS minimum_version
      FROM license.license_keys k
      JOIN license.licenses l ON l.id = k.license_id
      LEFT JOIN license.instances i ON i.license_id = l.id AND i.fingerprint_hash = \(fingerprintHash)
      WHERE k.key_hash = \(keyHash) AND (k.valid_until IS NULL OR k.valid_until > \(now))
      """)
    guard let row else { return nil }
    let counts: [Int] = try row.get("occupancy")
    let minimum = try row.get("minimum_version", as: JSONValue?.self)?.stringValue
    return Sighting(
      row: row, planID: try row.get("plan_id"), instance: try Instance(optional: row),
      occupancy: Occupancy(active: counts.first ?? 0, elders: counts.last ?? 0),
      minimumVersion: minimum.flatMap { ReleaseVersion($0) })
  }

  /// The same once nobody else can change the licence or its instances until the transaction ends. Two statements:
  /// after waiting for a lock, the parts of one statement that come from other tables would be those of before.
  func lockAndSight(
    keyHash: [UInt8], fingerprintHash: [UInt8], at now: Timestamp
  ) async throws(DatabaseError) -> Sighting? {
    try await database.execute(
      """
      SELECT l.id FROM license.license_keys k JOIN license.licenses l ON l.id = k.license_id
      WHERE k.key_hash = \(keyHash) FOR UPDATE OF l
      """)
    return try await sight(keyHash: keyHash, fingerprintHash: fingerprintHash, at: now)
  }

  func find(_ id: Int64, of license: Int64) async throws(DatabaseError) -> Instance? {
    let row = try await database.first(
      "SELECT \(Instance.columns) FROM license.instances i WHERE i.license_id = \(license) AND i.id = \(id)")
    guard let row else { return nil }
    return try Instance(optional: row)
  }

  /// The licence's instances, those that run first.
  func all(of licenses: [Int64]) async throws(DatabaseError) -> [Instance] {
    let rows = try await database.query(
      """
      SELECT \(Instance.columns) FROM license.instances i WHERE i.license_id = ANY(\(licenses))
      ORDER BY i.license_id, i.state = 'active' DESC, i.last_seen_at DESC LIMIT 1000
      """)
    var instances: [Instance] = []
    for row in rows { if let instance = try Instance(optional: row) { instances.append(instance) } }
    return instances
  }

  /// Deactivated instances whose slot nobody has taken yet, oldest first.
  /// - Returns: those whose slot another may take, and how many others nobody may: a lease file still works there.
  ///   The instance with this fingerprint is always among the former.
  func slotHolders(
    of license: Int64, fingerprintHash: [UInt8], at now: Timestamp
  ) async throws(DatabaseError) -> (held: [Int64], taken: Int) {
    let rows = try await database.query(
      """
      SELECT id, coalesce(offline_until > \(now), false) AND fingerprint_hash <> \(fingerprintHash) AS is_taken
      FROM license.instances
      WHERE license_id = \(license) AND state = 'deactivated'
        AND (slot_held_until > \(now) OR offline_until > \(now))
      ORDER BY slot_held_until, id LIMIT 100000
      """)
    var (held, taken): ([Int64], Int) = ([], 0)
    for row in rows { if try row.get("is_taken") { taken += 1 } else { held.append(try row.get("id")) } }
    return (held, taken)
  }

  func transferCount(of license: Int64, since: Timestamp) async throws(DatabaseError) -> Int {
    try await database.one(
      "SELECT count(*) AS n FROM license.transfers WHERE license_id = \(license) AND at > \(since)"
    ).get("n")
  }

  enum TransferKind: String, SQLValue { case moved, rebound }

  func recordTransfer(
    _ kind: TransferKind, license: Int64, instance: Int64, at now: Timestamp
  ) async throws(DatabaseError) {
    try await database.execute(
      """
      INSERT INTO license.transfers (license_id, instance_id, kind, at)
      VALUES (\(license), \(instance), \(kind), \(now))
      """)
  }

  /// The slot is somebody else's now.
  func giveUpSlot(_ id: Int64) async throws(DatabaseError) {
    try await database.execute("UPDATE license.instances SET slot_held_until = NULL WHERE id = \(id)")
  }

  /// The next number of the licence's leases.
  func nextSequence(of license: Int64) async throws(DatabaseError) -> Int64 {
    try await database.one(
      "UPDATE license.licenses SET seq = seq + 1 WHERE id = \(license) RETURNING seq"
    ).get("seq")
  }

  /// Makes the instance active, new or again, with the lease number it is being given.
  func activate(
    license: Int64, fingerprintHash: [UInt8], _ applicant: LicenseAPI.Instance, sequence: Int64, at now: Timestamp
  ) async throws(DatabaseError) -> Int64 {
    try await database.one(
      """
      INSERT INTO license.instances AS i (license_id, fingerprint_hash, domain_hash, hostname, version, state,
        issued_seq, acknowledged_seq, first_seen_at, last_seen_at)
      VALUES (\(license), \(fingerprintHash), \(applicant.domainHash), \(applicant.hostname ?? ""),
        \(applicant.version ?? ""), 'active', \(sequence), \(sequence), \(now), \(now))
      ON CONFLICT (license_id, fingerprint_hash) DO UPDATE SET
        domain_hash = coalesce(EXCLUDED.domain_hash, i.domain_hash), hostname = EXCLUDED.hostname,
        version = EXCLUDED.version, state = 'active', slot_held_until = NULL, lost_at = NULL,
        issued_seq = EXCLUDED.issued_seq, last_seen_at = EXCLUDED.last_seen_at
      RETURNING i.id
      """
    ).get("id")
  }

  /// What a heartbeat leaves behind. `issued` is the number of the lease it is given, if it is given one.
  func beat(
    _ instance: Instance, _ beat: LicenseAPI.HeartbeatRequest, watch: CloneWatch, issued: Int64?, at now: Timestamp
  ) async throws(DatabaseError) {
    let usage = Instance.Usage(users: beat.users, clicks24h: beat.clicks24h)
    try await database.execute(
      """
      UPDATE license.instances SET version = \(beat.version ?? instance.version), usage = \(usage.json),
        domain_hash = \(beat.domainHash ?? instance.domainHash), issued_seq = \(issued ?? instance.issuedSequence),
        acknowledged_seq = \(beat.sequence), clone_watch = \(watch.json), last_seen_at = \(now), lost_at = NULL
      WHERE id = \(instance.id)
      """)
  }

  func touch(_ id: Int64, at now: Timestamp) async throws(DatabaseError) {
    try await database.execute("UPDATE license.instances SET last_seen_at = \(now) WHERE id = \(id)")
  }

  /// The end of its newest lease file; nil when it is not, or no longer, counted with.
  func setOffline(_ id: Int64, until: Timestamp?) async throws(DatabaseError) {
    try await database.execute("UPDATE license.instances SET offline_until = \(until) WHERE id = \(id)")
  }

  /// Forgets what spoke for a copy.
  func clearCloneWatch(_ id: Int64) async throws(DatabaseError) {
    try await database.execute("UPDATE license.instances SET clone_watch = NULL WHERE id = \(id)")
  }

  func set(_ id: Int64, state: Instance.State, slotHeldUntil: Timestamp?) async throws(DatabaseError) {
    try await database.execute(
      "UPDATE license.instances SET state = \(state), slot_held_until = \(slotHeldUntil) WHERE id = \(id)")
  }
}

extension Instance {
  /// Of `license.instances i`, under names that leave the licence's columns beside them alone.
  static let columns: SQL = """
    i.id AS instance_id, i.license_id AS instance_license_id, i.domain_hash, i.hostname, i.version, i.state,
    i.slot_held_until, i.issued_seq, i.acknowledged_seq, i.clone_watch, i.usage, i.first_seen_at, i.last_seen_at,
    i.lost_at, i.offline_until
    """

  /// Nil when the row's outer join found none.
  init?(optional row: Row) throws(DatabaseError) {
    guard let id: Int64 = try row.get("instance_id", as: Int64?.self) else { return nil }
    self.init(
      id: id, licenseID: try row.get("instance_license_id"), domainHash: try row.get("domain_hash"),
      hostname: try row.get("hostname"), version: try row.get("version"), state: try row.get("state"),
      slotHeldUntil: try row.get("slot_held_until"),
      issuedSequence: try row.get("issued_seq"), acknowledgedSequence: try row.get("acknowledged_seq"),
      cloneWatch: try row.get("clone_watch", as: JSONValue?.self).flatMap { CloneWatch(json: $0) } ?? CloneWatch(),
      usage: Usage(stored: try row.get("usage")),
      firstSeenAt: try row.get("first_seen_at"), lastSeenAt: try row.get("last_seen_at"),
      lostAt: try row.get("lost_at"), offlineUntil: try row.get("offline_until"))
  }
}
