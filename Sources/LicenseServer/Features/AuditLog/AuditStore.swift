import Core
import Database
import Security

/// Who did something, and from where.
struct Actor: Sendable {
  let name: String
  let address: IPAddress?

  static func staff(_ session: StaffSession, from address: IPAddress) -> Actor {
    Actor(
      name: "staff \(session.member.email)\(session.key.map { " (key \($0.name))" } ?? "")", address: address)
  }

  static func customer(_ session: PortalSession, from address: IPAddress) -> Actor {
    Actor(name: "customer \(session.email)", address: address)
  }

  /// Whoever may run commands on the server.
  static let commandLine = Actor(name: "command line", address: nil)
}

/// Something that was done: to what, and what it was before and after.
struct AuditEntry: Sendable {
  let action: String
  /// `license:17`
  let subject: String
  var before: JSONValue = .null
  var after: JSONValue = .null
}

/// An entry as it was written.
struct AuditRecord: Sendable {
  let sequence: Int64
  let at: Timestamp
  let actor: String
  let entry: AuditEntry
  let address: IPAddress?

  var json: JSONValue {
    [
      "seq": .int(sequence), "at": JSONValue(at), "actor": .string(actor), "action": .string(entry.action),
      "subject": .string(entry.subject), "before": entry.before, "after": entry.after,
      "address": JSONValue(address?.description),
    ]
  }
}

/// Writes and reads the audit log. Entries are only ever added, each chained to the one before.
struct AuditStore: Sendable {
  private let database: any SQLExecutor

  init(_ database: any SQLExecutor) { self.database = database }

  /// To be called in the transaction of what is being done. It holds the end of the chain until that ends.
  func append(_ entry: AuditEntry, by actor: Actor, at now: Timestamp) async throws(DatabaseError) {
    try await database.execute("SELECT id FROM license.audit_head WHERE id = 1 FOR UPDATE")
    let last = try await database.first("SELECT seq, hash FROM license.audit_log ORDER BY seq DESC LIMIT 1")
    var head: AuditChain.Head?
    if let last {
      let hash: String = try last.get("hash")
      head = AuditChain.Head(sequence: try last.get("seq"), hash: [UInt8](hex: hash) ?? [])
    }
    let content = Self.content(entry, by: actor.name, from: actor.address, at: now)
    let link = AuditChain.Link(content: content, after: head)
    try await database.execute(
      """
      INSERT INTO license.audit_log
        (seq, at, actor, action, subject, before, after, address, previous_hash, hash)
      VALUES (\(link.sequence), \(now), \(actor.name), \(entry.action), \(entry.subject), \(entry.before),
        \(entry.after), \(actor.address), \(link.previousHash.hex), \(link.hash.hex))
      """)
  }

  /// The entries that fit, the newest first; the cursor is a sequence number.
  func list(_ page: PageRequest, _ filter: AuditFilter) async throws(DatabaseError) -> Page<AuditRecord> {
    let before = page.cursor.flatMap { Int64($0) }
    let records = try await records(
      """
      WHERE (\(before)::bigint IS NULL OR seq < \(before)) AND \(filter.condition)
      ORDER BY seq DESC LIMIT \(page.limit + 1)
      """)
    return Page(fetched: records.map(\.record), limit: page.limit) { String($0.sequence) }
  }

  /// The next entries that fit, the oldest first: for whoever reads them all.
  func entries(
    after sequence: Int64, _ filter: AuditFilter, limit: Int
  ) async throws(DatabaseError) -> [AuditRecord] {
    try await records("WHERE seq > \(sequence) AND \(filter.condition) ORDER BY seq LIMIT \(limit)").map(\.record)
  }

  /// Checks the whole chain from its first entry.
  /// - Parameter noted: an end of the chain that was written down elsewhere; entries cut off the end show only by it.
  func verify(expecting noted: AuditChain.Head? = nil) async throws(DatabaseError) -> AuditVerdict {
    var verifier = AuditChain.Verifier()
    while true {
      let after = verifier.head?.sequence ?? 0
      let records = try await records("WHERE seq > \(after) ORDER BY seq LIMIT 1000")
      for (record, previousHash, hash) in records {
        let content = Self.content(record.entry, by: record.actor, from: record.address, at: record.at)
        do throws(AuditChain.Fault) {
          try verifier.verify(
            AuditChain.Link(sequence: record.sequence, content: content, previousHash: previousHash, hash: hash))
          if let noted, noted.sequence == record.sequence { try verifier.finish(expecting: noted) }
        } catch {
          return AuditVerdict(head: verifier.head, fault: error)
        }
      }
      guard records.isEmpty else { continue }
      if let noted, noted.sequence > after {
        do throws(AuditChain.Fault) { try verifier.finish(expecting: noted) } catch {
          return AuditVerdict(head: verifier.head, fault: error)
        }
      }
      return AuditVerdict(head: verifier.head, fault: nil)
    }
  }

  /// What an entry's hash covers.
  private static func content(
    _ entry: AuditEntry, by actor: String, from address: IPAddress?, at now: Timestamp
  ) -> JSONValue {
    [
      "at": .int(now.microseconds), "actor": .string(actor), "action": .string(entry.action),
      "subject": .string(entry.subject), "before": entry.before, "after": entry.after,
      "address": JSONValue(address?.description),
    ]
  }

  private typealias Chained = (record: AuditRecord, previousHash: [UInt8], hash: [UInt8])

  private func records(_ condition: SQL) async throws(DatabaseError) -> [Chained] {
    let rows = try await database.query(
      """
      SELECT seq, at, actor, action, subject, before, after, address, previous_hash, hash
      FROM license.audit_log \(condition)
      """)
    var records: [Chained] = []
    for row in rows {
      let entry = AuditEntry(
        action: try row.get("action"), subject: try row.get("subject"), before: try row.get("before"),
        after: try row.get("after"))
      let record = AuditRecord(
        sequence: try row.get("seq"), at: try row.get("at"), actor: try row.get("actor"), entry: entry,
        address: try row.get("address"))
      let previousHash: String = try row.get("previous_hash")
      let hash: String = try row.get("hash")
      records.append((record, [UInt8](hex: previousHash) ?? [], [UInt8](hex: hash) ?? []))
    }
    return records
  }
}
