import ClickPath
import Core
import Database
import Logging

extension Drainer {
  /// How long a tenant that could not be written is left alone.
  static let patience = Duration.seconds(15)
  /// Batches put back between two of the journal: a long backlog of one tenant must not hold up the others.
  private static let putBackAtOnce = 4

  /// Whether the others can go on without the tenant that met this error. Not when the database is away, the journal
  /// fails or the process ends; a connection may be refused to a tenant's own login alone. One that broke is made again.
  func concernsOneTenant(_ error: any Error) async -> Bool {
    if Task.isCancelled || error is CancellationError || error is JournalFileError || error is DrainStore.WentBack {
      return false
    }
    guard let error = error as? DatabaseError, error.isConnectionProblem else { return true }
    return error.kind == .connectionLost ? false : await store.isReachable()
  }

  /// From now on the tenant's records are set aside.
  func pause(_ tenant: Tenant, _ error: any Error, _ run: inout DrainRun) {
    logger.error("tenant not drained", metadata: ["tenant": "\(tenant.slug)", "error": "\(error)"])
    partitions.forget()
    run.paused[tenant.id, default: .init(due: .init(microseconds: 0))].due = clock.now() + Self.patience
  }

  func setAside(_ records: [JournalRecord], of tenant: Tenant, _ run: inout DrainRun) async throws {
    let known = min(run[.clicks, tenant.id], run[.postbacks, tenant.id])
    try await journal.setAside.append(records.filter { $0.end > known }, tenantID: tenant.id)
    if run.paused[tenant.id] == nil { run.paused[tenant.id] = .init(due: clock.now() + Self.patience) }
    // Those records are safe elsewhere: they no longer hold the journal back.
    if let last = records.last { run.pass(last.end, tenant.id) }
    figures.setAside(records.count)
  }

  /// Drains what was set aside for tenants that can be written again.
  func putBack(_ run: inout DrainRun) async throws {
    let now = clock.now()
    for tenantID in run.paused.filter({ $0.value.isDue(at: now) }).keys {
      guard let tenant = try await tenant(tenantID) else {
        try await journal.setAside.dropAll(tenantID: tenantID)
        run.paused[tenantID] = nil
        continue
      }
      guard !directory.isBehind(tenantID) else {
        run.paused[tenantID]?.due = clock.now() + Self.patience
        continue
      }
      do { try await putBack(tenant, &run) } catch {
        guard await concernsOneTenant(error) else { throw error }
        pause(tenant, error, &run)
      }
    }
  }

  private func putBack(_ tenant: Tenant, _ run: inout DrainRun) async throws {
    var replaysLeft = Self.replaysAtOnce
    for _ in 0..<Self.putBackAtOnce {
      let read = try await journal.setAside.read(
        tenantID: tenant.id, from: run.paused[tenant.id]?.putBack ?? .start)
      if read.isEmpty { return try await rejoin(tenant, &run) }
      let (records, end) = read.upTo(postbacks: &replaysLeft)
      // The next round has the rest.
      guard let last = records.last else { return }
      let events = records.flatMap { aside in
        decode([aside.record]).map { (end: aside.source, event: $0.event) }
      }
      var own = DrainRun(reader: run.reader)
      for stream in DrainStore.Stream.allCases {
        own[stream, tenant.id] = try await store.position(stream, tenant.schema)
      }
      try await drainClicks(events, of: tenant, to: last.source, &own)
      try await drainPostbacks(events, of: tenant, to: last.source, &own)
      try await journal.setAside.drop(tenantID: tenant.id, through: end)
      run.pass(last.source, tenant.id)
      run.paused[tenant.id]?.putBack = end
    }
  }

  /// All is back: the schema's positions catch up with what has been read meanwhile.
  private func rejoin(_ tenant: Tenant, _ run: inout DrainRun) async throws {
    for stream in DrainStore.Stream.allCases {
      run[stream, tenant.id] = try await store.advance(stream, to: run[stream, tenant.id], schema: tenant.schema)
    }
    run.paused[tenant.id] = nil
    logger.notice("tenant drained again", metadata: ["tenant": "\(tenant.slug)"])
  }
}

extension SetAsideBatch {
  /// The records before the first postback too many, and where to read on after them.
  fileprivate func upTo(postbacks left: inout Int) -> (records: ArraySlice<SetAsideRecord>, end: JournalPosition) {
    for (index, aside) in records.enumerated() where aside.record.kind == .postback {
      guard left > 0 else { return (records[..<index], aside.record.start) }
      left -= 1
    }
    return (records[...], end)
  }
}
