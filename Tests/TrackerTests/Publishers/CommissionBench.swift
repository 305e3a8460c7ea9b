import ClickPath
import Conversions
import Core
import Database
import TestSupport

@testable import TenantTracker

/// A tenant whose days begin at 05:00 UTC (New York in winter), with publishers, and a service that keeps their
/// commissions.
struct CommissionBench: Sendable {
  let bench: PostbackBench
  let service: PostbackService
  let desk: StatementDesk

  /// Monday, 2026-11-23, 00:00 in New York.
  static let firstMonday = Timestamp(seconds: 1_795_410_000)

  var scope: TenantScope { bench.scope }
  var clock: TestClock { bench.clock }
  var statements: StatementStore { desk.statements }

  init(connections: Int = 4) async throws {
    bench = try await PostbackBench(connections: connections)
    service = PostbackService(
      tail: bench.tail, clock: bench.clock, recorder: ConversionRecorder(followers: [CommissionFollower()]))
    desk = StatementDesk(settings: SettingsStore(), audit: AuditLog(clock: bench.clock), clock: bench.clock)
    try await SettingsStore().set(
      [("timezone", "America/New_York")], at: PostbackBench.start, of: bench.scope, in: bench.scope)
  }

  func publisher(
    _ name: String, schedule: PayoutSchedule = PayoutSchedule(.weekly, netDays: 7), minimum: String = "0",
    currency: Currency = .usd
  ) async throws -> Int64 {
    try await PublisherStore().insert(
      .init(
        name: name, email: nil, status: .active, currency: currency, schedule: schedule,
        minimum: Micros(minimum) ?? .zero, notes: ""),
      at: PostbackBench.start, of: scope, in: scope)
  }

  @discardableResult
  func rule(
    _ name: String = "rule", _ place: CommissionScope = CommissionScope(), _ model: CommissionTerms.Model = .cpa,
    amount: String = "0", percent: String = "0", currency: Currency = .usd, tiers: CommissionTiers? = nil
  ) async throws -> Int64 {
    try await CommissionRuleStore().insert(
      .init(
        name: name, scope: place, status: .active,
        terms: CommissionTerms(
          model: model, rate: .init(amount: Micros(amount) ?? .zero, percent: Micros(percent) ?? .zero),
          currency: currency, tiers: tiers), notes: ""),
      at: PostbackBench.start, of: scope, in: scope)
  }

  /// A click that a publisher brought, as the drainer leaves it.
  func click(of publisher: Int64?) async throws -> ClickEvent {
    var click = bench.newClick()
    click.publisherID = publisher
    try await bench.drain([click])
    return click
  }

  /// - Returns: the id of the conversion that was made or moved.
  @discardableResult
  func send(_ query: String, at time: Timestamp = PostbackBench.start + .hours(1)) async throws -> ConversionID? {
    let hit = bench.hit(query, at: time)
    return try await service.receive(hit, in: scope).conversionID
  }

  /// A click and its approved conversion.
  @discardableResult
  func sale(
    of publisher: Int64, payout: String, at time: Timestamp = PostbackBench.start + .hours(1), more: String = ""
  ) async throws -> (click: ClickEvent, conversion: ConversionID?) {
    let click = try await click(of: publisher)
    return (click, try await send("click_id=\(click.id)&payout=\(payout)\(more)", at: time))
  }

  func commission(_ id: ConversionID?) async throws -> Commission? {
    try await CommissionStore().page(.init(conversionID: id), limit: 1, after: nil, of: scope).items.first
  }

  func close(_ publisher: Int64, through day: LocalDate? = nil) async throws -> [Int64] {
    try await desk.close(publisher, through: day, by: desk.schedule(of: scope), of: scope)
  }

  func lock(_ statement: Int64) async throws -> Statement {
    try await desk.lock(statement, by: desk.schedule(of: scope), of: scope)
  }

  func pay(_ statement: Int64, _ reference: String = "wire") async throws -> Statement {
    try await desk.pay(statement, reference: reference, by: desk.schedule(of: scope), of: scope)
  }

  func lines(of statement: Int64) async throws -> [StatementLine] {
    try await statements.lines(of: statement, after: 0, limit: 1_000, of: scope)
  }

  /// All of a publisher's statements, oldest first.
  func statements(of publisher: Int64) async throws -> [Statement] {
    try await statements.page(
      PageRequest(limit: 100, sort: "id"), .init(publisherID: publisher), of: scope
    ).items
  }
}
