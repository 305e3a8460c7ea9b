import Analytics
import Core
import Database
import Web

/// Whose way a funnel shows: of the clicks of some days, narrowed down.
struct FunnelQuestion: Sendable {
  var from: LocalDate?
  var to: LocalDate?
  var zone: TimeZoneName
  /// `campaign_id` ... and the id asked for.
  var ids: [(column: String, id: Int64)] = []
  var texts: [(column: String, value: String)] = []

  init(zone: TimeZoneName) { self.zone = zone }

  /// - Throws: 422 with every fault.
  init(_ call: TrackerCall, idColumns: [String], zone standardZone: TimeZoneName) throws(Problem) {
    var reader = FilterReader(try PageRequest(query: call.head.queryItems.filter { !$0.value.isEmpty }))
    let days = DayFilter(&reader, zone: standardZone)
    (from, to, zone) = (days.from, days.to, days.zone)
    for column in idColumns {
      if let id = reader.id(column) { ids.append((column, id)) }
    }
    for column in ["country", "device"] {
      if let value = reader.text(column) { texts.append((column, value)) }
    }
    try reader.finish()
  }

  static func parameters(_ idColumns: [String]) -> [QueryParameter] {
    QueryParameter.days
      + idColumns.map { QueryParameter($0, .integer, "Only clicks with this one.") }
      + [
        QueryParameter("country", .string, "Only clicks from this country."),
        QueryParameter("device", .string, "Only clicks from this kind of device."),
      ]
  }

  func window(now: Timestamp, in scope: TenantScope) async throws -> ReportWindow {
    try await ReportWindow.find(from: from, to: to, zone: zone, now: now, in: scope)
  }

  /// Of `clicks` under the name `c`. A funnel is of what counts as a click, by the day the click came.
  func conditions(_ window: ReportWindow) -> SQL {
    let (start, end) = (max(window.start, Timestamp(seconds: 0)), max(window.end, Timestamp(seconds: 0)))
    var conditions: [SQL] = ["c.ts >= \(start) AND c.ts < \(end) AND c.status = 'ok'"]
    conditions += ids.map { "c.\(identifier: $0.column) = \($0.id)" }
    conditions += texts.map { "c.\(identifier: $0.column) = \($0.value)" }
    return SQL.joined(conditions, separator: " AND ")
  }

  /// The same days as ids of clicks: half-open.
  static func ids(_ window: ReportWindow) -> (first: ClickID, end: ClickID) {
    let id = { (time: Timestamp) in ClickID(high: UInt64(max(0, time.milliseconds)) << 16, low: 0) }
    return (id(window.start), id(window.end))
  }
}
