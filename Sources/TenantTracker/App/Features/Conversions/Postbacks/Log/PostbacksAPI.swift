import Analytics
import Conversions
import Core
import Database
import Web

/// `/postbacks`: every inbound hit as it came, what became of it, and once more.
struct PostbacksAPI: Sendable {
  let runs: ConversionRunsAPI
  let settings: SettingsStore
  let audit: AuditLog
  let clock: any WallClock

  /// Hits that one replay may take.
  static let replayLimit = 100_000

  var postbacks: PostbackService { runs.runner.postbacks }

  func register(in table: inout TrackerTable) {
    table.define("Postback", PostbackLogEntry.schema)
    table.define("PostbackDetail", PostbackLogEntry.detailedSchema)
    table.on(
      .get, "/postbacks", .read(.reports), "The postback log: inbound hits as they came, newest first",
      query: Self.parameters, answer: .page(of: .ref("Postback"))
    ) { call in .json(try await page(call).json(\.json)) }
    table.on(
      .get, "/postbacks/{id}", .read(.reports), "An inbound hit with its headers and body",
      answer: .ref("PostbackDetail")
    ) { .json(try await find($0).detailedJSON) }
    table.on(
      .post, "/postbacks/{id}/replay", .write(.reports),
      "Process a hit once more that has written nothing; 409 if it has", answer: .ref("PostbackDetail")
    ) { .json(try await replay($0).entry.detailedJSON) }
    table.on(
      .post, "/postbacks/replay", .write(.reports),
      "Process many hits once more, the oldest first: those of `ids`, or all that fit `filter` and have written nothing. "
        + "202 while it is under way",
      body: .json(Self.replaySchema), answer: .ref("ConversionRun")
    ) { call in ConversionRunsAPI.reply(try await replayMany(call.fields(), by: call)) }
  }

  private static let filters: [QueryParameter] =
    [
      QueryParameter(
        "q", .string, "An id of a hit, click or conversion; else text in the query or body of the newest."),
      QueryParameter("outcome", .choice(PostbackOutcome.codes), "What became of them."),
      QueryParameter("channel", .choice(InboundChannel.allCases.map(\.rawValue)), "The way they came."),
      QueryParameter("network_id", .integer, "Only of this network."),
      QueryParameter("click_id", .uuid, "Only of this click."),
    ] + QueryParameter.days

  private static let parameters =
    [
      QueryParameter("limit", .integer, "1 to 500; 50 by default."),
      QueryParameter("cursor", .string, "`next_cursor` of the page before."),
    ] + filters

  private static let replaySchema = Schema.object([
    .optional("ids", .array(.uuid).described("At most \(PostbackFilter.idLimit).")),
    .optional("filter", .map(.any).described("The filters of the list: outcome, network_id, from, to ...")),
  ])

  // The log

  func page(_ call: TrackerCall) async throws -> Page<PostbackLogEntry> {
    let request = try call.page
    let filter = try await PostbackFilter(request, settings: settings, now: clock.now(), of: call.place.scope)
    let cursor = try request.cursor.map { text throws(Problem) in
      guard let id = UUIDv7(text) else {
        throw .invalid("cursor", "invalid", "must be the next_cursor of a page before")
      }
      return id
    }
    return try await postbacks.log.page(filter, limit: request.limit, after: cursor, of: call.place.scope)
  }

  func find(_ call: TrackerCall) async throws -> PostbackLogEntry {
    guard let entry = try await postbacks.log.find(call.uuid(), of: call.place.scope) else {
      throw Problem.notFound("postback")
    }
    return entry
  }

  // Once more

  /// The hit as it is now, and what came of it.
  func replay(_ call: TrackerCall) async throws -> (entry: PostbackLogEntry, result: PostbackService.Repetition) {
    let scope = call.place.scope
    let before = try await find(call)
    let result = try await postbacks.again(before, in: scope)
    guard result != .counted else {
      throw Problem.conflict("This hit has been recorded; once more would count it twice.")
    }
    try await audit.append(
      .init(
        actor: call.session.auditName, action: "postback.replay", subject: "postback:\(before.hit.id)",
        before: .string(before.outcome), after: .string(result.code), address: call.clientAddress),
      to: scope)
    return (try await find(call), result)
  }

  func replayMany(_ fields: FieldReader, by call: TrackerCall) async throws -> ConversionRun {
    let filter = try await readFilter(fields, call)
    let scope = call.place.scope
    let end = UUIDv7(high: UInt64(max(clock.now().milliseconds, 0) + 1) << 16, low: 0)
    let total = try await postbacks.log.countFruitless(filter, through: end, upTo: Self.replayLimit + 1, of: scope)
    guard total <= Self.replayLimit else {
      throw Problem.invalid("filter", "too_many", "fits more than \(Self.replayLimit) hits; choose fewer days")
    }
    let run = try await scope.transaction { connection in
      let run = try await runs.runner.runs.insert(
        .replay(filter, end: end), total: total, by: call.session.auditName, of: scope, in: connection)
      try await audit.append(
        "postback.replay", "run:\(run.id)", after: ["filter": filter.json, "hits": .int(total)], by: call,
        in: connection)
      return run
    }
    return try await runs.start(run, of: scope)
  }

  private func readFilter(_ fields: FieldReader, _ call: TrackerCall) async throws -> PostbackFilter {
    var fields = fields
    let ids = fields.optionalStrings("ids", max: PostbackFilter.idLimit) ?? nil
    let wanted = fields.optionalObject("filter") ?? nil
    if (ids == nil) == (wanted == nil) { fields.fault("ids", "choice", "or filter is required, one of them") }
    let parsed = ids?.compactMap { UUIDv7($0) }
    if let ids, parsed?.count != ids.count { fields.fault("ids", "type", "must be a list of UUIDs") }
    try fields.finish()
    var filter = PostbackFilter()
    if let wanted {
      let pairs = (wanted.objectValue?.members ?? []).map { (name: $0.key, value: FormFields.text(of: $0.value)) }
      let request = try PageRequest(query: pairs.filter { !["limit", "cursor", "sort"].contains($0.name) })
      filter = try await PostbackFilter(request, settings: settings, now: clock.now(), of: call.place.scope)
    }
    filter.ids = parsed
    return filter
  }
}
