import ClickPath
import Core
import Database
import Foundation
import Logging
import ServiceLifecycle

/// Carries the journal into Postgres: batch by batch, tenant by tenant, exactly once. While the database is away it
/// waits; visitors notice nothing of it. What one tenant can't take is set aside and holds up nobody.
struct Drainer: Service {
  /// How long drained segments are kept, so that a database restored to an earlier point is drained again.
  static let retention = Duration.hours(6)
  /// How often segments are let go while the journal stays in one.
  private static let tidyInterval = Duration.minutes(1)
  /// How often tenants whose records are set aside are looked at while nothing else comes.
  private static let idleInterval = Duration.seconds(3)

  let journal: Journal
  let store: DrainStore
  let partitions: ClickPartitions
  let directory: TenantDirectory
  let tail: ClickTail
  let progress: DrainProgress
  /// Records a postback that was taken while the database was away; idempotent by its id.
  let replay: @Sendable (RawPostbackEvent, Tenant) async throws -> Void
  let figures: DrainFigures
  let clock: any WallClock
  let logger: Logger
  /// Who else needs the journal from where on.
  var neededFrom: @Sendable () -> JournalPosition = { JournalPosition(segment: .max, offset: 0) }

  /// Postbacks of one tenant recorded between two batches: each is a transaction, and the other tenants wait for it.
  static let replaysAtOnce = 100

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
          if !Task.isCancelled { logger.warning("drain interrupted", metadata: ["error": "\(error)"]) }
          partitions.forget()
          do { try await Task.sleep(for: delay.next()) } catch { return }
        }
      }
    }
    do { try await drainAll() } catch {
      logger.warning("journal not drained to its end", metadata: ["error": "\(error)"])
    }
    if let left = try? await journal.setAside.tenants(), !left.isEmpty {
      logger.warning("records stay set aside until the next start", metadata: ["tenants": "\(left)"])
    }
  }

  /// Drains until an error, the end of the journal or of the process.
  private func drainOnwards(_ progressed: () -> Void) async throws {
    var run = try await begin()
    var pace = DrainPace(
      cores: ProcessInfo.processInfo.activeProcessorCount, appended: journal.figures.appended, at: clock.now())
    while await waitForWork(run), !Task.isCancelled {
      let start = clock.now()
      try await drainBatch(&run)
      progressed()
      let figures = journal.figures
      let rest = pace.rest(
        after: clock.now() - start, appended: figures.appended,
        segmentsBehind: figures.durableEnd.segment - run.reader.position.segment, at: clock.now())
      if rest > .zero { try? await Task.sleep(for: rest) }
    }
  }

  /// Waits for records; not for long while something is set aside, which may be put back without any coming.
  private func waitForWork(_ run: DrainRun) async -> Bool {
    guard !run.paused.isEmpty else { return await run.reader.waitForMore() }
    if run.hasDue(at: clock.now()) { return true }
    return await withTaskGroup(of: Bool.self) { group in
      group.addTask { [reader = run.reader] in await reader.waitForMore() }
      group.addTask { (try? await Task.sleep(for: Self.idleInterval)) != nil }
      defer { group.cancelAll() }
      return await group.next() ?? false
    }
  }

  /// Everything that is durable now; at shutdown, and for commands that write a journal and end.
  func drainAll() async throws {
    var run = try await begin()
    // Who could not be written a moment ago may be by now, and nobody may ever start here again.
    for _ in 0..<2 {
      for tenantID in run.paused.keys { run.paused[tenantID]?.due = clock.now() }
      while try await drainBatch(&run) || run.hasDue(at: clock.now()) {}
    }
  }

  /// Looks up how far everybody is. Of a tenant that does not tell, all that is held is set aside until it does.
  func begin() async throws -> DrainRun {
    try await directory.reload()
    var run = DrainRun(reader: journal.reader(from: .start))
    for id in try await journal.setAside.tenants() { run.paused[id] = .init(due: clock.now()) }
    for tenant in tenants {
      do {
        for stream in DrainStore.Stream.allCases {
          run[stream, tenant.id] = try await store.position(stream, tenant.schema)
        }
      } catch {
        guard await concernsOneTenant(error) else { throw error }
        for stream in DrainStore.Stream.allCases { run[stream, tenant.id] = .start }
        pause(tenant, error, &run)
      }
    }
    let end = journal.durableEnd
    // A journal restored from an older copy must not write where a tenant has been already.
    if run.furthest > end { journal.moveOn(past: run.furthest) }
    run.reader = journal.reader(from: run.earliest)
    progress.began(at: run.earliest, end: end)
    return run
  }

  private var tenants: [Tenant] { directory.all.filter { $0.status != .deleted } }

  /// False when there was nothing to drain.
  @discardableResult
  func drainBatch(_ run: inout DrainRun) async throws -> Bool {
    try await putBack(&run)
    let batch = try await run.reader.next()
    guard !batch.isEmpty else {
      progress.reached(batch.end, paused: Set(run.paused.keys))
      return false
    }
    for (tenantID, records) in Dictionary(grouping: batch.records, by: \.tenantID) {
      try await drain(records, of: tenantID, to: batch.end, &run)
    }
    try await bringAlong(to: batch.end, &run)
    progress.reached(batch.end, paused: Set(run.paused.keys))
    figures.drained(batch.records.count)
    await tidy(&run)
    return true
  }

  private func drain(
    _ records: [JournalRecord], of tenantID: Int64, to end: JournalPosition, _ run: inout DrainRun
  ) async throws {
    guard let tenant = try await tenant(tenantID) else {
      figures.orphaned(records.count)
      return
    }
    if run.paused[tenantID] != nil || directory.isBehind(tenantID) {
      return try await setAside(records, of: tenant, &run)
    }
    do {
      let events = decode(records)
      try await drainClicks(events, of: tenant, to: end, &run)
      let postbacks = records.filter { $0.kind == .postback }
      if postbacks.count > Self.replaysAtOnce {
        // A few at a time from there on.
        run.paused[tenant.id] = .init(due: clock.now())
        try await setAside(postbacks, of: tenant, &run)
      } else {
        try await drainPostbacks(events, of: tenant, to: end, &run)
      }
    } catch {
      guard await concernsOneTenant(error) else { throw error }
      pause(tenant, error, &run)
      try await setAside(records, of: tenant, &run)
    }
  }

  /// Nil for one that is gone. What memory does not know is asked of the database first: records must not be given up
  /// because a tenant is new.
  func tenant(_ id: Int64) async throws -> Tenant? {
    if directory.tenant(id: id) == nil { try await directory.reload() }
    return directory.tenant(id: id).flatMap { $0.status == .deleted ? nil : $0 }
  }

  func drainClicks(
    _ events: [Positioned], of tenant: Tenant, to end: JournalPosition, _ run: inout DrainRun
  ) async throws {
    let known = run[.clicks, tenant.id]
    var visits = DrainStore.Visits()
    for record in events where record.end > known {
      switch record.event {
      case .click(let event): visits.clicks.append((record.end, event))
      case .offerVisit(let event): visits.offerVisits.append((record.end, event))
      case .shop(let event): visits.shopEvents.append((record.end, event))
      case .postback: break
      }
    }
    if !visits.isEmpty {
      try await partitions.ensure(
        Set(visits.clicks.map { ClickPartitions.Month(of: $0.event.ts) }), schema: tenant.schema)
      try await store.drain(visits, from: known, to: end, schema: tenant.schema)
      run[.clicks, tenant.id] = end
    }
    tail.remove(events.lazy.compactMap { if case .click(let event) = $0.event { event.id } else { nil } })
  }

  func drainPostbacks(
    _ events: [Positioned], of tenant: Tenant, to end: JournalPosition, _ run: inout DrainRun
  ) async throws {
    let known = run[.postbacks, tenant.id]
    var replayed = false
    for record in events where record.end > known {
      guard case .postback(let event) = record.event else { continue }
      do {
        try await replay(event, tenant)
      } catch  where PostbackService.isHopeless(error) {
        figures.refused(1)
        logger.error(
          "postback given up", metadata: ["tenant": "\(tenant.slug)", "hit": "\(event.id)", "error": "\(error)"])
      }
      replayed = true
    }
    if replayed {
      run[.postbacks, tenant.id] = try await store.advance(
        .postbacks, from: known, to: end, schema: tenant.schema)
    }
  }

  /// Tenants without events come along from segment to segment, so that the next start does not read all of it again.
  private func bringAlong(to end: JournalPosition, _ run: inout DrainRun) async throws {
    run.keep(only: Set(tenants.map(\.id)))
    for tenant in tenants {
      if run.paused[tenant.id] == nil {
        do {
          for stream in DrainStore.Stream.allCases where end.segment > run[stream, tenant.id].segment {
            run[stream, tenant.id] = try await store.advance(
              stream, from: run[stream, tenant.id], to: end, schema: tenant.schema)
          }
        } catch {
          guard await concernsOneTenant(error) else { throw error }
          pause(tenant, error, &run)
        }
      }
      // What it had in the batch is set aside.
      if run.paused[tenant.id] != nil { run.pass(end, tenant.id) }
    }
  }

  private func tidy(_ run: inout DrainRun) async {
    let (position, now) = (min(run.earliest, neededFrom()), clock.now())
    if let last = run.tidied, last.segment == position.segment, now - last.at < Self.tidyInterval { return }
    run.tidied = (position.segment, now)
    _ = await journal.retire(before: position, keepFor: Self.retention, now: now)
  }

  func decode(_ records: [JournalRecord]) -> [Positioned] {
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
