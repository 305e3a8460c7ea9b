import Billing
import Core
import Web

/// The revenue page's tables as CSV files.
enum RevenueTables: String, CaseIterable, Sendable {
  case revenue, dunning, due

  /// RFC 4180, with a heading.
  func csv(_ store: RevenueStore, months: Int, at now: Timestamp) async throws -> String {
    switch self {
    case .revenue: try Self.revenue(try await store.report(months: months, at: now))
    case .dunning: Self.dunning(try await store.dunning(limit: 10_000))
    case .due: Self.due(try await store.dueInvoices(at: now))
    }
  }

  private static func revenue(_ reports: [RevenueReport]) throws -> String {
    var lines = [
      line([
        "currency", "month", "mrr_opening", "new", "expansion", "contraction", "churn", "reactivation", "mrr_closing",
        "subscriptions_opening", "won", "lost", "revenue_churn_percent", "customer_churn_percent", "collected",
        "refunded",
      ])
    ]
    for report in reports {
      for month in report.months {
        lines.append(
          line([
            report.currency.code, month.name, month.opening.decimal, month.new.decimal, month.expansion.decimal,
            month.contraction.decimal, month.churn.decimal, month.reactivation.decimal, try month.closing.decimal,
            "\(month.openingCount)", "\(month.won)", "\(month.lost)", percent(month.revenueChurn) ?? "",
            percent(month.customerChurn) ?? "", month.collected.decimal, month.refunded.decimal,
          ]))
      }
    }
    return lines.joined()
  }

  private static func dunning(_ cases: [DunningCase]) -> String {
    let heading = line([
      "subscription_id", "customer_email", "plan", "status", "unpaid_since", "due", "currency", "attempts",
      "next_attempt", "last_message",
    ])
    let rows = cases.map { item in
      line([
        "\(item.subscriptionID)", item.customerEmail.description, item.plan, item.status.rawValue,
        item.unpaidSince.rfc3339, item.due.decimal, item.due.currency.code, "\(item.attempts)",
        item.nextAttempt?.rfc3339 ?? "", item.lastMessage ?? "",
      ])
    }
    return heading + rows.joined()
  }

  private static func due(_ invoices: [DueInvoices]) -> String {
    let rows = invoices.map { line([$0.currency.code, $0.age.rawValue, "\($0.count)", $0.due.decimal]) }
    return line(["currency", "overdue_days", "invoices", "due"]) + rows.joined()
  }

  /// Millionths as a percentage with two places, rounded down: `3.25`.
  static func percent(_ millionths: Int64?) -> String? {
    guard let millionths else { return nil }
    let hundredths = millionths / 100
    let rest = abs(hundredths % 100)
    return "\(hundredths < 0 ? "-" : "")\(abs(hundredths) / 100).\(rest < 10 ? "0" : "")\(rest)"
  }

  private static func line(_ fields: [String]) -> String { fields.map(encoded).joined(separator: ",") + "\r\n" }

  private static func encoded(_ field: String) -> String {
    // What begins like a formula gets an apostrophe, as OWASP advises; numbers of ours begin with a digit or a minus.
    let first = field.unicodeScalars.first
    let isNumber =
      field.dropFirst().allSatisfy { $0.isNumber || $0 == "." }
      && first.map { "-0123456789".unicodeScalars.contains($0) } == true
    let isFormula = !isNumber && first.map { "=+-@\t\r\n".unicodeScalars.contains($0) } == true
    let safe = isFormula ? "'\(field)" : field
    guard safe.unicodeScalars.contains(where: { ",\"\r\n".unicodeScalars.contains($0) }) else { return safe }
    return "\"\(safe.replacing("\"", with: "\"\""))\""
  }
}
