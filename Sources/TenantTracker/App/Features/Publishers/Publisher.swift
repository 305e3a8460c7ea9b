import Conversions
import Core
import Web

/// Who sends visitors for a share of what they bring.
struct Publisher: Resource {
  struct Draft: Sendable {
    var name: String
    var email: EmailAddress?
    var status: Status
    /// Statements in it have a minimum; those in others, which rules may name, have none.
    var currency: Currency
    var schedule: PayoutSchedule
    /// Less is carried over to the next statement.
    var minimum: Micros
    var notes: String
  }

  /// A paused one earns nothing new.
  enum Status: String, Sendable, CaseIterable { case active, paused }

  static let noun = "publisher"
  static let path = "/publishers"
  static let section = Section.networks

  let id: Int64
  var draft: Draft
  var createdAt: Timestamp
  var updatedAt: Timestamp

  var json: JSONValue {
    [
      "id": .int(id), "name": .string(draft.name), "email": JSONValue(draft.email?.description),
      "status": .string(draft.status.rawValue), "currency": JSONValue(draft.currency),
      "schedule": .string(draft.schedule.interval.rawValue), "net_days": .int(draft.schedule.netDays),
      "minimum_payout": JSONValue(draft.minimum), "notes": .string(draft.notes),
      "link_parameter": .string("pub=\(id)"), "created_at": JSONValue(createdAt), "updated_at": JSONValue(updatedAt),
    ]
  }

  static func read(_ fields: inout FieldReader, current: Draft?, defaults: TenantDefaults) throws -> Draft? {
    var draft =
      current
      ?? Draft(
        name: "", email: nil, status: .active, currency: defaults.currency,
        schedule: PayoutSchedule(.monthly, netDays: 30), minimum: .zero, notes: "")
    if current == nil || fields.has("name") { draft.name = fields.string("name", length: 1...200) ?? "" }
    if let email = fields.optionalEmail("email") { draft.email = email }
    if let status = fields.optionalOneOf("status", Status.allCases.map(\.rawValue)) {
      draft.status = status.flatMap(Status.init(rawValue:)) ?? .active
    }
    if let currency = fields.optionalCurrency("currency") { draft.currency = currency ?? defaults.currency }
    if let interval = fields.optionalOneOf("schedule", PayoutSchedule.Interval.allCases.map(\.rawValue)) {
      draft.schedule.interval = interval.flatMap(PayoutSchedule.Interval.init(rawValue:)) ?? .monthly
    }
    if let days = fields.optionalInt("net_days", range: 0...365) { draft.schedule.netDays = Int(days ?? 30) }
    if let minimum = fields.optionalMicros("minimum_payout") { draft.minimum = minimum ?? .zero }
    if let notes = fields.optionalString("notes", length: 0...10_000) { draft.notes = notes ?? "" }
    return draft
  }

  static let schema = Schema.object([
    .optional("name", .string), .optional("email", .email.nullable),
    .optional("status", .choice(Status.allCases.map(\.rawValue))),
    .optional("currency", Schema.string.described("Statements in it have a minimum.")),
    .optional("schedule", .choice(PayoutSchedule.Interval.allCases.map(\.rawValue))),
    .optional("net_days", Schema.integer.described("Days from a period's last day to the day of payment.")),
    .optional("minimum_payout", Schema.money.described("Less is carried over to the next statement.")),
    .optional("notes", .string),
  ])
}
