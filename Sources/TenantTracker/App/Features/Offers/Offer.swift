import Conversions
import Core
import Web

/// What is promoted, and what a conversion of it pays.
struct Offer: Resource {
  struct GeoPayout: Sendable, Hashable {
    var country: String
    var payout: Micros
  }

  struct Draft: Sendable {
    var name: String
    var url: String
    var networkID: Int64?
    var payout: Micros
    var currency: Currency
    var payouts: [GeoPayout]
    var goals: [OfferGoal] = []
    /// What is done with hits that say again what is known.
    var duplicates = DuplicateMode.update
    /// Conversions a day and in all, after which the flow's next offer takes over.
    var capDaily: Int64?
    var capTotal: Int64?
    var status = Status.active
    var notes: String
  }

  /// A paused one is never drawn.
  enum Status: String, Sendable, CaseIterable { case active, paused }

  static let noun = "offer"
  static let path = "/offers"
  static let section = Section.offers

  let id: Int64
  var draft: Draft
  var createdAt: Timestamp
  var updatedAt: Timestamp

  var json: JSONValue {
    [
      "id": .int(id), "name": .string(draft.name), "url": .string(draft.url), "network_id": JSONValue(draft.networkID),
      "payout": JSONValue(draft.payout), "currency": JSONValue(draft.currency),
      "payouts": .array(
        draft.payouts.map { ["country": .string($0.country), "payout": JSONValue($0.payout)] }),
      "goals": .array(draft.goals.map(\.json)), "duplicate_mode": .string(draft.duplicates.rawValue),
      "cap_daily": JSONValue(draft.capDaily), "cap_total": JSONValue(draft.capTotal),
      "status": .string(draft.status.rawValue), "notes": .string(draft.notes),
      "created_at": JSONValue(createdAt), "updated_at": JSONValue(updatedAt),
    ]
  }

  static func read(_ fields: inout FieldReader, current: Draft?, defaults: TenantDefaults) throws -> Draft? {
    var draft =
      current
      ?? Draft(
        name: "", url: "", networkID: nil, payout: .zero, currency: defaults.currency, payouts: [], capDaily: nil,
        capTotal: nil, status: .active, notes: "")
    if current == nil || fields.has("name") { draft.name = fields.string("name", length: 1...200) ?? "" }
    if current == nil || fields.has("url") { draft.url = fields.urlTemplate("url") ?? "" }
    if let network = fields.optionalInt("network_id", range: 1...Int64.max) { draft.networkID = network }
    if let payout = fields.optionalMicros("payout") { draft.payout = payout ?? .zero }
    if let currency = fields.optionalCurrency("currency") { draft.currency = currency ?? defaults.currency }
    if let list = fields.optionalArray("payouts", max: 300) { draft.payouts = try payouts(list ?? [], &fields) }
    if let list = fields.optionalArray("goals", max: OfferGoal.limit) {
      draft.goals = try OfferGoal.read(list ?? [], &fields)
    }
    if let mode = fields.optionalOneOf("duplicate_mode", DuplicateMode.allCases.map(\.rawValue)) {
      draft.duplicates = mode.flatMap(DuplicateMode.init(rawValue:)) ?? .update
    }
    if let cap = fields.optionalInt("cap_daily", range: 1...1_000_000_000) { draft.capDaily = cap }
    if let cap = fields.optionalInt("cap_total", range: 1...1_000_000_000) { draft.capTotal = cap }
    if let status = fields.optionalOneOf("status", Status.allCases.map(\.rawValue)) {
      draft.status = status.flatMap(Status.init(rawValue:)) ?? .active
    }
    if let notes = fields.optionalString("notes", length: 0...10_000) { draft.notes = notes ?? "" }
    return draft
  }

  private static func payouts(_ list: [JSONValue], _ fields: inout FieldReader) throws -> [GeoPayout] {
    var payouts: [GeoPayout] = []
    for (index, element) in list.enumerated() {
      var entry = try FieldReader(element, path: "payouts[\(index)]")
      let country = entry.string("country", length: 2...2)?.uppercased()
      let payout = entry.micros("payout")
      if let country, payouts.contains(where: { $0.country == country }) {
        entry.fault("country", "duplicate", "is given twice")
      }
      if let country, let payout { payouts.append(GeoPayout(country: country, payout: payout)) }
      fields.adopt(entry)
    }
    return payouts
  }

  static let schema = Schema.object([
    .optional("name", .string), .optional("url", .string.described("May hold macros such as {click_id}.")),
    .optional("network_id", .integer.nullable), .optional("payout", .money), .optional("currency", .string),
    .optional("payouts", .array(.object([.required("country", .string), .required("payout", .money)]))),
    .optional("goals", .array(OfferGoal.schema)),
    .optional(
      "duplicate_mode",
      .choice(DuplicateMode.allCases.map(\.rawValue)).described(
        "What a postback does that says again what is known: nothing, set the payout, add to it, make a new conversion."
      )),
    .optional("cap_daily", .integer.nullable), .optional("cap_total", .integer.nullable),
    .optional("status", .choice(Status.allCases.map(\.rawValue))), .optional("notes", .string),
  ])
}
