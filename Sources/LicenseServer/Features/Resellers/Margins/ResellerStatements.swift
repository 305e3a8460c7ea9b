import Billing
import Core
import Database

/// Bills resellers: once a month one statement over all licence periods that began before the month ended, with an
/// invoice over their wholesale prices.
struct ResellerStatements: Sendable {
  let database: ConnectionPool
  let mail: MailJobs
  let clock: any WallClock

  /// Bills the month before the current one (UTC) to whoever has not been billed for it. Running it again, or twice at
  /// once, bills nothing twice. Charges of earlier months that stand on no statement are on this one.
  func billLastMonth() async throws {
    guard let end = Self.startOfMonth(at: clock.now()) else { return }
    for reseller in try await ResellerChargeStore(database).resellersToBill(before: end.utcMidnight) {
      try await bill(reseller, before: end)
    }
  }

  private func bill(_ id: Int64, before end: LocalDate) async throws {
    try await database.transaction(retries: 3) { connection in
      guard let reseller = try await ResellerStore(connection).lock(id) else { return }
      let now = clock.now()
      let month = end.adding(days: -1)
      guard let first = LocalDate(year: month.year, month: month.month, day: 1) else { return }
      let store = ResellerChargeStore(connection)
      guard try await !store.hasStatement(of: id, for: first) else { return }
      let groups = try await store.groups(of: id, before: end.utcMidnight)
      guard !groups.isEmpty else { return }
      let sums = try Self.sums(groups, in: reseller.agreement.currency)
      let invoice = try await issue(
        groups, for: String(first.description.prefix(7)), to: reseller, in: connection, at: now)
      let statement = try await store.insertStatement(
        of: id, for: first, wholesale: sums.wholesale, retail: sums.retail, periods: groups.reduce(0) { $0 + $1.count },
        invoice: invoice?.id, before: end.utcMidnight, at: now)
      guard let issued = try await store.statement(statement, of: id) else { return }
      try await AuditStore(connection).append(
        AuditEntry(
          action: "reseller.statement", subject: ResellerRegister.subject(id), after: try issued.json), by: .server,
        at: now)
      try await mail.enqueue(
        ResellerStatementMail(
          month: issued.monthName, wholesale: "\(sums.wholesale)", retail: "\(sums.retail)", invoice: invoice?.number),
        to: reseller.email, reseller: id, in: connection)
    }
  }

  /// Nil when there is nothing to pay.
  private func issue(
    _ groups: [ResellerChargeStore.Group], for month: String, to reseller: Reseller, in connection: Connection,
    at now: Timestamp
  ) async throws -> Invoice? {
    let currency = reseller.agreement.currency
    let lines = try groups.filter { $0.wholesale > 0 }.map { group in
      try Invoice.Line(
        description: "\(group.plan) licence, one \(group.period.rawValue), wholesale, begun by \(month)",
        quantity: group.count, unitAmount: Money(minorUnits: group.wholesale, currency: currency))
    }
    guard !lines.isEmpty else { return nil }
    let details = try await BillingDetailsStore(connection).find(customer: reseller.customerID)
    let draft = try InvoiceDraft(
      customerID: reseller.customerID, purpose: .wholesale, currency: currency, lines: lines,
      tax: try await TaxRateStore(connection).treatment(of: details))
    let invoice = try await InvoiceStore(connection).issue(draft, at: now)
    try await VendorEventStore(connection).record(
      VendorEvent(
        .invoiceIssued, customer: reseller.customerID, reseller: reseller.id, data: ["invoice": invoice.json]), at: now)
    return invoice
  }

  static func sums(
    _ groups: [ResellerChargeStore.Group], in currency: Currency
  ) throws(MoneyFault) -> (wholesale: Money, retail: Money) {
    var (wholesale, retail) = (Money.zero(currency), Money.zero(currency))
    for group in groups {
      wholesale = try wholesale.adding(
        try Money(minorUnits: group.wholesale, currency: currency).multiplied(by: group.count))
      retail = try retail.adding(Money(minorUnits: group.retail, currency: currency))
    }
    return (wholesale, retail)
  }

  private static func startOfMonth(at now: Timestamp) -> LocalDate? {
    LocalDate("\(now.rfc3339.prefix(7))-01")
  }
}
