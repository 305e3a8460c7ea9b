import Conversions
import Core
import Database
import Web

/// `/payouts`: publishers' statements; `/publishers/{id}/payouts` makes them by hand.
struct StatementsAPI: Sendable {
  let desk: StatementDesk

  static let path = "/payouts"
  /// Lines read at a time for an export.
  private static let step = 1_000

  var statements: StatementStore { desk.statements }

  func register(in table: inout TrackerTable) {
    table.define("PayoutStatement", Statement.schema)
    table.define("PayoutLine", StatementLine.schema)
    table.on(
      .get, Self.path, .read(.networks), "Publishers' statements, newest first",
      query: PageRequest.parameters.filter { $0.name != "q" } + [
        QueryParameter("publisher_id", .integer, "Only this publisher's."),
        QueryParameter("state", .choice(Statement.State.allCases.map(\.rawValue)), "Only those that stand so."),
      ],
      answer: .page(of: .ref("PayoutStatement"))
    ) { .json(try await page($0).json(\.json)) }
    table.on(
      .get, "\(Self.path)/{id}", .read(.networks), "Show: statement, a draft as it would be if it were locked now",
      answer: .ref("PayoutStatement")
    ) { call in
      let (statement, totals) = try await show(call.id(), of: call.place.scope)
      return .json(.object(statement.fields(totals)))
    }
    table.on(
      .get, "\(Self.path)/{id}/lines", .read(.networks), "A statement's lines, in order",
      query: [
        QueryParameter("limit", .integer, "1 to 500; 50 by default."),
        QueryParameter("cursor", .string, "`next_cursor` of the page before."),
      ], answer: .page(of: .ref("PayoutLine"))
    ) { .json(try await lines($0).json(\.json)) }
    table.on(
      .get, "\(Self.path)/{id}/export", .read(.networks), "A statement as a file",
      query: [
        QueryParameter("format", .choice(StatementExport.Format.allCases.map(\.rawValue)), "csv unless given.")
      ], answer: .any, handler: export)
    table.on(
      .post, "\(Self.path)/{id}/lock", .write(.networks), "Make a statement final; those before it must be",
      answer: .ref("PayoutStatement")
    ) { .json(try await desk.lock($0.id(), by: desk.actor($0), of: $0.place.scope).json) }
    table.on(
      .post, "\(Self.path)/{id}/pay", .write(.networks), "Note that a locked statement was paid",
      body: .json(.object([.required("reference", Schema.string.described("Of the transfer."))])),
      answer: .ref("PayoutStatement")
    ) { .json(try await pay($0.fields(), by: $0).json) }
    table.on(
      .post, "/publishers/{id}/payouts", .write(.networks),
      "Make the statements of all periods that are over; with `to`, end a period by hand with that day",
      body: .json(
        .object([.optional("to", Schema.date.described("A local day, included; today ends at this moment."))])),
      answer: .object([.required("items", .array(.ref("PayoutStatement")))])
    ) { .json(["items": .array(try await close($0.fields(), by: $0).map(\.json))]) }
  }

  func page(_ call: TrackerCall) async throws -> Page<Statement> {
    let request = try call.page.checkedForIDs()
    var reader = FilterReader(request)
    let filter = StatementStore.Filter(publisherID: reader.id("publisher_id"), state: reader.choice("state"))
    try reader.finish()
    return try await statements.page(request, filter, of: call.place.scope)
  }

  func find(_ id: Int64, of scope: TenantScope) async throws -> Statement {
    guard let statement = try await statements.find(id, in: scope, schema: scope.schema) else {
      throw Problem.notFound("statement")
    }
    return statement
  }

  /// With totals, a draft's as they stand.
  func show(_ id: Int64, of scope: TenantScope) async throws -> (statement: Statement, totals: Statement.Totals) {
    let statement = try await find(id, of: scope)
    if let totals = statement.totals { return (statement, totals) }
    let draft = try await statements.draft(of: statement, in: scope, schema: scope.schema)
    return (statement, Statement.Totals(draft.sheet))
  }

  func lines(_ call: TrackerCall) async throws -> Page<StatementLine> {
    let request = try call.page
    var last = 0
    if let cursor = request.cursor {
      guard let number = Int(cursor), number >= 0 else {
        throw Problem.invalid("cursor", "invalid", "must be the next_cursor of a page before")
      }
      last = number
    }
    let found = try await lines(of: call.id(), after: last, limit: request.limit + 1, of: call.place.scope)
    return Page(fetched: found, limit: request.limit) { "\($0.number)" }
  }

  func lines(of id: Int64, after number: Int, limit: Int, of scope: TenantScope) async throws -> [StatementLine] {
    let statement = try await find(id, of: scope)
    if statement.totals != nil { return try await statements.lines(of: id, after: number, limit: limit, of: scope) }
    let draft = try await statements.draft(of: statement, in: scope, schema: scope.schema)
    return Array(draft.lines.drop { $0.number <= number }.prefix(limit))
  }

  func close(_ fields: FieldReader, by call: TrackerCall) async throws -> [Statement] {
    var fields = fields
    var day: LocalDate?
    if let text = fields.optionalString("to", length: 10...10) ?? nil {
      day = LocalDate(text)
      if day == nil { fields.fault("to", "date", "must be a date such as 2026-11-21") }
    }
    try fields.finish()
    let scope = call.place.scope
    let made = try await desk.close(call.id(), through: day, by: desk.actor(call), of: scope)
    var found: [Statement] = []
    for id in made { found.append(try await find(id, of: scope)) }
    return found
  }

  func pay(_ fields: FieldReader, by call: TrackerCall) async throws -> Statement {
    var fields = fields
    let reference = fields.string("reference", length: 1...200)
    try fields.finish()
    guard let reference else { throw Problem.internalError() }
    return try await desk.pay(call.id(), reference: reference, by: desk.actor(call), of: call.place.scope)
  }

  /// Streamed where it is final; a draft is made as of one moment.
  func export(_ call: TrackerCall) async throws -> Reply {
    let format = StatementExport.Format(rawValue: call.query("format") ?? "csv")
    guard let format else { throw Problem.invalid("format", "choice", "must be csv or json") }
    let scope = call.place.scope
    let statement = try await find(call.id(), of: scope)
    let pieces = try await pieces(of: statement, in: scope)
    let name = "statement-\(statement.id).\(format.rawValue)"
    switch format {
    case .csv:
      return .stream(type: .csv, filename: name) { writer in
        try await writer.write(StatementExport.head(carriedIn: pieces.totals.carriedIn, statement))
        try await pieces.each { try await writer.write(StatementExport.csv($0, statement)) }
      }
    case .json:
      return .stream(type: .json, filename: name) { writer in
        let head = JSONValue.object(statement.fields(pieces.totals)).text.dropLast()
        try await writer.write("\(head),\"lines\":[")
        try await pieces.each { lines in
          let start = lines.first?.number == 1 ? "" : ","
          try await writer.write(start + lines.map(\.json.text).joined(separator: ","))
        }
        try await writer.write("]}\n")
      }
    }
  }

  /// A statement's lines, some at a time.
  private struct Pieces: Sendable {
    let totals: Statement.Totals
    let next: @Sendable (_ after: Int) async throws -> [StatementLine]

    func each(_ body: ([StatementLine]) async throws -> Void) async throws {
      var last = 0
      while true {
        let lines = try await next(last)
        guard let end = lines.last else { return }
        try await body(lines)
        last = end.number
      }
    }
  }

  private func pieces(of statement: Statement, in scope: TenantScope) async throws -> Pieces {
    if let totals = statement.totals {
      return Pieces(totals: totals) { [statements] in
        try await statements.lines(of: statement.id, after: $0, limit: Self.step, of: scope)
      }
    }
    let draft = try await statements.draft(of: statement, in: scope, schema: scope.schema)
    let lines = draft.lines
    return Pieces(totals: .init(draft.sheet)) { after in Array(lines.dropFirst(after).prefix(Self.step)) }
  }
}
