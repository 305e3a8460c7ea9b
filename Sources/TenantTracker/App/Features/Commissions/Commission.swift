import Conversions
import Core
import Web

/// What one conversion earns its publisher, under the rule as it was when the conversion came.
struct Commission: Sendable, Hashable {
  enum Status: String, Sendable, CaseIterable {
    /// Its conversion is not approved yet.
    case pending
    /// To be paid with the next statement.
    case approved
    case rejected
    case paid
    /// Taken back after its statement was locked: the next one has a line for that.
    case reversed

    init(_ status: ConversionStatus) {
      self =
        switch status {
        case .lead, .hold: .pending
        case .sale: .approved
        case .rejected, .trash: .rejected
        }
    }
  }

  /// The rule, kept as it was.
  struct Agreement: Sendable, Hashable {
    var ruleID: Int64
    var ruleName: String
    var terms: CommissionTerms
    /// Whether the amount is paid for this kind of conversion.
    var withAmount: Bool
  }

  let conversionID: ConversionID
  let publisherID: Int64
  var agreement: Agreement
  var type: ConversionType
  var offerID: Int64?
  /// When its conversion came.
  var earnedAt: Timestamp
  /// What a share is taken of, in the agreement's currency.
  var base: Micros
  /// There was no rate into that currency: the share is of nothing.
  var isBaseMissing: Bool
  var tier: Int
  var amount: Micros
  var status: Status
  /// The statement that it is in.
  var statementID: Int64?

  var currency: Currency { agreement.terms.currency }

  mutating func reckon() {
    amount = agreement.terms.commission(of: base, withAmount: agreement.withAmount, tier: tier)
  }

  var json: JSONValue {
    [
      "conversion_id": JSONValue(conversionID), "publisher_id": .int(publisherID), "type": .string(type.rawValue),
      "offer_id": JSONValue(offerID), "earned_at": JSONValue(earnedAt), "base": JSONValue(base),
      "base_missing": .bool(isBaseMissing), "tier": .int(tier), "amount": JSONValue(amount),
      "currency": JSONValue(currency), "status": .string(status.rawValue), "statement_id": JSONValue(statementID),
      "rule_id": .int(agreement.ruleID), "rule": agreement.json,
    ]
  }

  static let schema = Schema.object([
    .required("conversion_id", .uuid), .required("publisher_id", .integer), .required("type", .string),
    .required("offer_id", .integer.nullable), .required("earned_at", .timestamp),
    .required("base", Schema.money.described("What a share is taken of, in the rule's currency.")),
    .required("base_missing", Schema.boolean.described("There was no rate into the rule's currency.")),
    .required("tier", Schema.integer.described("0 is the rule's own rate.")), .required("amount", .money),
    .required("currency", .string), .required("status", .choice(Status.allCases.map(\.rawValue))),
    .required("statement_id", .integer.nullable), .required("rule_id", .integer),
    .required("rule", Schema.any.described("Name and terms as they were.")),
  ])
}

extension Commission.Agreement {
  var json: JSONValue {
    var object: JSONObject = ["name": .string(ruleName), "pays_amount": .bool(withAmount)]
    for member in terms.json.members { object[member.key] = member.value }
    return .object(object)
  }

  /// What ``json`` made.
  init?(ruleID: Int64, _ json: JSONValue, currency: Currency) {
    guard let terms = CommissionTerms(json, currency: currency) else { return nil }
    self.init(
      ruleID: ruleID, ruleName: json["name"]?.stringValue ?? "", terms: terms,
      withAmount: json["pays_amount"]?.boolValue ?? true)
  }
}
