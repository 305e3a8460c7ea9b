import Core
import Database
import Licensing
import Web

/// `/blacklist`: addresses and ranges that nobody wants clicks of. By hand in every plan; by itself with the full kit.
struct BlacklistAPI: Sendable {
  let store: BlacklistStore
  let settings: SettingsStore
  let writer: ConfigurationWriter

  static let path = "/blacklist"
  /// Entries by hand that a tenant may have.
  static let manualLimit = 100_000
  /// 50,000 of the longest ranges with short reasons.
  static let bodyLimit = 5 << 20

  func register(in table: inout TrackerTable) {
    table.define("BlacklistEntry", BlacklistEntry.schema)
    table.on(
      .get, Self.path, .read(.settings), "List: blacklist entries, newest first",
      query: PageRequest.parameters + [
        QueryParameter("origin", .choice(BlacklistEntry.Origin.allCases.map(\.rawValue)), "Only entries made this way.")
      ],
      answer: .page(of: .ref("BlacklistEntry"))
    ) { call in .json(try await page(call).json(\.json)) }
    table.on(
      .post, Self.path, .write(.settings), "Put an address or range on the blacklist", body: .json(Self.addSchema),
      answer: .ref("BlacklistEntry"), status: 201, creates: true
    ) { call in
      let entry = try await add(call.fields(), by: call)
      return .created(entry.json, location: "/admin/api\(Self.path)/\(entry.id)")
    }
    table.on(
      .post, "\(Self.path)/bulk", .write(.settings),
      "Put many on the blacklist: all of them, or none where a line can't be read", body: .json(Self.bulkSchema),
      answer: .object([
        .required("added", .integer), .required("unchanged", .integer.described("They were on the list by hand.")),
      ]), bodyLimit: Self.bodyLimit
    ) { call in
      let (added, unchanged) = try await addAll(call.fields(), by: call)
      return .json(["added": .int(added), "unchanged": .int(unchanged)])
    }
    table.on(.get, "\(Self.path)/{id}", .read(.settings), "Show: blacklist entry", answer: .ref("BlacklistEntry")) {
      .json(try await find($0).json)
    }
    table.on(.delete, "\(Self.path)/{id}", .write(.settings), "Take an entry off the blacklist", status: 204) { call in
      _ = try await remove(by: call)
      return .noContent
    }
    table.on(
      .get, "/settings/blacklist", .read(.settings), "Settings of the blacklist", answer: BlacklistSettings.schema
    ) { .json(try await BlacklistSettings.load(of: $0.place.scope).json) }
    table.on(
      .patch, "/settings/blacklist", .write(.settings), "Change the settings of the blacklist",
      feature: Feature.antiFraud.rawValue, body: .json(BlacklistSettings.schema), answer: BlacklistSettings.schema
    ) { call in .json(try await change(call.fields(), by: call).json) }
  }

  private static let addSchema = Schema.object([
    .required(
      "range", .string.described("An address or range: `203.0.113.7`, `2001:db8::/32`. May also be called `ip`.")),
    .optional("reason", .string),
    .optional("expires_at", .timestamp.nullable.described("It stays if null.")),
  ])

  private static let bulkSchema = Schema.object([
    .optional(
      "text",
      .string.described("One address or range a line, at most \(BlacklistText.lineLimit); `#` begins its reason.")),
    .optional("ranges", .array(.string).described("The same as a list.")),
    .optional("reason", .string.described("Of entries without one of their own.")),
    .optional("expires_at", .timestamp.nullable.described("They stay if null.")),
  ])

  func page(_ call: TrackerCall) async throws -> Page<BlacklistEntry> {
    let request = try call.page.checkedForIDs()
    var reader = FilterReader(request)
    let origin: BlacklistEntry.Origin? = reader.choice("origin")
    try reader.finish()
    return try await store.page(request, .init(origin: origin, text: request.q ?? ""), of: call.place.scope)
  }

  func find(_ call: TrackerCall) async throws -> BlacklistEntry {
    guard let entry = try await store.find(call.id(), of: call.place.scope) else { throw Problem.notFound("entry") }
    return entry
  }

  // Adding

  /// Puts one on the list. 409 when it is there by hand already.
  func add(_ fields: FieldReader, by call: TrackerCall) async throws -> BlacklistEntry {
    var fields = fields
    let range = readRange(&fields)
    let (reason, end) = readTerms(&fields)
    try fields.finish()
    guard let range else { throw Problem.internalError() }
    let line = BlacklistText.Line(range: range, reason: nil)
    let ids = try await write([line], reason: reason, until: end, "blacklist.add", by: call)
    guard let id = ids.first else {
      throw Problem.conflict("\(range) is on the blacklist already.", field: "range")
    }
    guard let entry = try await store.find(id, of: call.place.scope) else { throw Problem.notFound("entry") }
    return entry
  }

  private func readRange(_ fields: inout FieldReader) -> BlacklistRange? {
    let name = fields.has("ip") ? "ip" : "range"
    guard let text = fields.string(name, length: 1...64) else { return nil }
    switch BlacklistRange.read(text) {
    case .success(let range): return range
    case .failure(let fault):
      fields.fault(name, fault.code, fault.message)
      return nil
    }
  }

  private func readTerms(_ fields: inout FieldReader) -> (reason: String, end: Timestamp?) {
    let reason = fields.optionalString("reason", length: BlacklistEntry.reasonLength) ?? nil
    let end = fields.optionalTimestamp("expires_at") ?? nil
    if let end, end <= store.clock.now() { fields.fault("expires_at", "past", "must be in the future") }
    return (reason ?? "", end)
  }

  /// Puts all on the list, or none where one can't be read.
  func addAll(_ fields: FieldReader, by call: TrackerCall) async throws -> (added: Int, unchanged: Int) {
    var fields = fields
    let limit = BlacklistText.lineLimit
    let text = fields.optionalString("text", length: 0...Self.bodyLimit, trim: false) ?? nil
    let ranges = fields.optionalStrings("ranges", max: limit) ?? nil
    let (reason, end) = readTerms(&fields)
    let list = ranges.map { BlacklistText($0, field: "ranges") } ?? BlacklistText(text ?? "")
    if list.lines.isEmpty, list.faultCount == 0 { fields.fault("text", "required", "must have an address or range") }
    if list.lines.count + list.faultCount > limit { fields.fault("text", "length", "may have \(limit) lines") }
    try fields.finish()
    try list.check()
    let ids = try await write(list.lines, reason: reason, until: end, "blacklist.add", by: call)
    return (ids.count, list.lines.count - ids.count)
  }

  private func write(
    _ lines: [BlacklistText.Line], reason: String, until end: Timestamp?, _ action: String, by call: TrackerCall
  ) async throws -> [Int64] {
    let scope = call.place.scope
    return try await writer.write(to: scope) { connection in
      let ids = try await store.add(lines, reason: reason, until: end, of: scope, in: connection)
      guard try await store.count(.manual, of: scope, in: connection) <= Self.manualLimit else {
        throw Problem.conflict("The blacklist may have \(Self.manualLimit) entries by hand; write ranges instead.")
      }
      if !ids.isEmpty {
        let shown = lines.prefix(50).map { JSONValue.string($0.range.description) }
        try await writer.audit.append(
          action, ids.count == 1 ? "blacklist:\(ids[0])" : "blacklist",
          after: [
            "ranges": .array(shown), "count": .int(ids.count), "reason": .string(reason), "expires_at": JSONValue(end),
          ], by: call, in: connection)
      }
      return ids
    }
  }

  // Taking off, settings

  func remove(by call: TrackerCall) async throws -> BlacklistEntry {
    let entry = try await find(call)
    let scope = call.place.scope
    try await writer.write(to: scope) { connection in
      guard try await store.remove(entry.id, of: scope, in: connection) else { throw Problem.notFound("entry") }
      try await writer.audit.append(
        "blacklist.remove", "blacklist:\(entry.id)", before: entry.json, by: call, in: connection)
    }
    return entry
  }

  func change(_ fields: FieldReader, by call: TrackerCall) async throws -> BlacklistSettings {
    var fields = fields
    let hours = fields.int("auto_hours", range: BlacklistSettings.hoursRange)
    try fields.finish()
    guard let hours else { throw Problem.internalError() }
    let scope = call.place.scope
    let before = try await BlacklistSettings.load(of: scope)
    let after = BlacklistSettings(automaticHours: hours)
    try await writer.write(to: scope) { connection in
      try await settings.set(after.stored, at: writer.clock.now(), of: scope, in: connection)
      try await writer.audit.append(
        "blacklist.settings", "settings", before: before.json, after: after.json, by: call, in: connection)
    }
    return after
  }
}
