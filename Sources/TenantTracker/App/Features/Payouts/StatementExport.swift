import Core
import Web

/// A statement to take along. Its amounts add up to its total, to the micro.
enum StatementExport {
  enum Format: String, CaseIterable { case csv, json }

  private static let columns = [
    "number", "kind", "at", "conversion_id", "type", "offer_id", "rule", "tier", "base", "reason", "amount", "currency",
  ]

  static func head(carriedIn: Micros, _ statement: Statement) -> String {
    let head = columns.joined(separator: ",") + "\r\n"
    guard carriedIn != .zero else { return head }
    let reason = "left by the statement before"
    return head
      + line([
        .text("0"), .text("carried_in"), .text(statement.period.lowerBound.rfc3339), nil, nil, nil, nil, nil, nil,
        .text(reason), .number(carriedIn.description), .text(statement.currency.code),
      ])
  }

  static func csv(_ lines: [StatementLine], _ statement: Statement) -> String {
    lines.map { row in
      let detail = row.detail
      return line([
        .number("\(row.number)"), .text(row.kind.rawValue), .text(row.at.rfc3339), .text(row.conversionID.description),
        CSVField(detail["type"]), CSVField(detail["offer_id"]), CSVField(detail["rule"]), CSVField(detail["tier"]),
        detail["base"]?.stringValue.map { .number($0) }, CSVField(detail["reason"]),
        .number(row.amount.description), .text(statement.currency.code),
      ])
    }.joined()
  }

  private static func line(_ fields: [CSVField?]) -> String {
    fields.map { $0?.encoded ?? "" }.joined(separator: ",") + "\r\n"
  }
}

/// A field of a CSV file (RFC 4180) that no spreadsheet takes for a formula.
enum CSVField {
  /// Made by us: digits, a point, a minus.
  case number(String)
  case text(String)

  init?(_ json: JSONValue?) {
    switch json {
    case .string(let text)?: self = .text(text)
    case .number(let text)?: self = .number(text)
    default: return nil
    }
  }

  var encoded: String {
    guard case .text(let text) = self else { return if case .number(let digits) = self { digits } else { "" } }
    // What begins like a formula gets an apostrophe, as OWASP advises; spreadsheets show the rest as it is.
    let isFormula = text.unicodeScalars.first.map { "=+-@\t\r\n".unicodeScalars.contains($0) } ?? false
    let safe = isFormula ? "'\(text)" : text
    guard safe.unicodeScalars.contains(where: { ",\"\r\n".unicodeScalars.contains($0) }) else { return safe }
    return "\"\(safe.replacing("\"", with: "\"\""))\""
  }
}
