/// Keeps apart, durably and in order, the records of tenants that can't be written now, so that they hold up nobody.
///
/// Exactly once holds as for the journal: a tenant's own position in the journal is the later of the one in its schema
/// and ``lastSource(tenantID:)``; records that are put back carry their `source`, which goes into the schema with them.
public final class SetAside: Sendable {
  private let desk: SetAsideDesk
  private let thread: FileThread

  init(
    files: any JournalFiles, instance: JournalInstance, fileBytes: Int, thread: FileThread,
    onFault: @escaping @Sendable (JournalFault) -> Void
  ) {
    desk = SetAsideDesk(files: files, instance: instance, fileBytes: fileBytes, onFault: onFault)
    self.thread = thread
  }

  /// The tenants something is set aside for.
  public func tenants() async throws(JournalFileError) -> [Int64] {
    try await run { (desk) throws(JournalFileError) in try desk.tenants() }
  }

  /// Makes the tenant's records durable here. Those that are here already, by their position, are left out.
  public func append(_ records: [JournalRecord], tenantID: Int64) async throws(JournalFileError) {
    try await run { (desk) throws(JournalFileError) in try desk.append(records, tenantID: tenantID) }
  }

  /// How far in the journal the tenant's records are here; nil when none is.
  public func lastSource(tenantID: Int64) async throws(JournalFileError) -> JournalPosition? {
    try await run { (desk) throws(JournalFileError) in try desk.lastSource(tenantID: tenantID) }
  }

  /// The tenant's records from `position` on: ``JournalPosition/start``, or the `end` of an earlier batch.
  public func read(
    tenantID: Int64, from position: JournalPosition, maxRecords: Int = 10_000, maxBytes: Int = 4 << 20
  ) async throws(JournalFileError) -> SetAsideBatch {
    try await run { (desk) throws(JournalFileError) in
      try desk.read(tenantID: tenantID, from: position, maxRecords: maxRecords, maxBytes: maxBytes)
    }
  }

  /// Removes the tenant's files that lie wholly before `position`, once its schema has what was in them.
  public func drop(tenantID: Int64, through position: JournalPosition) async throws(JournalFileError) {
    try await run { (desk) throws(JournalFileError) in try desk.drop(tenantID: tenantID, through: position) }
  }

  /// Removes everything of a tenant that is no more.
  public func dropAll(tenantID: Int64) async throws(JournalFileError) {
    try await drop(tenantID: tenantID, through: JournalPosition(segment: .max, offset: .max))
  }

  private func run<Value: Sendable>(
    _ body: @escaping @Sendable (SetAsideDesk) throws(JournalFileError) -> Value
  ) async throws(JournalFileError) -> Value {
    let result = await thread.run { [desk] in Result { () throws(JournalFileError) in try body(desk) } }
    return try result.get()
  }
}
