import Conversions
import Core
import Database

/// All SQL on status words that nobody has mapped, and on the conversions that wait for it.
struct UnmappedStatusStore: Sendable {
  /// Words of one network that are kept: a sender of random words fills no table.
  static let limit = 1_000

  /// Notes what a hit said of a conversion that it has just written.
  func note(
    _ said: StatusWord, of recording: Recording, at time: Timestamp, in connection: Connection, schema: SchemaName
  ) async throws(DatabaseError) {
    let id = recording.conversionID
    if let word = said.unmappedKey {
      try await connection.execute(
        """
        INSERT INTO \(schema).unmapped_statuses (network_id, word, spelling, first_seen_at)
        VALUES (\(said.network ?? 0), \(word), \(said.spelling ?? word), \(time))
        ON CONFLICT (network_id, word) DO NOTHING
        """)
      try await connection.execute(
        """
        UPDATE \(schema).conversions SET unmapped_network_id = \(said.network ?? 0), unmapped_word = \(word),
          unmapped_at = \(time)
        WHERE id = \(id) AND (unmapped_at IS NULL OR unmapped_at <= \(time))
        """)
    } else if case .created = recording {
      return
    } else {
      // The network has said something else since, and that was understood.
      try await connection.execute(
        """
        UPDATE \(schema).conversions
        SET unmapped_network_id = NULL, unmapped_word = NULL, unmapped_at = NULL
        WHERE id = \(id) AND unmapped_word IS NOT NULL AND unmapped_at <= \(time)
        """)
    }
  }

  // The inbox

  /// - Parameter network: only its words; nil for all.
  func list(
    ofNetwork network: Int64? = nil, limit: Int = 500, of scope: TenantScope
  ) async throws(DatabaseError) -> [UnmappedStatus] {
    let schema = scope.schema
    let rows = try await scope.query(
      """
      SELECT u.network_id, n.name AS network, u.word, u.spelling, u.first_seen_at,
        (SELECT count(*) FROM \(schema).postback_log l
          WHERE l.unmapped_word = u.word AND COALESCE(l.network_id, 0) = u.network_id) AS hits,
        (SELECT l.id FROM \(schema).postback_log l
          WHERE l.unmapped_word = u.word AND COALESCE(l.network_id, 0) = u.network_id
          ORDER BY l.id DESC LIMIT 1) AS last_id,
        (SELECT count(*) FROM \(schema).conversions c
          WHERE c.unmapped_network_id = u.network_id AND c.unmapped_word = u.word AND c.updated_at <= c.unmapped_at
        ) AS held
      FROM \(schema).unmapped_statuses u LEFT JOIN \(schema).networks n ON n.id = u.network_id
      WHERE \(network)::bigint IS NULL OR u.network_id = \(network)
      ORDER BY u.first_seen_at DESC, u.network_id, u.word LIMIT \(limit)
      """)
    var list: [UnmappedStatus] = []
    for row in rows { list.append(try Self.status(row)) }
    return list
  }

  func count(of scope: TenantScope) async throws(DatabaseError) -> Int {
    let row = try await scope.one("SELECT count(*) AS words FROM \(scope.schema).unmapped_statuses")
    return Int(try row.get("words", as: Int64.self))
  }

  func contains(_ word: String, ofNetwork id: Int64, of scope: TenantScope) async throws(DatabaseError) -> Bool {
    try await scope.first(
      "SELECT 1 AS one FROM \(scope.schema).unmapped_statuses WHERE network_id = \(id) AND word = \(word)") != nil
  }

  /// Those of a network that `map` has a meaning for.
  func words(
    ofNetwork id: Int64, in map: StatusMap, of scope: TenantScope, in executor: any SQLExecutor
  ) async throws(DatabaseError) -> [String] {
    let rows = try await executor.query(
      "SELECT word FROM \(scope.schema).unmapped_statuses WHERE network_id = \(id) ORDER BY word")
    var words: [String] = []
    for row in rows {
      let word = try row.get("word", as: String.self)
      if map[word] != nil { words.append(word) }
    }
    return words
  }

  func remove(
    _ word: String, ofNetwork id: Int64, of scope: TenantScope, in executor: any SQLExecutor
  ) async throws(DatabaseError) {
    try await executor.execute(
      "DELETE FROM \(scope.schema).unmapped_statuses WHERE network_id = \(id) AND word = \(word)")
  }

  /// Keeps the latest words of each network.
  func trim(of scope: TenantScope) async throws(DatabaseError) {
    let schema = scope.schema
    try await scope.execute(
      """
      DELETE FROM \(schema).unmapped_statuses WHERE (network_id, word) IN (
        SELECT r.network_id, r.word FROM (
          SELECT u.network_id, u.word,
            row_number() OVER (PARTITION BY u.network_id ORDER BY u.first_seen_at DESC, u.word) AS place
          FROM \(schema).unmapped_statuses u) r
        WHERE r.place > \(Self.limit))
      """)
  }

  // Conversions that wait

  /// Of those whose last word this was, so many with higher ids than `last`.
  func waiting(
    for word: String, ofNetwork id: Int64, after last: ConversionID?, limit: Int, of scope: TenantScope
  ) async throws(DatabaseError) -> [(id: ConversionID, isStillTrue: Bool)] {
    let rows = try await scope.query(
      """
      SELECT id, updated_at <= unmapped_at AS is_still_true FROM \(scope.schema).conversions
      WHERE unmapped_network_id = \(id) AND unmapped_word = \(word) AND (\(last)::uuid IS NULL OR id > \(last))
      ORDER BY id LIMIT \(limit)
      """)
    var found: [(id: ConversionID, isStillTrue: Bool)] = []
    for row in rows { found.append((try row.get("id"), try row.get("is_still_true"))) }
    return found
  }

  func countWaiting(
    for word: String, ofNetwork id: Int64, of scope: TenantScope, in executor: any SQLExecutor
  ) async throws(DatabaseError) -> Int {
    let row = try await executor.one(
      """
      SELECT count(*) AS waiting FROM \(scope.schema).conversions
      WHERE unmapped_network_id = \(id) AND unmapped_word = \(word)
      """)
    return Int(try row.get("waiting", as: Int64.self))
  }

  /// Its word was understood.
  func settle(_ id: ConversionID, in executor: any SQLExecutor, schema: SchemaName) async throws(DatabaseError) {
    try await executor.execute(
      """
      UPDATE \(schema).conversions SET unmapped_network_id = NULL, unmapped_word = NULL, unmapped_at = NULL
      WHERE id = \(id)
      """)
  }

  private static func status(_ row: Row) throws(DatabaseError) -> UnmappedStatus {
    let last = try row.get("last_id", as: UUIDv7?.self)
    let network = try row.get("network_id", as: Int64.self)
    return UnmappedStatus(
      networkID: network == 0 ? nil : network, network: try row.get("network"), word: try row.get("word"),
      spelling: try row.get("spelling"), hits: try row.get("hits"), conversions: try row.get("held"),
      firstSeen: try row.get("first_seen_at"), lastSeen: last?.timestamp, sampleID: last)
  }
}
