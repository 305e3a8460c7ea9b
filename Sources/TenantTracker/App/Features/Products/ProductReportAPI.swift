import Analytics
import Core
import Database
import Web

/// `GET /products/report`.
struct ProductReportAPI: Sendable {
  let engine: ReportEngine
  let settings: SettingsStore
  let clock: any WallClock
  let store = ProductReportStore()

  init(engine: ReportEngine, settings: SettingsStore, clock: any WallClock) {
    self.engine = engine
    self.settings = settings
    self.clock = clock
  }

  func register(in table: inout TrackerTable) {
    table.define("ProductSales", ProductSales.schema)
    table.on(
      .get, "/products/report", .read(.reports),
      "What was sold of each product: the lines of approved conversions, matched to the catalogue by SKU, the shop's id, "
        + "else the name",
      query: ProductReportQuestion.parameters, answer: Self.schema
    ) { call in
      .json(try await answer(call.head.queryItems, of: call.place.scope).json)
    }
  }

  /// A report with what it was asked.
  struct Report: Sendable {
    let question: ProductReportQuestion
    let window: ReportWindow
    let currency: Currency
    let answer: ProductReportStore.Answer

    fileprivate var json: JSONValue {
      var object = answer.page.json(\.json).objectValue ?? [:]
      object["totals"] = answer.totals.json
      object["currency"] = JSONValue(currency)
      object["group_by"] = .string(question.grouping.rawValue)
      object["from"] = JSONValue(window.days.from)
      object["to"] = JSONValue(window.days.to)
      object["tz"] = .string(question.zone.description)
      object["time"] = .string(question.basis.rawValue)
      return .object(object)
    }
  }

  func answer(_ items: [(name: String, value: String)], of scope: TenantScope) async throws -> Report {
    let settings = try await settings.all(of: scope)
    let question = try ProductReportQuestion(items, zone: settings.zone)
    let window = try await question.window(now: clock.now(), in: scope)
    let answer = try await store.sales(question, window, in: settings.currency, of: scope)
    return Report(question: question, window: window, currency: settings.currency, answer: answer)
  }

  /// What all approved conversions of the same days and filters bring, by the one definition of revenue.
  func revenue(_ report: Report, of scope: TenantScope) async throws -> Micros {
    let answer = try await engine.answer(report.question.totals(report.window), in: report.currency, of: scope)
    return Micros(rawValue: answer.totals[.revenue])
  }

  private static let schema = Schema.object([
    .required("items", .array(.ref("ProductSales"))), .required("next_cursor", .string.nullable),
    .required("totals", ProductSales.Totals.schema), .required("currency", .string),
    .required("group_by", .choice(ProductReportQuestion.Grouping.allCases.map(\.rawValue))), .required("from", .date),
    .required("to", .date), .required("tz", .string),
    .required("time", .choice(ReportRequest.TimeBasis.allCases.map(\.rawValue))),
  ])
}
