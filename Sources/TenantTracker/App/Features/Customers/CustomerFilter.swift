import Analytics
import Core
import Database
import Web

/// Which customers a list shows: those with an order that fits. What is said of them is of their whole life.
struct CustomerFilter: Sendable {
  enum Sort: String, Sendable, CaseIterable {
    case ltv, orders
    case lastOrder = "last_order"
    case firstOrder = "first_order"
  }

  /// A place in a list: where its last row stands.
  struct Cursor: Sendable, Hashable {
    /// Micros, orders or microseconds since 1970.
    let value: Int64
    let id: UUIDv7

    init(value: Int64, id: UUIDv7) {
      self.value = value
      self.id = id
    }

    init?(_ text: String) {
      let parts = text.split(separator: "~")
      guard parts.count == 2, let value = Int64(parts[0]), let id = UUIDv7(parts[1]) else { return nil }
      self.init(value: value, id: id)
    }

    var text: String { "\(value)~\(id)" }
  }

  /// Of an order, half-open; nil for always.
  var period: Range<Timestamp>?
  var basis = ReportRequest.TimeBasis.click
  /// `campaign_id`, `source_id` and the id asked for.
  var ids: [(column: String, id: Int64)] = []
  var minOrders: Int64 = 1
  var sort = Sort.ltv
  var isDescending = true
  var limit = 50
  var cursor: Cursor?

  static let idColumns = ["campaign_id", "source_id"]

  var isNarrow: Bool { period != nil || !ids.isEmpty }

  static func read(
    _ items: [(name: String, value: String)], zone: TimeZoneName, now: Timestamp, of scope: TenantScope
  ) async throws -> CustomerFilter {
    let page = try PageRequest(query: items)
    var reader = FilterReader(page)
    var filter = CustomerFilter()
    let days = DayFilter(&reader, zone: zone)
    filter.basis = reader.choice("time") ?? .click
    for column in idColumns { if let id = reader.id(column) { filter.ids.append((column, id)) } }
    if let text = reader.text("min_orders") {
      if let number = Int64(text), (1...1_000).contains(number) {
        filter.minOrders = number
      } else {
        reader.fault("min_orders", "range", "must be 1 to 1000")
      }
    }
    filter.limit = page.limit
    if let text = page.sort {
      if let sort = Sort(rawValue: text) {
        (filter.sort, filter.isDescending) = (sort, page.descending)
      } else {
        let choices = Sort.allCases.map(\.rawValue).joined(separator: ", ")
        reader.fault("sort", "choice", "must be one of \(choices), or one after a -")
      }
    }
    if let text = page.cursor {
      filter.cursor = Cursor(text)
      if filter.cursor == nil { reader.fault("cursor", "invalid", "must be the next_cursor of a page before") }
    }
    try reader.finish()
    filter.period = try await days.period(now: now, of: scope)
    return filter
  }

  static let parameters: [QueryParameter] =
    QueryParameter.days + [
      QueryParameter("campaign_id", .integer, "Only customers with an order from this campaign."),
      QueryParameter("source_id", .integer, "Only customers with an order from this source."),
      QueryParameter(
        "time", .choice(ReportRequest.TimeBasis.allCases.map(\.rawValue)),
        "Whether an order belongs to the day of its click (standard) or to its own."),
      QueryParameter("min_orders", .integer, "Only customers with at least so many orders; 2: who came back."),
      QueryParameter(
        "sort", .choice(Sort.allCases.flatMap { [$0.rawValue, "-\($0.rawValue)"] }), "`-ltv` is standard."),
      QueryParameter("limit", .integer, "1 to 500; 50 by default."),
      QueryParameter("cursor", .string, "`next_cursor` of the page before."),
    ]
}
