import ClickPath
import Conversions
import Core
import Database
import Security
import TestSupport

@testable import TenantTracker

/// A tenant with one campaign, one offer (10.00 USD, 25.00 in Germany) of one network, and a service to send hits to.
struct PostbackBench: Sendable {
  let tenant: TestTenant
  let tail = ClickTail()
  let clock: TestClock
  let service: PostbackService

  static let campaignID: Int64 = 11
  static let offerID: Int64 = 22
  static let networkID: Int64 = 33
  static let start = Timestamp(seconds: 1_795_255_200)  // 2026-11-21T10:00:00Z

  static let secrets = SecretKey("a secret that is long enough for tests").map { SecretBox(key: $0) }

  var scope: TenantScope { tenant.scope }

  init(
    costModel: String = "none", cost: Micros? = nil, statusMap: JSONValue = [:], requiresKey: Bool = false,
    allowedAddresses: [String] = [], hasOtherNodes: Bool = false,
    duplicates: DuplicateMode = .update, connections: Int = 4, recorder: ConversionRecorder = ConversionRecorder()
  ) async throws {
    let day = Self.start.utcDate
    tenant = try await TestTenant(clicksOn: day.adding(days: -1)...day.adding(days: 1), connections: connections)
    clock = TestClock(Self.start + .hours(1))
    service = PostbackService(
      tail: tail, clock: clock, hasOtherNodes: { hasOtherNodes }, recorder: recorder,
      signatures: PostbackSignatures(secrets: Self.secrets))
    let schema = tenant.scope.schema
    for statement: SQL in [
      """
      INSERT INTO \(schema).networks
        (id, name, postback_key, require_key, allowed_addresses, status_map, created_at, updated_at)
      VALUES (\(Self.networkID), 'CPA House', 'k-house', \(requiresKey), \(allowedAddresses), \(statusMap),
        \(Self.start), \(Self.start))
      """,
      """
      INSERT INTO \(schema).offers
        (id, name, url, network_id, payout_micros, currency, duplicate_mode, created_at, updated_at)
      VALUES (\(Self.offerID), 'McAfee', 'https://offer.example/', \(Self.networkID), 10000000, 'USD',
        \(duplicates.rawValue), \(Self.start), \(Self.start))
      """,
      "INSERT INTO \(schema).offer_payouts (offer_id, country, payout_micros) VALUES (\(Self.offerID), 'DE', 25000000)",
      """
      INSERT INTO \(schema).campaigns
        (id, name, slug, offer_id, cost_model, cost_micros, currency, created_at, updated_at)
      VALUES (\(Self.campaignID), 'Push', 'push', \(Self.offerID), \(costModel), \(cost), 'USD', \(Self.start),
        \(Self.start))
      """,
    ] { try await tenant.scope.execute(statement) }
  }

  func newClick(country: String? = "US", at time: Timestamp = start) -> ClickEvent {
    var click = ClickEvent(
      id: ClickID(at: time), tenantID: tenant.scope.tenantID, status: .ok, campaignID: Self.campaignID,
      ip: IPAddress(v4: 0xCB00_7107), currency: .usd)
    click.offerID = Self.offerID
    click.networkID = Self.networkID
    click.country = country
    click.subs[1] = "zone-7"
    click.subs[30] = "last"
    click.visitorID = VisitorID(at: time)
    click.trace = ["flow:7", "offer:22"]
    return click
  }

  /// A click as the drainer leaves it.
  func drainedClick(country: String? = "US", at time: Timestamp = start) async throws -> ClickEvent {
    let click = newClick(country: country, at: time)
    try await drain([click])
    return click
  }

  func drain(_ clicks: [ClickEvent]) async throws {
    var rows = CopyRows()
    for click in clicks { ClickColumns.append(click, to: &rows) }
    try await scope.withConnection { [rows] connection in
      _ = try await connection.copyIn(ClickColumns.target(scope.schema), rows: rows)
    }
  }

  func hit(_ query: String, at time: Timestamp = start + .hours(1), key: String? = nil, from: String? = nil)
    -> PostbackHit
  {
    PostbackHit(id: ConversionID(at: time), pathKey: key, query: query, address: from.flatMap { IPAddress($0) })
  }

  /// - Parameter time: now, a millisecond after the hit before, unless given.
  @discardableResult
  func send(_ query: String, at time: Timestamp? = nil) async throws -> PostbackOutcome {
    let arrival = time ?? clock.now()
    clock.advance(by: .milliseconds(1))
    return try await service.receive(hit(query, at: arrival), in: scope)
  }

  func conversions(of click: ClickEvent) async throws -> [Conversion] {
    try await ConversionStore().list(ofClick: click.id, of: scope)
  }

  /// `from>to:outcome` of each line, in order.
  func history(of id: ConversionID) async throws -> [String] {
    try await scope.query(
      """
      SELECT COALESCE(from_status, '') || '>' || to_status || ':' || outcome AS line
      FROM \(scope.schema).conversion_history WHERE conversion_id = \(id) ORDER BY id
      """
    ).map { try $0.get("line") }
  }

  /// The outcomes in the log, in the order of arrival.
  func log() async throws -> [String] {
    try await scope.query("SELECT outcome FROM \(scope.schema).postback_log ORDER BY id").map { try $0.get("outcome") }
  }
}

extension ConversionRunner {
  /// A runner of the bench's tenant that is told what to do, and looks for nothing.
  static func forTests(_ bench: PostbackBench) -> ConversionRunner {
    ConversionRunner(postbacks: bench.service, looksAround: nil, clock: bench.clock, logger: .silent)
  }
}
