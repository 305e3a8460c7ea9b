public import Core
public import Database

/// Adds up what the vendor earns and is owed.
public struct RevenueStore: Sendable {
  private let database: any SQLExecutor

  public init(_ database: any SQLExecutor) { self.database = database }

  /// How many months a report may cover.
  public static let mostMonths = 60

  /// For each currency the last `months` months up to `now`, in the order of their codes.
  public func report(months: Int, at now: Timestamp) async throws -> [RevenueReport] {
    let names = Self.names(min(max(months, 1), Self.mostMonths), at: now)
    guard let first = names.first else { return [] }
    var books: [Currency: Book] = [:]
    for row in try await movements(at: now) {
      let name: String = try row.get("month")
      books[try row.get("currency"), default: Book()].add(
        name < first ? nil : name, try row.get("kind"), try row.get("amount"), count: try row.get("count"))
    }
    for row in try await payments(from: first, at: now) {
      let name: String = try row.get("month")
      books[try row.get("currency"), default: Book()].addCash(
        name, collected: try row.get("collected"), refunded: try row.get("refunded"))
    }
    let running = try await running()
    return books.sorted { $0.key.code < $1.key.code }.map { currency, book in
      RevenueReport(
        currency: currency, months: book.months(names, currency), subscriptions: running[currency] ?? 0)
    }
  }

  private func movements(at now: Timestamp) async throws -> [Row] {
    try await database.query(
      """
      SELECT m.currency, to_char(m.at AT TIME ZONE 'UTC', 'YYYY-MM') AS month, m.kind, sum(m.amount)::bigint AS amount,
        count(*) AS count
      FROM license.revenue_movements m WHERE m.at <= \(now)
      GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
      """)
  }

  private func payments(from month: String, at now: Timestamp) async throws -> [Row] {
    let start = LocalDate("\(month)-01")?.utcMidnight ?? now
    return try await database.query(
      """
      SELECT c.currency, to_char(c.at AT TIME ZONE 'UTC', 'YYYY-MM') AS month,
        sum(c.collected)::bigint AS collected, sum(c.refunded)::bigint AS refunded
      FROM (
        SELECT currency, received_at AS at, amount AS collected, 0 AS refunded FROM license.payments
        UNION ALL
        SELECT currency, settled_at, 0, amount FROM license.refunds WHERE status = 'paid') c
      WHERE c.at >= \(start) AND c.at <= \(now)
      GROUP BY 1, 2 ORDER BY 1, 2
      """)
  }

  private func running() async throws -> [Currency: Int] {
    let rows = try await database.query(
      """
      SELECT c.currency, count(*) AS count
      FROM license.subscriptions s JOIN license.prices c ON c.id = s.price_id
      WHERE s.status = 'active' OR (s.status = 'past_due' AND s.paid_until IS NOT NULL) GROUP BY c.currency
      """)
    var counts: [Currency: Int] = [:]
    for row in rows { counts[try row.get("currency")] = try row.get("count") }
    return counts
  }

  /// What all open invoices together are over.
  public func dueInvoices(at now: Timestamp) async throws -> [DueInvoices] {
    let rows = try await database.query(
      """
      SELECT currency, CASE WHEN due_at > \(now) THEN 'not_due' WHEN due_at > \(now - .days(30)) THEN '1_30'
          WHEN due_at > \(now - .days(60)) THEN '31_60' ELSE '61_and_more' END AS age,
        count(*) AS count, sum(due)::bigint AS due
      FROM license.invoices WHERE status = 'open' GROUP BY 1, 2
      """)
    var found: [DueInvoices] = []
    for row in rows {
      guard let age = DueInvoices.Age(rawValue: try row.get("age")) else { continue }
      let currency: Currency = try row.get("currency")
      found.append(
        DueInvoices(
          currency: currency, age: age, count: try row.get("count"),
          due: Money(minorUnits: try row.get("due"), currency: currency)))
    }
    let ages = DueInvoices.Age.allCases
    return found.sorted { one, other in
      one.currency == other.currency
        ? (ages.firstIndex(of: one.age) ?? 0) < (ages.firstIndex(of: other.age) ?? 0)
        : one.currency.code < other.currency.code
    }
  }

  /// The subscriptions whose payment is being asked for, the longest unpaid first.
  public func dunning(limit: Int) async throws -> [DunningCase] {
    let rows = try await database.query(
      """
      SELECT s.id, s.customer_id, c.email, p.name AS plan, s.status, s.unpaid_since, i.currency,
        sum(i.due)::bigint AS due,
        (SELECT count(*) FROM license.payment_attempts a WHERE a.invoice_id = min(i.id)) AS attempts,
        (SELECT a.message FROM license.payment_attempts a WHERE a.invoice_id = min(i.id)
         ORDER BY a.attempt DESC LIMIT 1) AS message
      FROM license.subscriptions s
      JOIN license.customers c ON c.id = s.customer_id
      JOIN license.plans p ON p.id = s.plan_id
      JOIN license.invoices i ON i.subscription_id = s.id AND i.status = 'open'
      WHERE s.status IN ('past_due', 'suspended') AND s.unpaid_since IS NOT NULL
      GROUP BY s.id, c.email, p.name, i.currency
      ORDER BY s.unpaid_since, s.id LIMIT \(limit)
      """)
    var cases: [DunningCase] = []
    for row in rows {
      cases.append(
        DunningCase(
          subscriptionID: try row.get("id"), customerID: try row.get("customer_id"),
          customerEmail: try row.get("email"), plan: try row.get("plan"), status: try row.get("status"),
          unpaidSince: try row.get("unpaid_since"),
          due: Money(minorUnits: try row.get("due"), currency: try row.get("currency")),
          attempts: try row.get("attempts"), lastMessage: try row.get("message")))
    }
    return cases
  }

  /// `2026-10`, `2026-11`: the last is that of `now`.
  private static func names(_ count: Int, at now: Timestamp) -> [String] {
    let text = now.rfc3339
    guard let year = Int(text.prefix(4)), let month = Int(text.dropFirst(5).prefix(2)) else { return [] }
    let last = year * 12 + month - 1
    return (last - count + 1...last).map { index in
      let number = index % 12 + 1
      return "\(index / 12)-\(number < 10 ? "0" : "")\(number)"
    }
  }
}
