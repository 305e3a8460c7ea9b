import Conversions
import Core
import Database
import Web

/// `/settings/currency-rates`: what currencies were worth on each day.
struct CurrencyRatesAPI: Sendable {
  let settings: SettingsStore
  let keeper: RateKeeper
  let audit: AuditLog
  let clock: any WallClock
  let store = CurrencyRateStore()

  static let path = "/settings/currency-rates"
  static let bodyLimit = 2 << 20

  init(settings: SettingsStore, keeper: RateKeeper, audit: AuditLog, clock: any WallClock) {
    self.settings = settings
    self.keeper = keeper
    self.audit = audit
    self.clock = clock
  }

  func register(in table: inout TrackerTable) {
    table.define("CurrencyRate", CurrencyRate.schema)
    table.on(
      .get, Self.path, .read(.settings), "Rates between currencies, newest first", query: Self.parameters,
      answer: .page(of: .ref("CurrencyRate"))
    ) { .json(try await page($0).json(\.json)) }
    table.on(
      .post, Self.path, .write(.settings), "Enter a rate; it replaces that of the same day and currencies",
      body: .json(Self.entrySchema), answer: .ref("CurrencyRate"), status: 201, creates: true
    ) { call in
      let rate = try await enter(call.fields(), by: call)
      return .created(rate.json, location: "/admin/api\(Self.path)/\(rate.cursor)")
    }
    table.on(
      .delete, "\(Self.path)/{rate}", .write(.settings), "Remove a rate: `2026-11-20_EUR_USD`", status: 204
    ) { call in
      _ = try await remove(by: call)
      return .noContent
    }
    table.on(
      .post, "\(Self.path)/import", .write(.settings),
      "Enter many rates: all of them, or none where a line can't be read",
      body: .json(
        .object([
          .required(
            "text",
            .string.described("A date, base, currency and rate a line, at most \(RateLines.lineLimit) lines."))
        ])), answer: Self.countSchema, bodyLimit: Self.bodyLimit
    ) { .json(["saved": .int(try await importLines($0.fields(), by: $0))]) }
    table.on(
      .post, "\(Self.path)/fetch", .write(.settings), "Get the European Central Bank's rates now",
      answer: Self.countSchema
    ) { .json(["saved": .int(try await fetch(by: $0))]) }
    table.on(
      .get, "\(Self.path)/source", .read(.settings), "Whether rates come by themselves", answer: Self.sourceSchema
    ) { .json(try await RateSource.load(of: $0.place.scope).json) }
    table.on(
      .patch, "\(Self.path)/source", .write(.settings), "Have rates come by themselves, or not",
      body: .json(Self.sourceSchema), answer: Self.sourceSchema
    ) { .json(try await changeSource($0.fields(), by: $0).json) }
    table.on(
      .get, "\(Self.path)/missing", .read(.settings), "Conversions whose day has no rate, by currency",
      answer: .object([
        .required(
          "items",
          .array(
            .object([
              .required("currency", .string), .required("conversions", .integer), .required("since", .timestamp),
            ])))
      ])
    ) { call in
      let missing = try await store.missing(of: call.place.scope)
      return .json([
        "items": .array(
          missing.map {
            ["currency": JSONValue($0.currency), "conversions": .int($0.conversions), "since": JSONValue($0.since)]
          })
      ])
    }
  }

  private static let parameters: [QueryParameter] = [
    QueryParameter("limit", .integer, "1 to 500; 50 by default."),
    QueryParameter("cursor", .string, "`next_cursor` of the page before."),
    QueryParameter("date", .date, "Only rates of this day."),
    QueryParameter("currency", .string, "Only rates from or to this currency."),
  ]
  private static let entrySchema = Schema.object([
    .required("date", .date), .required("base", .string), .required("currency", .string),
    .required("rate", Schema.string.described("How much of `currency` a unit of `base` was worth.")),
  ])
  private static let countSchema = Schema.object([.required("saved", .integer.described("New or changed ones."))])
  private static let sourceSchema = Schema.object([
    .required("ecb", .boolean.described("The European Central Bank's, once a day."))
  ])

  func page(_ call: TrackerCall) async throws -> Page<CurrencyRate> {
    let request = try call.page
    var reader = FilterReader(request)
    let (date, code) = (reader.text("date"), reader.text("currency"))
    try reader.finish()
    var filter = CurrencyRateStore.Filter()
    if let date {
      guard let day = LocalDate(date) else { throw Problem.invalid("date", "date", "must be a date") }
      filter.day = day
    }
    if let code {
      guard let currency = Currency(code) else { throw Problem.invalid("currency", "currency", "must be a currency") }
      filter.currency = currency
    }
    let cursor = try request.cursor.map { text in
      guard let key = CurrencyRate.Key(text) else {
        throw Problem.invalid("cursor", "invalid", "must be the next_cursor of a page before")
      }
      return key
    }
    return try await store.page(filter, limit: request.limit, after: cursor, of: call.place.scope)
  }

  func enter(_ fields: FieldReader, by call: TrackerCall) async throws -> CurrencyRate {
    var fields = fields
    let day = fields.string("date", length: 10...10).flatMap { LocalDate($0) }
    if day == nil, fields.faults.isEmpty { fields.fault("date", "date", "must be a date such as 2026-11-20") }
    if let day, day > clock.now().rateDay.adding(days: 1) {
      fields.fault("date", "future", "must not be in the future")
    }
    let (base, currency) = (fields.currency("base"), fields.currency("currency"))
    if base != nil, base == currency { fields.fault("currency", "same", "must be another currency than the base") }
    let text = fields.value("rate").flatMap { $0.stringValue ?? $0.literal }
    let rate = text.flatMap { ExchangeRate($0.trimmed) }
    if rate == nil { fields.fault("rate", "rate", "must be a decimal above 0 and below a million, such as 1.0825") }
    try fields.finish()
    guard let day, let base, let currency, let rate else { throw Problem.internalError() }
    let quote = RateQuote(day: day, base: base, currency: currency, rate: rate)
    let saved = CurrencyRate(quote: quote, origin: .manual, updatedAt: clock.now())
    _ = try await save([quote], .manual, audited: "currency.rate", after: saved.json, by: call)
    return saved
  }

  func importLines(_ fields: FieldReader, by call: TrackerCall) async throws -> Int {
    var fields = fields
    let text = fields.string("text", length: 1...Self.bodyLimit, trim: false)
    try fields.finish()
    let lines = RateLines(text ?? "")
    if let fault = lines.faults.first { throw Problem.validation([fault] + lines.faults.dropFirst()) }
    guard !lines.quotes.isEmpty else { throw Problem.invalid("text", "required", "must have a rate") }
    guard lines.quotes.count <= RateLines.lineLimit else {
      throw Problem.invalid("text", "length", "may have \(RateLines.lineLimit) lines")
    }
    return try await save(
      lines.quotes, .csv, audited: "currency.import", after: ["rates": .int(lines.quotes.count)], by: call)
  }

  func fetch(by call: TrackerCall) async throws -> Int {
    let scope = call.place.scope
    let count: Int
    do {
      count = try await keeper.fetch(into: scope)
    } catch let fault as ECBClient.Fault {
      throw Problem.unavailable("No rates: \(fault).", retryAfter: 60)
    }
    try await audit.append(
      AuditLog.Entry(
        actor: call.session.auditName, action: "currency.fetch", subject: "settings", after: ["rates": .int(count)],
        address: call.clientAddress),
      to: scope)
    keeper.ratesChanged(of: scope.tenantID)
    return count
  }

  func changeSource(_ fields: FieldReader, by call: TrackerCall) async throws -> RateSource {
    var fields = fields
    let wants = fields.optionalBool("ecb") ?? nil
    if wants == nil { fields.fault("ecb", "required", "is required") }
    try fields.finish()
    let scope = call.place.scope
    let source = RateSource(usesECB: wants ?? false)
    try await scope.transaction { connection in
      try await settings.set(source.stored, at: clock.now(), of: scope, in: connection)
      try await audit.append("currency.source", "settings", after: source.json, by: call, in: connection)
    }
    return source
  }

  func remove(by call: TrackerCall) async throws -> CurrencyRate.Key {
    guard let key = CurrencyRate.Key(call.parameter("rate")) else { throw Problem.notFound("rate") }
    let scope = call.place.scope
    try await scope.transaction { connection in
      guard try await store.remove(key, in: connection, schema: scope.schema) else { throw Problem.notFound("rate") }
      try await audit.append(
        "currency.remove", "settings", before: .string(call.parameter("rate")), by: call, in: connection)
    }
    return key
  }

  private func save(
    _ quotes: [RateQuote], _ origin: CurrencyRate.Origin, audited action: String, after: JSONValue,
    by call: TrackerCall
  ) async throws -> Int {
    let scope = call.place.scope
    let count = try await scope.transaction { connection in
      let count = try await store.save(quotes, origin, at: clock.now(), in: connection, schema: scope.schema)
      try await audit.append(action, "settings", after: after, by: call, in: connection)
      return count
    }
    keeper.ratesChanged(of: scope.tenantID)
    return count
  }
}

extension JSONValue {
  /// A number as it was written.
  fileprivate var literal: String? { if case .number(let text) = self { text } else { nil } }
}
