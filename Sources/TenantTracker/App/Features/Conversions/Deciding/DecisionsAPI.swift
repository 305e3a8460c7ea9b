import Conversions
import Core
import Database
import HTTPTypes
import Web

/// Changing conversions by hand: one or many, their status or their review.
struct DecisionsAPI: Sendable {
  let conversions: ConversionsAPI
  let decider: BulkDecider

  static let noteLength = 0...1_000
  /// An answer waits this long for a bulk change; after that it tells where to look.
  private static let patience = Duration.seconds(10)

  func register(in table: inout TrackerTable) {
    table.define("BulkDecision", BulkDecision.schema)
    table.on(
      .post, "/conversions/{id}/status", .write(.reports),
      "Change a conversion's status, by the same rules as a postback. 409 where it cannot move there",
      body: .json(
        .object([
          .required("status", .choice(ConversionDecision.statusWords)),
          .optional("note", Schema.string.described("Why; it is kept in the history.")),
        ])), answer: .ref("ConversionDetail")
    ) { call in
      let (decision, note) = try readStatus(call.fields(), by: call)
      return try await decideOne(decision, note: note, by: call)
    }
    table.on(
      .get, "/conversions/statuses", .read(.reports),
      "The status scheme: what an order's words mean and where they may lead",
      answer: .object([.required("items", .array(Self.wordSchema))])
    ) { _ in .json(["items": .array(SchemeStatus.allCases.map(Self.json))]) }
    registerReviews(in: &table)
    table.on(
      .post, "/conversions/status", .write(.reports),
      "Change the status of many conversions, at most \(BulkDecision.limit). 200 when it is done, 202 while it is under "
        + "way",
      body: .json(Self.bulkSchema([.required("status", .choice(ConversionDecision.statusWords)), Self.note])),
      answer: .ref("BulkDecision")
    ) { call in
      var fields = try call.fields()
      let ids = try await readIDs(&fields, by: call)
      let (decision, note) = try readStatus(fields, by: call)
      return try await decideMany(decision, on: ids, note: note, by: call)
    }
    table.on(
      .get, "/conversions/changes/{id}", .read(.reports), "How a change of many conversions is getting on",
      answer: .ref("BulkDecision")
    ) { .json(try await find($0).json) }
  }

  private func registerReviews(in table: inout TrackerTable) {
    for (path, decision) in [("approve", ConversionDecision.approve), ("reject", .reject)] {
      table.on(
        .post, "/conversions/{id}/\(path)", .write(.reports),
        "\(path.capitalizedFirst) a conversion that waits for it. 409 when it does not",
        body: .optionalJSON(.object([.optional("reason", .string)])), answer: .ref("ConversionDetail")
      ) { call in
        let reason = try Self.readReason(call.fields(), of: decision)
        return try await decideOne(decision, note: reason, by: call)
      }
    }
    table.on(
      .post, "/conversions/reviews", .write(.reports),
      "Approve or reject many conversions that wait for it. 200 when it is done, 202 while it is under way",
      body: .json(
        Self.bulkSchema([
          .required("decision", .choice(["approve", "reject"])),
          .optional("reason", Schema.string.described("Required to reject.")),
        ])), answer: .ref("BulkDecision")
    ) { call in
      var fields = try call.fields()
      let ids = try await readIDs(&fields, by: call, review: .pending)
      let decision: ConversionDecision =
        fields.oneOf("decision", ["approve", "reject"]) == "reject" ? .reject : .approve
      let reason = try Self.readReason(fields, of: decision)
      return try await decideMany(decision, on: ids, note: reason, by: call)
    }
  }

  private static let wordSchema = Schema.object([
    .required("scheme_status", .string), .required("title", .string), .required("icon", .string),
    .required("description", .string),
    .required("status", Schema.choice(ConversionStatus.allCases.map(\.rawValue)).described("What counts.")),
    .required("next", .array(.string)),
  ])

  private static func json(_ scheme: SchemeStatus) -> JSONValue {
    let next = SchemeStatus.allCases.filter { scheme.successors.contains($0) }
    return [
      "scheme_status": .string(scheme.rawValue), "title": .string(scheme.title), "icon": .string(scheme.icon),
      "description": .string(scheme.explanation), "status": .string(scheme.status.rawValue),
      "next": JSONValue(next.map(\.rawValue)),
    ]
  }

  private static let note = Schema.Property.optional("note", .string)

  private static func bulkSchema(_ more: [Schema.Property]) -> Schema {
    .object(
      [
        .optional("ids", Schema.array(.uuid).described("These; or `filter`.")),
        .optional("filter", Schema.map(.any).described("All that the list shows with these filters.")),
      ] + more)
  }

  // Deciding

  private func decideOne(_ decision: ConversionDecision, note: String?, by call: TrackerCall) async throws -> Reply {
    try await decide(decision, on: call.uuid(), note: note, by: call)
    return .json(try await conversions.detail(call))
  }

  /// For the page, too. 409 when it is refused.
  func decide(
    _ decision: ConversionDecision, on id: ConversionID, note: String?, by call: TrackerCall
  ) async throws {
    let scope = call.place.scope
    guard let before = try await conversions.conversions.find(id, of: scope) else {
      throw Problem.notFound("conversion")
    }
    let told: JSONValue = ["decision": .string(decision.word), "note": JSONValue(note)]
    let result = try await decider.decider.decide(
      decision, on: id, note: note, by: call.session.auditName, in: scope
    ) { recording, connection in
      guard case .updated = recording else { return }
      try await decider.audit.append(
        "conversion.status", "conversion:\(id)",
        before: ["status": .string(before.status.rawValue), "scheme_status": JSONValue(before.schemeStatus?.rawValue)],
        after: told, by: call, in: connection)
    }
    if case .refused(let reason) = result { throw Problem.conflict(reason, field: "status") }
  }

  private func decideMany(
    _ decision: ConversionDecision, on ids: [ConversionID], note: String?, by call: TrackerCall
  ) async throws -> Reply {
    var entry = try await decider.begin(decision, on: ids, note: note, by: call)
    let end = ContinuousClock.now + Self.patience
    while entry.state == .running, .now < end {
      try await Task.sleep(for: .milliseconds(100))
      entry = try await decider.store.find(entry.id, of: call.place.scope) ?? entry
    }
    guard entry.state == .running else { return .json(entry.json) }
    return Reply.json(entry.json, status: 202)
      .with(header: .location, "/admin/api/conversions/changes/\(entry.id)")
  }

  func find(_ call: TrackerCall) async throws -> BulkDecision {
    guard let entry = try await decider.store.find(call.uuid(), of: call.place.scope) else {
      throw Problem.notFound("change")
    }
    return entry
  }

  // Reading requests

  /// The status and its note; 402 for the scheme's without it.
  func readStatus(
    _ fields: FieldReader, by call: TrackerCall
  ) throws(Problem) -> (ConversionDecision, note: String?) {
    var fields = fields
    let decision = fields.oneOf("status", ConversionDecision.statusWords)
      .flatMap { ConversionDecision(statusWord: $0) }
    let note = fields.optionalString("note", length: Self.noteLength) ?? nil
    try decision?.check(call.session)
    try fields.finish()
    guard let decision else { throw .internalError() }
    return (decision, note.flatMap { $0.isEmpty ? nil : $0 })
  }

  /// Why it is approved or rejected: whoever is rejected wants to know.
  static func readReason(_ fields: FieldReader, of decision: ConversionDecision) throws(Problem) -> String? {
    var fields = fields
    let isRequired = decision == .reject
    let reason =
      isRequired
      ? fields.string("reason", length: 1...noteLength.upperBound)
      : fields.optionalString("reason", length: noteLength) ?? nil
    try fields.finish()
    return reason.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Which conversions a bulk change is about: `ids` that are all known, or what a `filter` of the list finds.
  func readIDs(
    _ fields: inout FieldReader, by call: TrackerCall, review: ReviewState? = nil
  ) async throws -> [ConversionID] {
    let scope = call.place.scope
    let list = fields.optionalArray("ids", max: BulkDecision.limit) ?? nil
    let filter = fields.optionalObject("filter") ?? nil
    guard (list == nil) != (filter == nil) else {
      throw Problem.invalid("ids", "choice", "or filter is required, one of them")
    }
    if let filter { return try await ids(filter, by: call, review: review) }
    let ids = (list ?? []).map { $0.stringValue.flatMap { ConversionID($0) } }
    let known = try await conversions.conversions.known(ids.compactMap { $0 }, of: scope)
    var faults = 0
    for (index, id) in ids.enumerated() where !(id.map(known.contains) ?? false) && faults < 20 {
      faults += 1
      fields.fault("ids[\(index)]", "unknown", "names no conversion")
    }
    if ids.isEmpty { fields.fault("ids", "required", "must name a conversion") }
    var seen: Set<ConversionID> = []
    return ids.compactMap { $0 }.filter { seen.insert($0).inserted }
  }

  private func ids(_ filter: JSONValue, by call: TrackerCall, review: ReviewState?) async throws -> [ConversionID] {
    let items = (filter.objectValue?.members ?? []).map { (name: $0.key, value: FormFields.text(of: $0.value)) }
    return try await ids(items, by: call, review: review)
  }

  /// What the list shows with these query items. 422 when that is nothing, or too much at once.
  func ids(
    _ query: [(name: String, value: String)], by call: TrackerCall, review: ReviewState? = nil
  ) async throws -> [ConversionID] {
    var wanted = try await conversions.filter(PageRequest(query: query), of: call)
    if let review { wanted.review = review }
    let ids = try await conversions.conversions.ids(wanted, limit: BulkDecision.limit + 1, of: call.place.scope)
    if ids.isEmpty { throw Problem.invalid("filter", "empty", "fits no conversion") }
    guard ids.count <= BulkDecision.limit else {
      throw Problem.invalid(
        "filter", "too_many", "fits more than \(BulkDecision.limit) conversions; choose fewer days")
    }
    return ids
  }
}
