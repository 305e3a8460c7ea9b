import Core
import Web

/// A statement to take along. Its amounts add up to its total, to the micro.
enum StatementExport {
  enum Format: String, CaseIterable { case csv, json }

  private static let columns = [
    "number", "kind", "at", "conversion_id", "type", "offer_id", "rule", "tier", "base", "reason", "amount", "currency",
  ]

  static func head(carriedIn: Micros, _ statement: Statement) -> String {
    let head = CSVCell.line(columns.map(CSVCell.number))
    guard carriedIn != .zero else { return head }
    let reason = "left by the statement before"
    return head
      + CSVCell.line([
        .text("0"), .text("carried_in"), .text(statement.period.lowerBound.rfc3339), .empty, .empty, .empty, .empty,
        .empty, .empty,
        .text(reason), .number(carriedIn.description), .text(statement.currency.code),
      ])
  }

  static func csv(_ lines: [StatementLine], _ statement: Statement) -> String {
    lines.map { row in
      let detail = row.detail
      return CSVCell.line([
        .number("\(row.number)"), .text(row.kind.rawValue), .text(row.at.rfc3339), .text(row.conversionID.description),
        CSVCell(detail["type"]), CSVCell(detail["offer_id"]), CSVCell(detail["rule"]), CSVCell(detail["tier"]),
        detail["base"]?.stringValue.map { .number($0) } ?? .empty, CSVCell(detail["reason"]),
        .number(row.amount.description), .text(statement.currency.code),
      ])
    }.joined()
  }
}
