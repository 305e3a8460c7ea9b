import Analytics
import Core
import Web

/// `GET /stats` and `GET /stats/grouped`.
struct StatsAPI: Sendable {
  let engine: ReportEngine
  let settings: SettingsStore

  func register(in table: inout TrackerTable) {
    table.define("Metrics", Self.metricsSchema)
    table.on(
      .get, "/stats", .read(.reports), "Key figures of a range", query: Self.parameters, answer: Self.totalsSchema
    ) { call in
      .json(try await answer(.totals, call).totalsJSON)
    }
    table.on(
      .get, "/stats/grouped", .read(.reports), "A report by one or more groupings",
      query: Self.groupedParameters + Self.parameters, answer: Self.groupedSchema
    ) { call in
      .json(try await answer(.grouped, call).json)
    }
  }

  private func answer(_ form: ReportRequest.Form, _ call: TrackerCall) async throws -> ReportAnswer {
    let settings = try await settings.all(of: call.place.scope)
    let request = try ReportRequest(query: call.head.queryItems, form: form, zone: settings.zone)
    return try await engine.answer(request, in: settings.currency, of: call.place.scope)
  }

  private static func names<T: RawRepresentable>(_ cases: [T]) -> String where T.RawValue == String {
    cases.map(\.rawValue).joined(separator: ", ")
  }

  private static let parameters: [QueryParameter] =
    QueryParameter.days + [
      QueryParameter("campaign_id", .integer, "Only this campaign."),
      QueryParameter(
        "filter[country]", .string,
        "Only this country; likewise with every other grouping but times. Given twice: either. `(none)`: without one."),
      QueryParameter(
        "time", .choice(ReportRequest.TimeBasis.allCases.map(\.rawValue)),
        "Whether a conversion belongs to the day of its click (standard) or to its own."),
      QueryParameter(
        "metrics", .string,
        "Out of \(names(Metric.allCases)), separated by commas. If absent, `/stats` has all, a grouped report the first \(Metric.standard.count)."
      ),
      QueryParameter(
        "not[country]", .string, "Without this country; likewise as with `filter`. Given twice: without both."),
      QueryParameter("like[sub1]", .string, "Only with this in it, in any case; for groupings that are texts."),
      QueryParameter(
        "compare", .choice(ReportComparison.allCases.map(\.rawValue)),
        "Beside it, as many days right before, or the same days a day, a week or a year before."),
      QueryParameter(
        "compare_until", .choice(["now"]),
        "While the last day is not over: only as much of the days before, up to this time of the day."),
      QueryParameter(
        "currency", .string, "Of all money; yours if absent. Each amount is converted with its day's rate."),
    ]

  private static let groupedParameters: [QueryParameter] = [
    QueryParameter(
      "group_by", .string, "Out of \(names(Grouping.allCases)), separated by commas.",
      isRequired: true),
    QueryParameter("sort", .string, "A metric or grouping; a leading `-` sorts descending."),
    QueryParameter(
      "min[clicks]", .string,
      "Only groups with at least so many; likewise `max[...]` and every other metric. Totals stay those of all groups."),
    QueryParameter("offset", .integer, "Rows to leave out before the first."),
    QueryParameter(
      "limit", .integer, "Rows at most: 1 to \(ReportRequest.mostRows), \(ReportRequest.standardRows) if absent."),
  ]
}

extension StatsAPI {
  private static func schema(of metric: Metric) -> Schema {
    switch metric.format {
    case .count: .integer
    case .money:
      metric.isRatio ? .money.nullable.described("Rounded half to even at six places; null for x/0.") : .money
    case .ratio: .number.nullable.described("Rounded half to even at four places; null for x/0.")
    case .percent:
      .number.nullable.described("Percent (12.5 is 12.5 %), rounded half to even at four places; null for x/0.")
    }
  }

  private static let metricsSchema = Schema.object(Metric.allCases.map { .optional($0.rawValue, schema(of: $0)) })

  private static let unconvertedSchema = Schema.integer.described(
    "Clicks and conversions whose money is in a currency there is no rate for; cost and revenue lack it.")

  private static let sourceSchema = Schema.object([
    .required("kind", .choice(["raw", "rollup", "mixed"])),
    .required("watermark", Schema.timestamp.nullable.described("Up to when rollups are complete; null without any.")),
    .required("start", .timestamp),
    .required("end", .timestamp), .required("time", .choice(ReportRequest.TimeBasis.allCases.map(\.rawValue))),
    .required(
      "parts",
      .array(
        .object([
          .required("from", .choice(["days", "hours", "raw"])), .required("start", .timestamp),
          .required("end", .timestamp), .optional("partitions", .array(.string)),
        ]))),
  ]).described("What the numbers were computed from.")

  private static let totalsSchema = Schema.object(
    Metric.allCases.map { .optional($0.rawValue, schema(of: $0)) } + [
      .required("currency", .string), .required("unconverted", unconvertedSchema),
      .required("previous", Schema.ref("Metrics").nullable), .required("from", .date),
      .required("to", .date), .required("tz", .string), .required("source", sourceSchema),
    ])

  private static let groupedSchema = Schema.object([
    .required(
      "columns",
      .array(
        .object([
          .required("name", .string), .required("label", .string), .required("kind", .choice(["key", "metric"])),
          .required("format", .choice(["count", "money", "percent", "ratio"]).nullable),
        ]))),
    .required(
      "rows",
      .array(
        .object([
          .required("keys", Schema.map(.any).described("By grouping; ids and weekdays also have `<grouping>_name`.")),
          .required("metrics", .ref("Metrics")), .required("previous", Schema.ref("Metrics").nullable),
        ]))),
    .required("totals", .ref("Metrics")), .required("previous_totals", Schema.ref("Metrics").nullable),
    .required("currency", .string), .required("unconverted", unconvertedSchema), .required("from", .date),
    .required("to", .date), .required("tz", .string),
    .required("group_count", Schema.integer.described("Of all groups, those past the limit too.")),
    .required("source", sourceSchema),
  ])
}
