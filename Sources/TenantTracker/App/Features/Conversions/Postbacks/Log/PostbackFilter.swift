import Conversions
import Core
import Database

/// Which hits of the postback log a list shows, or a replay is about.
struct PostbackFilter: Sendable, Hashable {
  /// A hit's, click's or conversion's id; else text in the query or the body.
  var search: String?
  var outcome: String?
  var channel: InboundChannel?
  var networkID: Int64?
  var clickID: ClickID?
  /// Half-open.
  var period: Range<Timestamp>?
  /// Only these.
  var ids: [UUIDv7]?

  /// Text is looked for in so many of the newest hits that fit else.
  static let searchDepth = 100_000
  /// Ids a replay may name.
  static let idLimit = 1_000

  var conditions: [SQL] {
    var conditions: [SQL] = []
    if let id = search.flatMap({ UUIDv7($0) }) {
      conditions.append("(id = \(id) OR click_id = \(id) OR conversion_id = \(id))")
    }
    if let outcome { conditions.append("outcome = \(outcome)") }
    if let channel { conditions.append("channel = \(channel.rawValue)") }
    if let networkID { conditions.append("network_id = \(networkID)") }
    if let clickID { conditions.append("click_id = \(clickID)") }
    if let ids { conditions.append("id = ANY (\(ids))") }
    if let period {
      // A hit's id is minted when it comes in, and has the index.
      let first = UUIDv7(high: UInt64(max(period.lowerBound.milliseconds, 0)) << 16, low: 0)
      let end = UUIDv7(high: UInt64(max(period.upperBound.milliseconds, 0)) << 16, low: 0)
      conditions.append("id >= \(first) AND id < \(end)")
    }
    return conditions
  }

  /// What is looked for in the text of a hit; nil without such a search.
  var textCondition: SQL? {
    guard let search, UUIDv7(search) == nil else { return nil }
    let patterns = Set([search, PercentCoding.encodeComponent(search)]).sorted().map(Self.pattern)
    return "(query ILIKE ANY (\(patterns)) OR position(\(Array(search.utf8)) in body) > 0)"
  }

  private static func pattern(_ text: String) -> String {
    let escaped = text.replacing("\\", with: "\\\\").replacing("%", with: "\\%").replacing("_", with: "\\_")
    return "%\(escaped)%"
  }

  // As a run keeps it

  var json: JSONValue {
    [
      "search": JSONValue(search), "outcome": JSONValue(outcome), "channel": JSONValue(channel?.rawValue),
      "network_id": JSONValue(networkID), "click_id": JSONValue(clickID), "from": JSONValue(period?.lowerBound),
      "to": JSONValue(period?.upperBound), "ids": .optional(ids.map { .array($0.map { JSONValue($0) }) }),
    ]
  }

  init() {}

  init(_ json: JSONValue) {
    search = json["search"]?.stringValue
    outcome = json["outcome"]?.stringValue
    channel = json["channel"]?.stringValue.flatMap(InboundChannel.init(rawValue:))
    networkID = json["network_id"]?.intValue
    clickID = json["click_id"]?.stringValue.flatMap { ClickID($0) }
    ids = json["ids"]?.arrayValue.map { $0.compactMap { $0.stringValue.flatMap { UUIDv7($0) } } }
    let (from, to) = (Self.time(json["from"]), Self.time(json["to"]))
    if let from, let to, from <= to { period = from..<to }
  }

  private static func time(_ json: JSONValue?) -> Timestamp? { json?.stringValue.flatMap { Timestamp(rfc3339: $0) } }
}

extension PostbackFilter {
  /// From a list's query, or the same names in a body.
  init(_ page: PageRequest, settings: SettingsStore, now: Timestamp, of scope: TenantScope) async throws {
    var reader = FilterReader(page)
    search = page.q
    outcome = reader.text("outcome")
    if let outcome, !PostbackOutcome.codes.contains(outcome) {
      reader.fault("outcome", "invalid", "must be one of \(PostbackOutcome.codes.joined(separator: ", "))")
    }
    channel = reader.choice("channel")
    networkID = reader.id("network_id")
    clickID = reader.uuid("click_id")
    let days = DayFilter(&reader, zone: try await settings.all(of: scope).zone)
    reader.requireNewestFirst(page, by: "at")
    try reader.finish()
    period = try await days.period(now: now, of: scope)
  }
}
