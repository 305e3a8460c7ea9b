import Conversions
import Core
import Web

/// One line of a statement, as it is shown, exported and kept.
struct StatementLine: Sendable, Hashable {
  enum Kind: String, Sendable { case commission, adjustment }

  let number: Int
  let kind: Kind
  let at: Timestamp
  let conversionID: ConversionID
  let amount: Micros
  /// What it says besides: type, offer, rule, tier and base of a commission; an adjustment's reason.
  let detail: JSONObject

  var json: JSONValue {
    var object: JSONObject = [
      "number": .int(number), "kind": .string(kind.rawValue), "at": JSONValue(at),
      "conversion_id": JSONValue(conversionID), "amount": JSONValue(amount),
    ]
    for name in Self.detailNames { object[name] = detail[name] ?? .null }
    return .object(object)
  }

  static let detailNames = ["type", "offer_id", "rule_id", "rule", "tier", "base", "reason"]

  static let schema = Schema.object([
    .required("number", .integer), .required("kind", .choice(["commission", "adjustment"])),
    .required("at", Schema.timestamp.described("When the conversion came, or the adjustment was made.")),
    .required("conversion_id", .uuid), .required("amount", .money), .required("type", .string.nullable),
    .required("offer_id", .integer.nullable), .required("rule_id", .integer.nullable),
    .required("rule", .string.nullable), .required("tier", .integer.nullable),
    .required("base", Schema.money.nullable.described("What a share is taken of.")),
    .required("reason", .string.nullable),
  ])
}

extension StatementStore.Draft {
  var lines: [StatementLine] {
    let known = Dictionary(commissions.map { ($0.conversionID, $0) }) { first, _ in first }
    return sheet.lines.enumerated().map { index, line in
      switch line.source {
      case .commission(let entry, let tier):
        let commission = known[entry.conversionID]
        return StatementLine(
          number: index + 1, kind: .commission, at: entry.at, conversionID: entry.conversionID, amount: line.amount,
          detail: [
            "type": JSONValue(commission?.type.rawValue), "offer_id": JSONValue(commission?.offerID),
            "rule_id": .int(entry.ruleID), "rule": JSONValue(commission?.agreement.ruleName), "tier": .int(tier),
            "base": JSONValue(entry.base),
          ])
      case .adjustment(let entry):
        return StatementLine(
          number: index + 1, kind: .adjustment, at: entry.at, conversionID: entry.conversionID, amount: line.amount,
          detail: ["reason": JSONValue(reasons[entry.id])])
      }
    }
  }
}

extension Commission {
  /// As a statement reckons with it.
  var entry: StatementSheet.Commission {
    StatementSheet.Commission(
      conversionID: conversionID, at: earnedAt, ruleID: agreement.ruleID, terms: agreement.terms, base: base,
      withAmount: agreement.withAmount)
  }
}
