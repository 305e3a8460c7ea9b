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

  private static let parameters: [QueryParameter] =
    QueryParameter.days + [
      QueryParameter("campaign_id", .integer, "Only this campaign."),
      QueryParameter(
        "filter[country]", .string,
        "Only this country; likewise with every other grouping but times. Given twice: either. `(none)`: without one."),
      QueryParameter(
        "time", .choice(ReportRequest.TimeBasis.allCases.map(\.rawValue)),
        "Whether a conversion belongs to the day of its click (standard) or to its own."),
      QueryParameter("compare", .choice(["previous"]), "Beside it, as many days right before."),
    ]

  private static let groupedParameters: [QueryParameter] = [
    QueryParameter(
      "group_by", .string, "Out of \(Grouping.allCases.map(\.rawValue).joined(separator: ", ")), separated by commas.",
      isRequired: true),
    QueryParameter(
      "metrics", .string, "Out of \(Metric.allCases.map(\.rawValue).joined(separator: ", ")); all if absent."),
    QueryParameter("sort", .string, "A metric or grouping; a leading `-` sorts descending."),
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
    case .percent:
      .number.nullable.described("Percent (12.5 is 12.5 %), rounded half to even at four places; null for x/0.")
    }
  }

  private static let metricsSchema = Schema.object(Metric.allCases.map { .optional($0.rawValue, schema(of: $0)) })

  private static let unconvertedSchema = Schema.integer.described(
    "Clicks and conversions whose money is in a currency there is no rate for; cost and revenue lack it.")

  private static let sourceSchema = Schema.object([
    .required("kind", .choice(["raw"])), .required("watermark", .timestamp.nullable), .required("start", .timestamp),
    .required("end", .timestamp), .required("time", .choice(ReportRequest.TimeBasis.allCases.map(\.rawValue))),
  ]).described("What the numbers were computed from.")

  private static let totalsSchema = Schema.object(
    Metric.allCases.map { .required($0.rawValue, schema(of: $0)) } + [
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
          .required("format", .choice(["count", "money", "percent"]).nullable),
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
