import Conversions
import Core
import Web

/// What publishers get: for which conversions, and how much.
struct CommissionRuleEntry: Resource {
  struct Draft: Sendable {
    var name: String
    var scope: CommissionScope
    var status: Publisher.Status
    var terms: CommissionTerms
    var notes: String
  }

  static let noun = "commission rule"
  static let path = "/commission-rules"
  static let section = Section.networks

  let id: Int64
  var draft: Draft
  var createdAt: Timestamp
  var updatedAt: Timestamp

  var rule: CommissionRule { CommissionRule(id: id, name: draft.name, scope: draft.scope, terms: draft.terms) }

  var json: JSONValue {
    let scope = draft.scope
    var object: JSONObject = [
      "id": .int(id), "name": .string(draft.name), "publisher_id": JSONValue(scope.publisherID),
      "offer_id": JSONValue(scope.offerID), "network_id": JSONValue(scope.networkID),
      "type": JSONValue(scope.type?.rawValue), "goal": JSONValue(scope.goal),
      "status": .string(draft.status.rawValue), "currency": JSONValue(draft.terms.currency),
    ]
    for member in draft.terms.json.members { object[member.key] = member.value }
    object["notes"] = .string(draft.notes)
    object["created_at"] = JSONValue(createdAt)
    object["updated_at"] = JSONValue(updatedAt)
    return .object(object)
  }

  static let schema = Schema.object([
    .optional("name", .string),
    .optional("publisher_id", Schema.integer.nullable.described("Null: every publisher.")),
    .optional("offer_id", .integer.nullable), .optional("network_id", .integer.nullable),
    .optional("type", Schema.string.nullable.described("Of conversion: sale, lead, ftd...")),
    .optional("goal", Schema.string.nullable.described("As the postback names it.")),
    .optional("status", .choice(Publisher.Status.allCases.map(\.rawValue))),
    .optional("currency", Schema.string.described("Of all amounts of the rule.")),
    .optional("model", .choice(CommissionTerms.Model.allCases.map(\.rawValue))),
    .optional(
      "amount",
      Schema.money.described(
        "Per conversion. Where the rule names neither type nor goal it is paid for types that count as conversions.")),
    .optional("percent", Schema.money.described("Of the payout, as \"12.5\".")),
    .optional("minimum", Schema.money.described("Least commission of a conversion.")),
    .optional("tier_basis", .choice(CommissionTiers.Basis.allCases.map(\.rawValue)).nullable),
    .optional(
      "tiers",
      Schema.array(
        .object([
          .required("after", .oneOf([.integer, .money])), .optional("amount", .money), .optional("percent", .money),
        ])
      ).described("Rates of the conversions of a statement that come after so many, or after so much payout.")),
    .optional("notes", .string),
  ])
}
