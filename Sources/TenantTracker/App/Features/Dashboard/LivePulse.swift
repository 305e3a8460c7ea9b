import Core
import Database
import Synchronization
import Web

/// What came in during the last minute.
struct LivePulse: Sendable, Hashable {
  /// Clicks that were let through; from ``LiveStore/limit`` on they are not counted any further.
  var clicks: Int64
  /// Conversions reported, of every type and status.
  var conversions: Int64
  /// The end of that minute.
  var at: Timestamp

  /// Seconds between two looks of a page.
  static let interval = 5

  var json: JSONValue {
    [
      "clicks": .int(clicks), "conversions": .int(conversions), "at": JSONValue(at), "text": .string(text),
    ]
  }

  var text: String {
    let more = clicks >= LiveStore.limit ? "+" : ""
    return """
      \(Figures.count(clicks))\(more) \(clicks == 1 ? "click" : "clicks") and \(Figures.count(conversions)) \
      \(conversions == 1 ? "conversion" : "conversions") in the last minute
      """
  }

  /// The page's script keeps it current; without scripts it is what it was when the page was made.
  func html(campaign: Int64?) -> HTML {
    let address = PageAddress("\(DashboardPages.path)/live", [("campaign_id", campaign.map { "\($0)" } ?? "")])
    return """
      <p class="ty-lead" data-live-counter="\(address.description)" data-seconds="\(Self.interval)">\
      \(Parts.badge("Live", .good)) <span data-live-text>\(text)</span></p>
      """
  }
}

/// The pulse of each account, looked up once every two seconds however many people watch.
final class LiveCounter: Sendable {
  private struct Key: Hashable {
    let tenantID: Int64
    let campaign: Int64?
  }

  private static let age = Duration.seconds(2)
  /// Accounts and campaigns remembered.
  private static let limit = 10_000

  private let store = LiveStore()
  private let clock: any WallClock
  private let pulses = Mutex<[Key: LivePulse]>([:])

  init(clock: any WallClock) { self.clock = clock }

  /// - Parameter campaign: only its; nil for all.
  func pulse(ofCampaign campaign: Int64?, in scope: TenantScope) async throws -> LivePulse {
    let key = Key(tenantID: scope.tenantID, campaign: campaign)
    let now = clock.now()
    if let known = pulses.withLock({ $0[key] }), known.at <= now, now - known.at < Self.age { return known }
    let pulse = try await store.pulse(ofCampaign: campaign, at: now, in: scope)
    pulses.withLock { pulses in
      if pulses.count >= Self.limit { pulses = pulses.filter { now - $0.value.at < Self.age } }
      if pulses.count < Self.limit { pulses[key] = pulse }
    }
    return pulse
  }
}

/// The SQL of the live counter: the newest end of an index, and only so much of it.
struct LiveStore: Sendable {
  /// Counting stops here.
  static let limit: Int64 = 100_000
  private static let span = Duration.seconds(60)

  func pulse(
    ofCampaign campaign: Int64?, at now: Timestamp, in scope: TenantScope
  ) async throws(DatabaseError) -> LivePulse {
    let (start, end) = (now - Self.span, now + Self.span)
    let only: SQL = campaign.map { "AND campaign_id = \($0)" } ?? ""
    let row = try await scope.one(
      """
      SELECT
        (SELECT count(*) FROM (SELECT 1 FROM \(scope.schema).clicks
          WHERE ts >= \(start) AND ts < \(end) AND id >= \(ClickID.first(at: start)) AND id < \(ClickID.first(at: end))
            AND status = 'ok' \(only) LIMIT \(Self.limit)) AS newest) AS clicks,
        (SELECT count(*) FROM (SELECT 1 FROM \(scope.schema).conversions
          WHERE created_at >= \(start) AND created_at < \(end) \(only) LIMIT \(Self.limit)) AS newest) AS conversions
      """)
    return LivePulse(clicks: try row.get("clicks"), conversions: try row.get("conversions"), at: now)
  }
}
