import Analytics
import Core
import Licensing
import Web

/// `GET /attribution` and the journeys behind it.
struct AttributionAPI: Sendable {
  let desk: AttributionDesk

  func register(in table: inout TrackerTable) {
    table.on(
      .get, "/attribution", .read(.reports), "Revenue shared among the clicks that led to it, under every model",
      feature: Feature.attribution.rawValue, query: AttributionQuestion.parameters, answer: Self.schema
    ) { call in
      let question = try AttributionQuestion(try Self.filters(call), zone: try await zone(call))
      return .json(try await desk.findings(question, of: call.place.scope).json)
    }
    table.on(
      .get, "/attribution/journeys", .read(.reports), "Conversions with the clicks that led to them, newest first",
      feature: Feature.attribution.rawValue,
      query: [
        QueryParameter("limit", .integer, "1 to 500; 50 by default."),
        QueryParameter("cursor", .string, "`next_cursor` of the page before."),
      ] + AttributionQuestion.parameters, answer: .page(of: Self.journeySchema), handler: journeys)
  }

  private func zone(_ call: TrackerCall) async throws -> TimeZoneName {
    try await desk.settings.all(of: call.place.scope).zone
  }

  /// Parameters without a value count as absent.
  private static func filters(_ call: TrackerCall) throws(Problem) -> PageRequest {
    try PageRequest(query: call.head.queryItems.filter { !$0.value.isEmpty })
  }

  private func journeys(_ call: TrackerCall) async throws -> Reply {
    let page = try Self.filters(call)
    let question = try AttributionQuestion(page, zone: try await zone(call))
    var cursor: ConversionID?
    if let text = page.cursor {
      cursor = ConversionID(text)
      if cursor == nil { throw Problem.invalid("cursor", "invalid", "must be the next_cursor of a page before") }
    }
    let found = try await desk.journeys(question, limit: page.limit, after: cursor, of: call.place.scope)
    return .json(found.json { $0.json(question) })
  }
}

extension AttributionAPI {
  private static let credits = Schema.object(AttributionModel.allCases.map { .required($0.rawValue, .money) })
    .described("By model.")

  private static let share = Schema.number.described("Shared like revenue, to the millionth of a conversion.")

  private static let schema = Schema.object([
    .required("model", .choice(AttributionModel.allCases.map(\.rawValue))),
    .required("by", .choice(AttributionQuestion.Key.allCases.map(\.rawValue))),
    .required(
      "rows",
      .array(
        .object([
          .required("id", Schema.integer.nullable.described("Null is credit of clicks that had none.")),
          .required("name", .string.nullable),
          .required("revenue", Schema.money.described("Under the model asked for.")),
          .required("conversions", share), .required("models", credits),
          .required("journeys", Schema.integer.described("With at least one of its clicks.")),
        ]))),
    .required(
      "totals",
      .object([
        .required("revenue", Schema.money.described("To the micro that of the reports for the same range.")),
        .required("conversions", share), .required("models", credits), .required("journeys", .integer),
      ])),
    .required(
      "path_lengths",
      .array(
        .object([
          .required("touches", Schema.integer.described("10 stands for ten and more.")),
          .required("journeys", .integer), .required("revenue", .money),
        ]))),
    .required("row_count", Schema.integer.described("Of all rows, those past the thousandth too.")),
    .required("lookback_days", .integer), .required("half_life_days", .integer), .required("currency", .string),
    .required("from", .date), .required("to", .date), .required("tz", .string),
    .required("time", .choice(ReportRequest.TimeBasis.allCases.map(\.rawValue))),
  ])

  private static let journeySchema = Schema.object([
    .required("conversion_id", .uuid), .required("click_id", .uuid), .required("type", .string),
    .required("created_at", .timestamp), .required("revenue", .money),
    .required("touch_count", Schema.integer.described("Of all clicks, those between the first and the last 99 too.")),
    .required(
      "touches",
      .array(
        .object([
          .required("click_id", .uuid), .required("ts", .timestamp), .required("campaign_id", .integer),
          .required("source_id", .integer.nullable), .required("landing_id", .integer.nullable),
          .required("credit", .money),
        ]))),
  ])
}

extension AttributionDesk.Findings {
  var json: JSONValue {
    [
      "model": .string(question.model.rawValue), "by": .string(question.key.rawValue),
      "rows": .array(
        rows.map { row in
          var object: JSONObject = ["id": JSONValue(row.id), "name": JSONValue(row.name)]
          for member in row.credit.json(question.model).members { object[member.key] = member.value }
          return .object(object)
        }),
      "totals": .object(report.totals.json(question.model)),
      "path_lengths": .array(
        report.paths.sorted { $0.key < $1.key }.map { length, path in
          [
            "touches": .int(length), "journeys": .int(path.journeys),
            "revenue": JSONValue(Micros(rawValue: path.revenue)),
          ]
        }),
      "row_count": .int(report.rows.count), "lookback_days": .int(question.lookbackDays),
      "half_life_days": .int(question.halfLifeDays), "currency": JSONValue(currency),
      "from": JSONValue(window.days.from), "to": JSONValue(window.days.to), "tz": .string(question.zone.description),
      "time": .string(question.basis.rawValue),
    ]
  }
}

extension AttributionReport.Credit {
  fileprivate func json(_ model: AttributionModel) -> JSONObject {
    var models: JSONObject = [:]
    for model in AttributionModel.allCases { models[model.rawValue] = JSONValue(revenue(model)) }
    return [
      "revenue": JSONValue(revenue(model)),
      "conversions": .number(Micros(rawValue: conversions(model)).description), "models": .object(models),
      "journeys": .int(journeys),
    ]
  }
}

extension Journey {
  fileprivate func json(_ question: AttributionQuestion) -> JSONValue {
    let credits = credits(question.model, halfLife: Double(question.halfLifeDays))
    return [
      "conversion_id": JSONValue(conversion), "click_id": JSONValue(click), "type": .string(type),
      "created_at": JSONValue(at), "revenue": JSONValue(revenue), "touch_count": .int(length),
      "touches": .array(
        zip(touches, credits).map { touch, credit in
          [
            "click_id": JSONValue(touch.click), "ts": JSONValue(touch.at), "campaign_id": .int(touch.campaign),
            "source_id": JSONValue(touch.source), "landing_id": JSONValue(touch.landing), "credit": JSONValue(credit),
          ]
        }),
    ]
  }
}
