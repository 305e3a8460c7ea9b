import ClickPath
import Core
import Database
import Logging
import ServiceLifecycle

/// Carries the journal into Postgres: batch by batch, tenant by tenant, exactly once. While the database is away it
/// waits; visitors notice nothing of it. What one tenant can't take is set aside and holds up nobody.
struct Drainer: Service {
  /// How long drained segments are kept, so that a database restored to an earlier point is drained again.
  static let retention = Duration.hours(6)

  let journal: Journal
  let store: DrainStore
  let partitions: ClickPartitions
  let directory: TenantDirectory
  let tail: ClickTail
  /// Records a postback that was taken while the database was away; idempotent by its id.
  let replay: @Sendable (RawPostbackEvent, Tenant) async throws -> Void
  let figures: DrainFigures
  let clock: any WallClock
  let logger: Logger

  /// A journal's event and the position just after it.
  typealias Positioned = (end: JournalPosition, event: JournalEvent)

  func run() async throws {
    await cancelWhenGracefulShutdown {
      var delay = RetryDelay()
      while !Task.isCancelled {
        do {
          try await drainOnwards { delay.reset() }
          return
        } catch {
          // The journal's directory is older than the database: new records go where they will be looked for.
          if case JournalReadError.ahead(let position, _) = error { journal.moveOn(past: position) }
          logger.warning("drain interrupted", metadata: ["error": "\(error)"])
          partitions.forget()
          do { try await Task.sleep(for: delay.next()) } catch { return }
        }
      }
    }
    try? await drainAll()
  }

  /// Drains until an error, the end of the journal or of the process.
  private func drainOnwards(_ progressed: () -> Void) async throws {
    var run = try await begin()
    while await run.reader.waitForMore(), !Task.isCancelled {
      try await drainBatch(&run)
      progressed()
    }
  }

  /// Everything that is durable now; at shutdown, and for commands that write a journal and end.
  func drainAll() async throws {
    var run = try await begin()
    while try await drainBatch(&run) {}
  }

  /// How far each tenant's streams have come, and where to read on.
  private struct Run {
    var clicks: [Int64: JournalPosition] = [:]
    var postbacks: [Int64: JournalPosition] = [:]
    var reader: JournalReader
    /// Tenants whose records are set aside, and when they are tried again.
    var aside: [Int64: Timestamp] = [:]

    var earliest: JournalPosition { (Array(clicks.values) + Array(postbacks.values)).min() ?? .start }
  }

  private func begin() async throws -> Run {
    try await directory.reload()
    var run = Run(reader: journal.reader(from: .start))
    for tenant in directory.all where tenant.status != .deleted && !directory.isBehind(tenant.id) {
      run.clicks[tenant.id] = try await store.position(.clicks, tenant.schema)
      run.postbacks[tenant.id] = try await store.position(.postbacks, tenant.schema)
    }
    for id in try await journal.setAside.tenants() { run.aside[id] = clock.now() }
    run.reader = journal.reader(from: run.earliest)
    return run
  }

  /// False when there was nothing to drain.
  @discardableResult
  private func drainBatch(_ run: inout Run) async throws -> Bool {
    try await putBack(&run)
    let batch = try await run.reader.next()
    guard !batch.isEmpty else { return false }
    for (tenantID, records) in Dictionary(grouping: batch.records, by: \.tenantID) {
      try await drain(records, of: tenantID, to: batch.end, &run)
    }
    try await bringAlong(to: batch.end, &run)
    figures.drained(batch.records.count)
    _ = await journal.retire(before: run.earliest, keepFor: Self.retention, now: clock.now())
    return true
  }

  private func drain(
    _ records: [JournalRecord], of tenantID: Int64, to end: JournalPosition, _ run: inout Run
  ) async throws {
    guard let tenant = directory.tenant(id: tenantID), tenant.status != .deleted else {
      figures.orphaned(records.count)
      return
    }
    if run.aside[tenantID] != nil || directory.isBehind(tenantID) {
      return try await setAside(records, of: tenant, &run)
    }
    do {
      let events = decode(records)
      try await drainClicks(events, of: tenant, to: end, &run)
      try await drainPostbacks(events, of: tenant, to: end, &run)
    } catch let error as DatabaseError where !error.isConnectionProblem {
      logger.error("tenant not drained", metadata: ["tenant": "\(tenant.slug)", "error": "\(error)"])
      try await setAside(records, of: tenant, &run)
    }
  }

  private func drainClicks(
    _ events: [Positioned], of tenant: Tenant, to end: JournalPosition, _ run: inout Run
  ) async throws {
    let known = run.clicks[tenant.id] ?? .start
    let clicks = events.compactMap { record -> (end: JournalPosition, event: ClickEvent)? in
      guard case .click(let event) = record.event, record.end > known else { return nil }
      return (record.end, event)
    }
    if !clicks.isEmpty {
      try await partitions.ensure(Set(clicks.map { ClickPartitions.Month(of: $0.event.ts) }), schema: tenant.schema)
      _ = try await store.drain(clicks, to: end, schema: tenant.schema)
      run.clicks[tenant.id] = end
    }
    tail.remove(events.lazy.compactMap { if case .click(let event) = $0.event { event.id } else { nil } })
  }

  private func drainPostbacks(
    _ events: [Positioned], of tenant: Tenant, to end: JournalPosition, _ run: inout Run
  ) async throws {
    let known = run.postbacks[tenant.id] ?? .start
    var replayed = false
    for record in events where record.end > known {
      guard case .postback(let event) = record.event else { continue }
      try await replay(event, tenant)
      replayed = true
    }
    if replayed {
      try await store.advance(.postbacks, to: end, schema: tenant.schema)
      run.postbacks[tenant.id] = end
    }
  }

  /// Tenants without events come along from segment to segment, so that the next start does not read all of it again.
  private func bringAlong(to end: JournalPosition, _ run: inout Run) async throws {
    for tenant in directory.all where tenant.status != .deleted && run.aside[tenant.id] == nil {
      if end.segment > (run.clicks[tenant.id] ?? .start).segment {
        try await store.advance(.clicks, to: end, schema: tenant.schema)
        run.clicks[tenant.id] = end
      }
      if end.segment > (run.postbacks[tenant.id] ?? .start).segment {
        try await store.advance(.postbacks, to: end, schema: tenant.schema)
        run.postbacks[tenant.id] = end
      }
    }
  }

  private func setAside(_ records: [JournalRecord], of tenant: Tenant, _ run: inout Run) async throws {
    let known = min(run.clicks[tenant.id] ?? .start, run.postbacks[tenant.id] ?? .start)
    try await journal.setAside.append(records.filter { $0.end > known }, tenantID: tenant.id)
    run.aside[tenant.id] = max(run.aside[tenant.id] ?? clock.now(), clock.now() + .seconds(15))
    // Those records are safe elsewhere: they no longer hold the journal back.
    if let last = records.last {
      run.clicks[tenant.id] = max(run.clicks[tenant.id] ?? .start, last.end)
      run.postbacks[tenant.id] = max(run.postbacks[tenant.id] ?? .start, last.end)
    }
    figures.setAside(records.count)
  }

  /// Drains what was set aside for tenants that can be written again.
  private func putBack(_ run: inout Run) async throws {
    for (tenantID, due) in run.aside where due <= clock.now() {
      guard let tenant = directory.tenant(id: tenantID), tenant.status != .deleted else {
        try await journal.setAside.dropAll(tenantID: tenantID)
        run.aside[tenantID] = nil
        continue
      }
      do {
        try await putBack(tenant)
        run.aside[tenantID] = nil
      } catch let error as DatabaseError where !error.isConnectionProblem {
        run.aside[tenantID] = clock.now() + .seconds(15)
        logger.warning("tenant still not drained", metadata: ["tenant": "\(tenant.slug)", "error": "\(error)"])
      }
    }
  }

  private func putBack(_ tenant: Tenant) async throws {
    var position = JournalPosition.start
    while true {
      let batch = try await journal.setAside.read(tenantID: tenant.id, from: position)
      guard let last = batch.records.last else { return }
      let events = batch.records.flatMap { aside in decode([aside.record]).map { (end: aside.source, event: $0.event) }
      }
      var run = Run(reader: journal.reader(from: .start))
      run.clicks[tenant.id] = try await store.position(.clicks, tenant.schema)
      run.postbacks[tenant.id] = try await store.position(.postbacks, tenant.schema)
      try await drainClicks(events, of: tenant, to: last.source, &run)
      try await drainPostbacks(events, of: tenant, to: last.source, &run)
      try await journal.setAside.drop(tenantID: tenant.id, through: batch.end)
      position = batch.end
    }
  }

  private func decode(_ records: [JournalRecord]) -> [Positioned] {
    records.compactMap { record in
      do {
        return (record.end, try JournalEvent(decoding: Array(record.payload)))
      } catch {
        figures.undecodable(1)
        logger.error("journal record not understood", metadata: ["position": "\(record.start)", "error": "\(error)"])
        return nil
      }
    }
  }
}
