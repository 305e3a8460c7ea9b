import Conversions
import Core
import Web

/// A goal of an offer, as it is configured.
struct OfferGoal: Sendable, Hashable {
  enum Pay: Sendable, Hashable {
    case amount(Micros, Currency?)
    case percent(Micros)
  }

  var name: String
  /// What the network sends in `goal` or `event`.
  var word: String
  /// Nil: what the network says, else the offer's payout.
  var pay: Pay?
  /// The type of its conversions; nil: what the word says.
  var type: String?

  /// Of one offer.
  static let limit = 50

  var json: JSONValue {
    var (payout, currency, percent) = (JSONValue.null, JSONValue.null, JSONValue.null)
    switch pay {
    case .amount(let amount, let own)?: (payout, currency) = (JSONValue(amount), JSONValue(own))
    case .percent(let share)?: percent = JSONValue(share)
    case nil: break
    }
    return [
      "name": .string(name), "value": .string(word), "payout": payout, "currency": currency, "percent": percent,
      "conversion_type": JSONValue(type),
    ]
  }

  static let schema = Schema.object([
    .required("name", .string),
    .required("value", .string.described("What the network sends in `goal` or `event`; matched in any case.")),
    .optional("payout", .money.nullable.described("Unless the postback names one. Null: the offer's.")),
    .optional("currency", .string.nullable.described("Of the payout; null: the offer's.")),
    .optional(
      "percent",
      .money.nullable.described(
        "Instead of a payout: percent of the amount the postback names, else of the offer's payout.")),
    .optional(
      "conversion_type", .string.nullable.described("Of its conversions, unless the postback names one.")),
  ])

  static func read(_ list: [JSONValue], _ fields: inout FieldReader) throws -> [OfferGoal] {
    var goals: [OfferGoal] = []
    for (index, element) in list.enumerated() {
      var entry = try FieldReader(element, path: "goals[\(index)]")
      let word = entry.string("value", length: 1...100).map(ConversionGoal.key)
      let name = entry.string("name", length: 1...100)
      let pay = readPay(&entry)
      let type = (entry.optionalString("conversion_type", length: 1...64) ?? nil).map { ConversionType(word: $0) }
      if let word, goals.contains(where: { $0.word == word }) { entry.fault("value", "duplicate", "is given twice") }
      if let word, let name { goals.append(OfferGoal(name: name, word: word, pay: pay, type: type?.rawValue)) }
      fields.adopt(entry)
    }
    return goals
  }

  private static func readPay(_ entry: inout FieldReader) -> Pay? {
    let payout = entry.optionalMicros("payout") ?? nil
    let currency = entry.optionalCurrency("currency") ?? nil
    let percent = entry.optionalMicros("percent", range: .zero...Micros(rawValue: 1_000_000_000)) ?? nil
    if payout != nil, percent != nil { entry.fault("percent", "choice", "can't be given beside a payout") }
    if let percent { return .percent(percent) }
    return payout.map { .amount($0, currency) }
  }
}
