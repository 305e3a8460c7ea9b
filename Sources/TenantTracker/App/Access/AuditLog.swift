import Core
import Database
import Security
import Web

/// Who changed what: appended to, never changed, each entry hashed over the one before.
struct AuditLog: Sendable {
  struct Entry: Sendable {
    var actor: String
    /// `campaign.update`, `user.create`, `login` ...
    var action: String
    /// `campaign:7`, `user:3` ...
    var subject: String
    var before: JSONValue? = nil
    var after: JSONValue? = nil
    var address: IPAddress?

    fileprivate func content(at time: Timestamp) -> JSONValue {
      [
        "at": JSONValue(time), "actor": .string(actor), "action": .string(action), "subject": .string(subject),
        "before": .optional(before), "after": .optional(after), "address": JSONValue(address?.description),
      ]
    }
  }

  let clock: any WallClock

  /// Appends in a transaction of its own.
  func append(_ entry: Entry, to scope: TenantScope) async throws {
    try await scope.transaction { try await append(entry, to: scope.schema, in: $0) }
  }

  /// Appends in the caller's transaction, so that no change goes without its entry.
  func append(_ entry: Entry, to schema: SchemaName, in executor: any SQLExecutor) async throws {
    try await append([entry], to: schema, in: executor)
  }

  /// Appends several, in their order. The chain's end is found under a lock, so there is one appender at a time in a
  /// tenant.
  func append(_ entries: [Entry], to schema: SchemaName, in executor: any SQLExecutor) async throws {
    _ = try await executor.query("SELECT name FROM \(schema).locks WHERE name = 'audit' FOR UPDATE")
    let last = try await executor.query("SELECT seq, hash FROM \(schema).audit_log ORDER BY seq DESC LIMIT 1").first
    var head = try last.map {
      AuditChain.Head(sequence: try $0.get("seq"), hash: [UInt8](hex: try $0.get("hash", as: String.self)) ?? [])
    }
    let time = Timestamp(milliseconds: clock.now().milliseconds)
    var rest = entries[...]
    while !rest.isEmpty {
      var rows: [SQL] = []
      for entry in rest.prefix(Self.rowsAtOnce) {
        let link = AuditChain.Link(content: entry.content(at: time), after: head)
        head = link.head
        rows.append(
          """
          (\(link.sequence), \(time), \(entry.actor), \(entry.action), \(entry.subject), \(entry.before),
          \(entry.after), \(entry.address), \(link.previousHash.hex), \(link.hash.hex))
          """)
      }
      rest = rest.dropFirst(Self.rowsAtOnce)
      try await executor.execute(
        """
        INSERT INTO \(schema).audit_log
          (seq, at, actor, action, subject, before, after, address, previous_hash, hash)
        VALUES \(SQL.joined(rows, separator: ", "))
        """)
    }
  }

  /// Of one statement: a landing's entry has megabytes.
  private static let rowsAtOnce = 20

  /// Newest first; the cursor is the sequence number to go on below.
  func page(_ request: PageRequest, of scope: TenantScope) async throws -> Page<JSONValue> {
    let below = request.cursor.flatMap { Int64($0) } ?? .max
    let action = request.filters["action"]
    let actor = request.filters["actor"]
    let rows = try await scope.query(
      """
      SELECT \(Self.columns) FROM \(scope.schema).audit_log
      WHERE seq < \(below) AND (\(action)::text IS NULL OR action = \(action)) AND (\(actor)::text IS NULL OR actor = \(actor))
      ORDER BY seq DESC LIMIT \(request.limit + 1)
      """)
    let links = try rows.map(Self.link)
    let page = Page(fetched: links, limit: request.limit) { "\($0.sequence)" }
    return Page(items: page.items.map(Self.json), nextCursor: page.nextCursor)
  }

  /// Walks the whole chain. Nil when it holds.
  func firstFault(of scope: TenantScope) async throws -> AuditChain.Fault? {
    var verifier = AuditChain.Verifier()
    while true {
      let after = verifier.head?.sequence ?? 0
      let links = try await scope.query(
        "SELECT \(Self.columns) FROM \(scope.schema).audit_log WHERE seq > \(after) ORDER BY seq LIMIT 1000"
      ).map(Self.link)
      if links.isEmpty { return nil }
      for link in links {
        do { try verifier.verify(link) } catch { return error }
      }
    }
  }

  private static let columns: SQL = "seq, at, actor, action, subject, before, after, address, previous_hash, hash"

  private static func link(_ row: Row) throws -> AuditChain.Link {
    let entry = Entry(
      actor: try row.get("actor"), action: try row.get("action"), subject: try row.get("subject"),
      before: try row.get("before"), after: try row.get("after"), address: try row.get("address"))
    return AuditChain.Link(
      sequence: try row.get("seq"), content: entry.content(at: try row.get("at")),
      previousHash: [UInt8](hex: try row.get("previous_hash", as: String.self)) ?? [],
      hash: [UInt8](hex: try row.get("hash", as: String.self)) ?? [])
  }

  private static func json(_ link: AuditChain.Link) -> JSONValue {
    var object: JSONObject = ["seq": .int(link.sequence)]
    for member in link.content.objectValue?.members ?? [] { object[member.key] = member.value }
    object["hash"] = .string(link.hash.hex)
    return .object(object)
  }
}

extension AuditLog {
  /// Appends what a signed-in caller did, in the caller's transaction.
  func append(
    _ action: String, _ subject: String, before: JSONValue? = nil, after: JSONValue? = nil, by call: TrackerCall,
    in executor: any SQLExecutor
  ) async throws {
    try await append(
      Entry(
        actor: call.session.auditName, action: action, subject: subject, before: before, after: after,
        address: call.clientAddress),
      to: call.place.scope.schema, in: executor)
  }
}
