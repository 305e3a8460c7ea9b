import Analytics
import Conversions
import Core
import Web

/// `GET /conversions`.
struct ConversionsAPI: Sendable {
  let conversions: ConversionStore
  let settings: SettingsStore
  let clock: any WallClock

  var log: ConversionLog { ConversionLog(store: conversions) }

  func register(in table: inout TrackerTable) {
    table.define("Conversion", Conversion.schema)
    table.on(
      .get, "/conversions", .read(.reports), "The conversion log, newest first", query: Self.parameters,
      answer: .object([
        .required("items", .array(.ref("Conversion"))), .required("next_cursor", .string.nullable),
        .required(
          "searched_to",
          Schema.timestamp.nullable.described(
            "How far a filter that few conversions fit was searched for; `next_cursor` goes on from there.")),
      ]), handler: list)
    registerDetail(in: &table)
  }

  static let parameters: [QueryParameter] =
    [
      QueryParameter("limit", .integer, "1 to 500; 50 by default."),
      QueryParameter("cursor", .string, "`next_cursor` of the page before."),
      QueryParameter("q", .string, "A click's id or a transaction id."),
      QueryParameter("click_id", .uuid, "Only conversions of this click."),
      QueryParameter("status", .choice(ConversionStatus.allCases.map(\.rawValue)), "Where they stand."),
      QueryParameter(
        "scheme_status", .choice(SchemeStatus.allCases.map(\.rawValue)), "Where their orders stand; status scheme."),
      QueryParameter("review", .choice(ReviewState.allCases.map(\.rawValue)), "Whether they wait for approval."),
      QueryParameter("type", .string, "sale, lead, upsell, rebill or a network's own."),
      QueryParameter("txid", .string, "Only this transaction."),
      QueryParameter("match", .choice(ClickMatch.allCases.map(\.rawValue)), "How the click was found."),
    ] + ConversionFilter.textColumns.map { QueryParameter($0, .string, "Only conversions with exactly this value.") }
    + ConversionFilter.idColumns.map { QueryParameter($0, .integer, "Only conversions with this id.") }
    + QueryParameter.days

  private func list(_ call: TrackerCall) async throws -> Reply {
    let page = try call.page
    let filter = try await filter(page, of: call)
    let found = try await log.page(filter, limit: page.limit, after: Self.cursor(page), of: call.place.scope)
    return .json(found.json { $0.shown(to: call.session) })
  }

  static func cursor(_ page: PageRequest) throws(Problem) -> ConversionID? {
    guard let text = page.cursor else { return nil }
    guard let cursor = ConversionID(text) else {
      throw .invalid("cursor", "invalid", "must be the next_cursor of a page before")
    }
    return cursor
  }

  /// For the page of the log, too.
  func filter(_ page: PageRequest, of call: TrackerCall) async throws -> ConversionFilter {
    var reader = FilterReader(page)
    var filter = ConversionFilter(
      clickID: reader.uuid("click_id"), status: reader.choice("status"),
      schemeStatus: reader.choice("scheme_status"), review: reader.choice("review"), type: reader.text("type"),
      match: reader.choice("match"), transactionID: reader.text("txid"))
    for column in ConversionFilter.textColumns {
      guard let text = reader.text(column) else { continue }
      filter.texts.append((column, column == "country" ? text.uppercased() : text))
    }
    for column in ConversionFilter.idColumns { if let id = reader.id(column) { filter.ids.append((column, id)) } }
    if let q = page.q {
      if let id = ClickID(q) { filter.clickID = id } else { filter.transactionID = q }
    }
    let days = DayFilter(&reader, zone: try await settings.all(of: call.place.scope).zone)
    reader.requireNewestFirst(page, by: "created_at")
    try reader.finish()
    filter.period = try await days.period(now: clock.now(), of: call.place.scope)
    return filter
  }
}
