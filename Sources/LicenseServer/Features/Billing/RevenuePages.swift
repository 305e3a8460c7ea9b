import Billing
import Core
import Database
import Web

/// What the vendor earns and is owed, as charts, tables and CSV.
struct RevenuePages: Sendable {
  let database: ConnectionPool
  let layout: Layout
  let clock: any WallClock

  static let path = "/admin/revenue"

  func register(in table: inout StaffTable) {
    table.page("/revenue", .read(.billing), "Revenue", handler: page)
    for kind in RevenueTables.allCases {
      table.page("/revenue/\(kind.rawValue).csv", .read(.billing), "The \(kind.rawValue) table as CSV") { call in
        let months = try RevenueAPI.months(call.query("months"))
        let text = try await kind.csv(RevenueStore(database), months: months, at: clock.now())
        var reply = Reply(type: .csv, bytes: [UInt8](text.utf8))
        reply.offerDownload("\(kind.rawValue).csv")
        return reply
      }
    }
  }

  @Sendable private func page(_ call: StaffCall) async throws -> Reply {
    let now = clock.now()
    let months = try RevenueAPI.months(call.query("months"))
    let store = RevenueStore(database)
    let reports = try await store.report(months: months, at: now)
    let charts = try reports.map { try section($0) }
    let empty = PageParts.table(
      "Recurring revenue", [], [], empty: "Nothing has been paid yet: the first paid subscription shows here.")
    let choices = [6, 12, 24, 36].map { (value: "\($0)", title: "\($0) months") }
    return layout.staffPage(
      Layout.Frame(title: "Revenue", current: Self.path, actions: download("revenue", months)), call,
      """
      <form method="get" class="ty-search">\(PageParts.select("months", "Months", choices, selected: "\(months)"))\
      <button class="btn">Show</button></form>
      <p>Recurring revenue is what the running subscriptions bring a month at their list prices, without tax and before \
      coupons. Times are UTC.</p>
      \(charts.isEmpty ? empty : charts.joined())
      <h2>Invoices due</h2>\(due(try await store.dueInvoices(at: now)))\(download("due", months))
      <h2>Dunning</h2>\(dunning(try await store.dunning(limit: 200)))\(download("dunning", months))
      \(if: !charts.isEmpty, Chart.scripts(layout.assets))
      """)
  }

  private func download(_ table: String, _ months: Int) -> HTML {
    "<a class=\"btn\" href=\"\(Self.path)/\(table).csv?months=\(months)\">Download \(table).csv</a>"
  }

  private func section(_ report: RevenueReport) throws -> HTML {
    let code = report.currency.code
    let labels = report.months.map(\.name)
    let movements: [(String, Chart.Series.Shape, [Money])] = [
      ("MRR", .line, try report.months.map { try $0.closing }),
      ("Won", .bar, try report.months.map { try $0.new.adding($0.expansion).adding($0.reactivation) }),
      ("Lost", .bar, try report.months.map { try $0.contraction.adding($0.churn) }),
    ]
    let cash: [(String, Chart.Series.Shape, [Money])] = [
      ("Collected", .bar, report.months.map(\.collected)), ("Refunded", .bar, report.months.map(\.refunded)),
    ]
    let mrr = Chart(
      id: "mrr-\(code)", title: "Recurring revenue in \(code)", labelTitle: "Month", labels: labels, axis: code,
      series: movements.map(Self.series))
    let churn = Chart(
      id: "churn-\(code)", title: "Churn in \(code)", labelTitle: "Month", labels: labels, axis: "%",
      series: [
        Chart.Series(name: "Revenue lost", shape: .line, values: report.months.map { Self.percent($0.revenueChurn) }),
        Chart.Series(
          name: "Subscriptions lost", shape: .line, values: report.months.map { Self.percent($0.customerChurn) }),
      ])
    let collected = Chart(
      id: "cash-\(code)", title: "Payments in \(code)", labelTitle: "Month", labels: labels, axis: code,
      series: cash.map(Self.series))
    let current = report.current
    return PageParts.facts([
      ("Recurring revenue, \(code) a month", "\(try current?.closing.decimal ?? "0.00")"),
      ("Subscriptions", "\(report.subscriptions)"),
      ("Won this month", "\(current?.won ?? 0)"), ("Lost this month", "\(current?.lost ?? 0)"),
      ("Collected this month", "\(current?.collected.decimal ?? "0.00")"),
    ]) + PageParts.card(mrr.title, mrr.html) + PageParts.card(churn.title, churn.html)
      + PageParts.card(collected.title, collected.html)
  }

  private static func series(_ name: String, _ shape: Chart.Series.Shape, _ amounts: [Money]) -> Chart.Series {
    Chart.Series(name: name, shape: shape, values: amounts.map { (exact: .number($0.decimal), text: $0.decimal) })
  }

  private static func percent(_ millionths: Int64?) -> (exact: JSONValue, text: String) {
    guard let text = RevenueTables.percent(millionths) else { return (.null, "–") }
    return (.number(text), "\(text) %")
  }

  private func due(_ invoices: [DueInvoices]) -> HTML {
    let rows = invoices.map { item -> HTML in
      """
      <tr><td>\(item.currency.code)</td><td>\(item.age.title)</td><td class="num">\(item.count)</td>\
      <td class="num">\(item.due)</td></tr>
      """
    }
    return PageParts.table(
      "Invoices due", ["Currency", "Overdue", "#Invoices", "#To be paid"], rows, empty: "No invoice is open.")
  }

  private func dunning(_ cases: [DunningCase]) -> HTML {
    let rows = cases.map { item -> HTML in
      """
      <tr><td><a href="\(SubscriptionPages.path)/\(item.subscriptionID)">\(item.customerEmail)</a></td>\
      <td>\(item.plan)</td><td>\(PageParts.status(item.status.words))</td><td>\(PageParts.time(item.unpaidSince))</td>\
      <td class="num">\(item.due)</td><td class="num">\(item.attempts)</td>\
      <td>\(PageParts.time(item.nextAttempt, never: "no more"))</td><td>\(item.lastMessage ?? "–")</td></tr>
      """
    }
    return PageParts.table(
      "Dunning",
      ["Customer", "Plan", "Status", "Unpaid since", "#To be paid", "#Attempts", "Next attempt", "Last answer"], rows,
      empty: "Everybody has paid.")
  }
}
