import Analytics
import ClickPath
import Core
import Web

/// `GET /clicks` and `GET /clicks/{id}`: the click log.
struct ClicksAPI: Sendable {
  let clicks: ClickStore
  let conversions: ConversionStore
  let settings: SettingsStore
  let tail: ClickTail
  let clock: any WallClock

  func register(in table: inout TrackerTable) {
    table.define("Click", ClickEvent.schema)
    table.on(
      .get, "/clicks", .read(.reports), "The click log, newest first", query: Self.parameters,
      answer: .object([
        .required("items", .array(.ref("Click"))), .required("next_cursor", .string.nullable),
        .required(
          "searched_to",
          Schema.timestamp.nullable.described(
            "How far a filter that few clicks fit was searched for; `next_cursor` goes on from there.")),
      ]), handler: list)
    table.on(
      .get, "/clicks/{id}", .read(.reports), "A click with its trace and its conversions",
      answer: Schema(json: [
        "allOf": [
          Schema.ref("Click").json,
          Schema.object([
            .required("conversions", .array(.ref("Conversion"))),
            .required("steps", .array(.any).described("How far the visitor came on a local landing.")),
            .required("denials", .array(.any).described("What gave a spy away in the browser.")),
          ]).json,
        ]
      ]), handler: show)
  }

  private static let parameters: [QueryParameter] =
    [
      QueryParameter("limit", .integer, "1 to 500; 50 by default."),
      QueryParameter("cursor", .string, "`next_cursor` of the page before."),
      QueryParameter("sort", .choice(["ts", "-ts"]), "`-ts`, the newest first, is standard."),
      QueryParameter("q", .string, "A click's id, or the traffic source's id of it."),
      QueryParameter("status", .choice(ClickStatus.allCases.map(\.rawValue)), "How the hit ended."),
    ]
    + ClickFilter.idColumns.map { QueryParameter($0, .integer, "Only clicks with this id.") }
    + ClickFilter.textColumns.map { QueryParameter($0, .string, "Only clicks with exactly this value.") }
    + [
      QueryParameter("ip", .string, "Only clicks from this address."),
      QueryParameter("unique", .boolean, "Only visitors' first clicks in a campaign, or only later ones."),
    ] + QueryParameter.days

  private func list(_ call: TrackerCall) async throws -> Reply {
    let scope = call.place.scope
    let page = try call.page
    let filter = try await filter(page, of: call)
    var cursor: ClickID?
    if let text = page.cursor {
      cursor = ClickID(text)
      if cursor == nil { throw Problem.invalid("cursor", "invalid", "must be the next_cursor of a page before") }
    }
    let found = try await clicks.page(filter, limit: page.limit, after: cursor, of: scope)
    return .json(found.json)
  }

  /// For the page of the log, too.
  func filter(_ page: PageRequest, of call: TrackerCall) async throws -> ClickFilter {
    var reader = FilterReader(page)
    var filter = ClickFilter(search: page.q, status: reader.choice("status"), address: reader.address("ip"))
    filter.isUnique = reader.flag("unique")
    for column in ClickFilter.idColumns { if let id = reader.id(column) { filter.ids.append((column, id)) } }
    for column in ClickFilter.textColumns { if let text = reader.text(column) { filter.texts.append((column, text)) } }
    let days = DayFilter(&reader, zone: try await settings.all(of: call.place.scope).zone)
    if let sort = page.sort, !["ts", "id"].contains(sort) {
      reader.fault("sort", "choice", "must be ts or -ts")
    }
    filter.isOldestFirst = page.sort != nil && !page.descending
    try reader.finish()
    filter.period = try await days.period(now: clock.now(), of: call.place.scope)
    return filter
  }

  private func show(_ call: TrackerCall) async throws -> Reply {
    let id = try call.uuid()
    guard let click = try await find(id, in: call.place) else { throw Problem.notFound("click") }
    var object = click.jsonFields
    object["conversions"] = .array(
      try await conversions.list(ofClick: id, of: call.place.scope).map { $0.shown(to: call.session).json })
    object["steps"] = .array(try await ClickStepStore().steps(of: id, call.place.scope).map(\.json))
    object["denials"] = .array(try await ClickStepStore().denials(of: id, call.place.scope))
    return .json(.object(object))
  }

  /// A click of the last seconds may still be on its way to the database.
  func find(_ id: ClickID, in place: TrackerPlace) async throws -> ClickEvent? {
    if let click = tail.find(id), click.tenantID == place.tenant.id { return click }
    return try await clicks.find(id, of: place.scope)
  }
}

extension QueryParameter {
  /// What every log and report takes to choose its days.
  static let days = [
    QueryParameter("from", .date, "The first local day."),
    QueryParameter("to", .date, "The last local day, included."),
    QueryParameter("tz", .string, "IANA time zone of the days; the tenant's if absent."),
  ]
}

extension TenantSettings {
  var zone: TimeZoneName { TimeZoneName(timeZone) ?? .utc }
}
