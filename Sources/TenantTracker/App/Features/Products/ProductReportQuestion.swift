import Analytics
import Core
import Database
import Web

/// What a product report is asked.
struct ProductReportQuestion: Sendable {
  enum Grouping: String, Sendable, CaseIterable { case product, category }
  enum Sort: String, Sendable, CaseIterable { case revenue, units, orders, name }

  var from: LocalDate?
  var to: LocalDate?
  var zone: TimeZoneName
  /// Which time puts an order into a day.
  var basis: ReportRequest.TimeBasis
  /// `campaign_id` ... and the id asked for.
  var ids: [(column: String, id: Int64)] = []
  var category: String?
  var grouping: Grouping
  var sort = Sort.revenue
  var isDescending = true
  var limit: Int
  /// Rows before these.
  var offset = 0

  static let idColumns = ["campaign_id", "offer_id", "source_id"]
  private static let mostOffset = 1_000_000

  /// - Throws: 422 with every fault.
  init(_ items: [(name: String, value: String)], zone standardZone: TimeZoneName) throws(Problem) {
    let page = try PageRequest(query: items)
    var reader = FilterReader(page)
    let days = DayFilter(&reader, zone: standardZone)
    (from, to, zone) = (days.from, days.to, days.zone)
    basis = reader.choice("time") ?? .click
    grouping = reader.choice("group_by") ?? .product
    category = reader.text("category")
    limit = page.limit
    for column in Self.idColumns { if let id = reader.id(column) { ids.append((column, id)) } }
    if let text = page.sort {
      if let sort = Sort(rawValue: text) {
        (self.sort, isDescending) = (sort, page.descending)
      } else {
        reader.fault(
          "sort", "choice", "must be \(Sort.allCases.map(\.rawValue).joined(separator: ", ")), or one after a -")
      }
    }
    if let cursor = page.cursor {
      if let number = Int(cursor), (0...Self.mostOffset).contains(number) {
        offset = number
      } else {
        reader.fault("cursor", "invalid", "must be the next_cursor of a page before")
      }
    }
    try reader.finish()
  }

  func window(now: Timestamp, in scope: TenantScope) async throws -> ReportWindow {
    try await ReportWindow.find(from: from, to: to, zone: zone, now: now, in: scope)
  }

  /// The same days and filters asked of the report engine.
  func totals(_ window: ReportWindow) throws -> ReportRequest {
    let items = [
      (name: "from", value: window.days.from.description), ("to", window.days.to.description),
      ("tz", zone.description), ("time", basis.rawValue),
    ]
    let filters = ids.map { (name: "filter[\($0.column.dropLast(3))]", value: "\($0.id)") }
    var request = try ReportRequest(query: items + filters, form: .totals, zone: zone)
    request.metrics = [.revenue]
    return request
  }

  static let parameters: [QueryParameter] =
    QueryParameter.days + idColumns.map { QueryParameter($0, .integer, "Only orders with this id.") } + [
      QueryParameter("category", .string, "Only products of this category."),
      QueryParameter(
        "time", .choice(ReportRequest.TimeBasis.allCases.map(\.rawValue)),
        "Whether an order belongs to the day of its click (standard) or to its own."),
      QueryParameter("group_by", .choice(Grouping.allCases.map(\.rawValue)), "`product` is standard."),
      QueryParameter(
        "sort", .choice(Sort.allCases.flatMap { [$0.rawValue, "-\($0.rawValue)"] }), "`-revenue` is standard."),
      QueryParameter("limit", .integer, "1 to 500; 50 by default."),
      QueryParameter("cursor", .string, "`next_cursor` of the page before."),
    ]
}
