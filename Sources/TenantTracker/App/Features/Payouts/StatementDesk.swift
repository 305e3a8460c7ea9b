import Analytics
import Conversions
import Core
import Database
import Web

/// Closes periods, makes statements final, notes payments. One at a time does it for a publisher.
struct StatementDesk: Sendable {
  let settings: SettingsStore
  let audit: AuditLog
  let clock: any WallClock

  let statements = StatementStore()
  let publishers = PublisherStore()

  /// Who does it, and how the audit log is told within the transaction.
  struct Actor: Sendable {
    let name: String
    let note: @Sendable (_ action: String, _ subject: String, _ after: JSONValue, Connection) async throws -> Void
  }

  func actor(_ call: TrackerCall) -> Actor {
    Actor(name: call.session.auditName) { action, subject, after, connection in
      try await audit.append(action, subject, after: after, by: call, in: connection)
    }
  }

  /// The schedule itself.
  func schedule(of scope: TenantScope) -> Actor {
    Actor(name: "schedule") { action, subject, after, connection in
      try await audit.append(
        .init(actor: "schedule", action: action, subject: subject, after: after), to: scope.schema, in: connection)
    }
  }

  // Closing

  /// Makes the statements of a publisher's periods that are over. Doing it again, or twice at once, makes no more.
  /// - Parameter day: ends a period by hand with this local day, whatever the schedule says; today it ends at this moment.
  /// - Returns: the ids of those that were made.
  /// - Throws: 404 for a publisher that there is not; 422 for a day to come.
  func close(
    _ publisherID: Int64, through day: LocalDate? = nil, by actor: Actor, of scope: TenantScope
  ) async throws -> [Int64] {
    let zone = try await settings.all(of: scope).zone
    let now = clock.now()
    return try await scope.transaction(retries: 5) { connection in
      guard let publisher = try await publishers.lock(publisherID, in: connection, schema: scope.schema) else {
        throw Problem.notFound(Publisher.noun)
      }
      let calendar = StatementCalendar(
        schedule: publisher.draft.schedule, zone: zone, now: now, lastDay: day, executor: connection)
      try await calendar.check()
      var made: [Int64] = []
      // A period after the other, until what is open lies in one that still runs.
      while let opening = try await next(of: publisher, calendar, by: actor, in: connection, scope.schema) {
        guard let id = try await statements.open(opening, in: connection, schema: scope.schema) else { break }
        try await statements.settle(id, at: now, in: connection, schema: scope.schema)
        try await actor.note(
          "payout.close", "payout:\(id)",
          [
            "publisher_id": .int(publisherID), "from": JSONValue(opening.days.lowerBound),
            "to": JSONValue(opening.days.upperBound), "currency": JSONValue(opening.currency),
          ], connection)
        made.append(id)
      }
      return made
    }
  }

  private func next(
    of publisher: Publisher, _ calendar: StatementCalendar, by actor: Actor, in connection: Connection,
    _ schema: SchemaName
  ) async throws -> StatementStore.Opening? {
    for item in try await statements.openItems(of: publisher.id, in: connection, schema: schema) {
      guard let span = try await calendar.period(since: item.since, lastEnd: item.lastEnd) else { continue }
      let draft = publisher.draft
      return StatementStore.Opening(
        publisherID: publisher.id, currency: item.currency, days: span.days, period: span.period,
        dueDate: draft.schedule.dueDate(ofPeriodTo: span.days.upperBound),
        minimum: item.currency == draft.currency ? draft.minimum : .zero, closedBy: actor.name, at: calendar.now)
    }
    return nil
  }

  // Afterwards

  /// Makes a statement final; one that is stays as it is. Those before it must be.
  func lock(_ id: Int64, by actor: Actor, of scope: TenantScope) async throws -> Statement {
    let schema = scope.schema
    return try await scope.transaction(retries: 5) { connection in
      let statement = try await held(id, in: connection, schema)
      guard statement.state == .draft else { return statement }
      if let before = try await statements.previous(to: statement, in: connection, schema: schema),
        before.state == .draft
      {
        throw Problem.conflict("Lock the statement before it first: #\(before.id), up to \(before.days.upperBound).")
      }
      let draft = try await statements.draft(of: statement, in: connection, schema: schema, locking: true)
      try await statements.lock(
        statement, as: draft, by: actor.name, at: clock.now(), in: connection, schema: schema)
      try await actor.note(
        "payout.lock", "payout:\(id)",
        ["payable": JSONValue(draft.sheet.payable), "currency": JSONValue(statement.currency)], connection)
      return try await held(id, in: connection, schema)
    }
  }

  /// Notes that a statement was paid. The same payment again changes nothing.
  func pay(_ id: Int64, reference: String, by actor: Actor, of scope: TenantScope) async throws -> Statement {
    let schema = scope.schema
    return try await scope.transaction(retries: 5) { connection in
      let statement = try await held(id, in: connection, schema)
      switch statement.state {
      case .draft: throw Problem.conflict("The statement is a draft: lock it first.")
      case .carried: throw Problem.conflict("There is nothing to pay: it is carried over to the next statement.")
      case .paid where statement.payment?.reference != reference:
        throw Problem.conflict("The statement has been paid: \(statement.payment?.reference ?? "").")
      case .paid: return statement
      case .locked: break
      }
      let payment = Statement.Payment(reference: reference, paidBy: actor.name, paidAt: clock.now())
      guard try await statements.pay(statement, payment, in: connection, schema: schema) else {
        throw Problem.conflict("The statement has been paid.")
      }
      try await actor.note("payout.pay", "payout:\(id)", ["reference": .string(reference)], connection)
      return try await held(id, in: connection, schema)
    }
  }

  /// The statement, its publisher locked.
  private func held(_ id: Int64, in connection: Connection, _ schema: SchemaName) async throws -> Statement {
    guard let found = try await statements.find(id, in: connection, schema: schema),
      try await publishers.lock(found.publisherID, in: connection, schema: schema) != nil,
      let statement = try await statements.find(id, in: connection, schema: schema)
    else { throw Problem.notFound("statement") }
    return statement
  }
}
