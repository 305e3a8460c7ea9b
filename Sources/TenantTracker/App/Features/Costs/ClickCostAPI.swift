import Analytics
import ClickPath
import Core
import Database
import Web

/// `POST /clicks/{id}/cost` and `POST /clicks/cost`: what clicks cost, entered by hand. Conversions' costs stay.
struct ClickCostAPI: Sendable {
  let clicks: ClicksAPI
  let settings: SettingsStore
  let audit: AuditLog
  let clock: any WallClock
  let store = CostChangeStore()

  static let bodyLimit = 5 << 20
  /// How long a request goes on with a change before it leaves the rest to the keeper.
  private static let patience = Duration.seconds(15)

  init(clicks: ClicksAPI, settings: SettingsStore, audit: AuditLog, clock: any WallClock) {
    self.clicks = clicks
    self.settings = settings
    self.audit = audit
    self.clock = clock
  }

  func register(in table: inout TrackerTable) {
    table.define("CostChange", CostChange.schema)
    table.on(
      .post, "/clicks/{id}/cost", .write(.reports), "Set what a click cost, in your currency",
      body: .json(.object([.required("cost", .money), .optional("currency", .string)])),
      answer: .object([
        .required("id", .uuid), .required("cost", .money), .required("currency", .string),
        .required("before", .object([.required("cost", .money), .required("currency", .string)])),
      ])
    ) { .json(try await setOne($0.fields(), by: $0)) }
    table.on(
      .post, "/clicks/cost", .write(.reports),
      "Set what many clicks cost; with `preview` only tell what that would change", body: .json(Self.requestSchema),
      answer: .oneOf([.ref("CostChange"), Self.effectSchema]), bodyLimit: Self.bodyLimit
    ) { call in
      var fields = try call.fields()
      let isPreview = fields.bool("preview", default: false)
      let (request, currency) = try await read(&fields, call)
      if isPreview { return .json(try await store.effect(request, in: currency, of: call.place.scope).json(currency)) }
      let change = try await apply(request, currency, by: call)
      return .json(change.json, status: change.isOpen ? 202 : 200)
    }
    table.on(
      .get, "/clicks/cost/changes", .read(.reports), "Changes of many clicks' costs, newest first",
      answer: .object([.required("items", .array(.ref("CostChange")))])
    ) { .json(["items": .array(try await store.recent(50, of: $0.place.scope).map(\.json))]) }
    table.on(
      .get, "/clicks/cost/changes/{id}", .read(.reports), "How far a change of costs is", answer: .ref("CostChange")
    ) { .json(try await find($0).json) }
    table.on(
      .post, "/clicks/cost/changes/{id}/undo", .write(.reports),
      "Give clicks back the costs they had, unless those were changed again", answer: .ref("CostChange")
    ) { .json(try await undo(by: $0).json) }
  }

  private static let requestSchema = Schema.object(
    [
      .optional("preview", .boolean.described("Change nothing.")), .optional("campaign_id", .integer.nullable),
      .optional("source_id", .integer.nullable), .optional("from", .date.nullable.described("The first local day.")),
      .optional("to", .date.nullable.described("The last local day, included; today if absent.")),
      .optional("tz", .string.nullable.described("IANA time zone of the days; the tenant's if absent.")),
      .optional("mode", Schema.choice(CostRequest.Mode.allCases.map(\.rawValue)).nullable),
      .optional(
        "cost", Schema.money.nullable.described("Of each click, or with mode `total` of all of them together.")),
      .optional("currency", .string.nullable.described("Yours, as reports are in it.")),
      .optional(
        "csv",
        .string.nullable.described(
          "A click's id, or the source's id of it, and its cost a line, at most \(CostRequest.lineLimit).")),
    ] + SubIDs.numbers.map { .optional("sub\($0)", .string.nullable) })

  private static let effectSchema = Schema.object([
    .required("clicks", .integer), .required("unmatched", .integer.described("Lines that name no click.")),
    .required("before", .money), .required("after", .money), .required("currency", .string),
  ])

  /// The request and the currency it is in.
  func read(_ fields: inout FieldReader, _ call: TrackerCall) async throws -> (CostRequest, Currency) {
    let scope = call.place.scope
    let settings = try await settings.all(of: scope)
    Self.check(fields.optionalCurrency("currency") ?? nil, is: settings.currency, &fields)
    let request = try await CostRequest.read(&fields, zone: settings.zone, now: clock.now(), in: scope)
    return (request, settings.currency)
  }

  private static func check(_ named: Currency?, is currency: Currency, _ fields: inout FieldReader) {
    guard let named, named != currency else { return }
    fields.fault("currency", "currency", "must be \(currency), the currency of your reports")
  }

  func setOne(_ fields: FieldReader, by call: TrackerCall) async throws -> JSONValue {
    let (id, scope) = (try call.uuid(), call.place.scope)
    var fields = fields
    let currency = try await settings.all(of: scope).currency
    let cost = fields.micros("cost")
    Self.check(fields.optionalCurrency("currency") ?? nil, is: currency, &fields)
    try fields.finish()
    guard let cost else { throw Problem.internalError() }
    let before = try await scope.transaction { connection -> JSONValue? in
      guard
        let before = try await store.setCost(cost, currency, of: id, in: connection, schema: scope.schema)
      else { return nil }
      let was: JSONValue = ["cost": JSONValue(before.cost), "currency": JSONValue(before.currency)]
      try await audit.append(
        "click.cost", "click:\(id)", before: was, after: ["cost": JSONValue(cost), "currency": JSONValue(currency)],
        by: call, in: connection)
      return was
    }
    guard let before else {
      guard try await clicks.find(id, in: call.place) != nil else { throw Problem.notFound("click") }
      throw Problem.unavailable("The click is on its way into the database. Try again in a moment.", retryAfter: 2)
    }
    return ["id": JSONValue(id), "cost": JSONValue(cost), "currency": JSONValue(currency), "before": before]
  }

  /// Begins the change and carries it out as far as a request may take.
  func apply(_ request: CostRequest, _ currency: Currency, by call: TrackerCall) async throws -> CostChange {
    let (scope, now) = (call.place.scope, clock.now())
    let effect = try await store.effect(request, in: currency, of: scope)
    guard effect.clicks > 0 else { throw Problem.conflict("No click fits: nothing was changed.") }
    guard effect.clicks <= CostRequest.clickLimit else {
      throw Problem.conflict(
        "That are \(effect.clicks) clicks; at most \(CostRequest.clickLimit) can be changed at once.")
    }
    let change = try await unlessBusy(scope) { connection in
      let change = try await store.begin(
        request, id: UUIDv7(at: now), in: currency, by: call.session.auditName, at: now, in: connection,
        schema: scope.schema)
      guard let change else { throw Problem.conflict("No click fits: nothing was changed.") }
      try await audit.append(
        "clicks.cost", "cost:\(change.id)",
        before: ["cost": JSONValue(change.before), "currency": JSONValue(currency)],
        after: ["cost": JSONValue(change.after), "clicks": .int(change.clicks), "request": request.json], by: call,
        in: connection)
      return change
    }
    return try await carryOut(change, in: scope)
  }

  func undo(by call: TrackerCall) async throws -> CostChange {
    let (change, scope) = (try await find(call), call.place.scope)
    try await unlessBusy(scope) { connection in
      guard try await store.beginUndo(change.id, at: clock.now(), in: connection, schema: scope.schema) else {
        throw Problem.conflict("Only a finished change of the last 30 days can be undone.")
      }
      try await audit.append(
        "clicks.cost.undo", "cost:\(change.id)", before: ["cost": JSONValue(change.after)],
        after: ["cost": JSONValue(change.before)], by: call, in: connection)
    }
    return try await carryOut(change, in: scope)
  }

  /// A transaction that begins a change.
  private func unlessBusy<Answer: Sendable>(
    _ scope: TenantScope, _ body: (Connection) async throws -> Answer
  ) async throws -> Answer {
    do {
      return try await scope.transaction { try await body($0) }
    } catch is CostChangeStore.Busy {
      throw Problem.conflict("Costs are being changed right now. Try again once that has ended.")
    }
  }

  private func carryOut(_ change: CostChange, in scope: TenantScope) async throws -> CostChange {
    let end = ContinuousClock.now + Self.patience
    while try await store.step(change.id, at: clock.now(), in: scope), ContinuousClock.now < end {}
    return try await store.find(change.id, in: scope, schema: scope.schema) ?? change
  }

  func find(_ call: TrackerCall) async throws -> CostChange {
    let scope = call.place.scope
    guard let change = try await store.find(call.uuid(), in: scope, schema: scope.schema) else {
      throw Problem.notFound("change")
    }
    return change
  }
}
