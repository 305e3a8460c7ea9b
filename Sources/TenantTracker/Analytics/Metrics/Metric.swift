import Core

/// The metric dictionary: what dashboard, reports, rules and API mean by each name.
public enum Metric: String, Sendable, CaseIterable {
  case clicks, unique, blocked, leads, conversions, hold, cost, revenue, profit, roi, cr, epc, cpa, cpl
  case orders, customers
  case repeatCustomers = "repeat_customers"
  case aov, roas, cac, ltv, rpc
  case repeatRate = "repeat_rate"

  /// Those of every report that names none.
  public static let standard: [Metric] = [
    .clicks, .unique, .blocked, .leads, .conversions, .hold, .cost, .revenue, .profit, .roi, .cr, .epc, .cpa, .cpl,
  ]

  /// Those of shops.
  public static let commerce: [Metric] = [
    .orders, .customers, .repeatCustomers, .aov, .roas, .cac, .ltv, .rpc, .repeatRate,
  ]

  public enum Format: String, Sendable {
    case count
    /// An amount in the report's currency.
    case money
    /// Hundredths of one, as 12.5 for 12.5 %.
    case percent
    /// A plain number: 9 is nine units back for one spent.
    case ratio
  }

  public var format: Format {
    switch self {
    case .clicks, .unique, .blocked, .leads, .conversions, .hold, .orders, .customers, .repeatCustomers: .count
    case .cost, .revenue, .profit, .epc, .cpa, .cpl, .aov, .cac, .ltv, .rpc: .money
    case .roi, .cr, .repeatRate: .percent
    case .roas: .ratio
    }
  }

  /// As table heads and charts call it.
  public var label: String {
    switch self {
    case .clicks: "Clicks"
    case .unique: "Unique"
    case .blocked: "Blocked"
    case .leads: "Leads"
    case .conversions: "Conversions"
    case .hold: "Hold"
    case .cost: "Cost"
    case .revenue: "Revenue"
    case .profit: "Profit"
    case .roi: "ROI %"
    case .cr: "CR %"
    case .epc: "EPC"
    case .cpa: "CPA"
    case .cpl: "CPL"
    case .orders: "Orders"
    case .customers: "Customers"
    case .repeatCustomers: "Repeat customers"
    case .aov: "AOV"
    case .roas: "ROAS"
    case .cac: "CAC"
    case .ltv: "LTV"
    case .rpc: "RPC"
    case .repeatRate: "Repeat rate %"
    }
  }

  var formula: MetricFormula {
    switch self {
    case .clicks: .amount(.clicks)
    case .unique: .amount(.unique)
    case .blocked: .amount(.blocked)
    case .leads: .amount(.leads)
    case .conversions: .amount(.conversions)
    case .hold: .amount(.hold)
    case .cost: .amount(.cost)
    case .revenue: .amount(.revenue)
    case .profit: .amount(.revenue, minus: .cost)
    case .roi: .ratio(.revenue, minus: .cost, per: .cost)
    case .cr: .ratio(.conversions, per: .clicks)
    case .epc: .ratio(.revenue, per: .clicks)
    case .cpa: .ratio(.cost, per: .conversions)
    case .cpl: .ratio(.cost, per: .leads)
    case .orders: .amount(.orders)
    case .customers: .amount(.customers)
    case .repeatCustomers: .amount(.repeatCustomers)
    case .aov: .ratio(.revenue, per: .orders)
    case .roas: .ratio(.revenue, per: .cost)
    case .cac: .ratio(.cost, per: .customers)
    case .ltv: .ratio(.revenue, per: .customers)
    case .rpc: .ratio(.revenue, per: .clicks)
    case .repeatRate: .ratio(.repeatCustomers, per: .customers)
    }
  }

  /// Whether it counts people, which takes longer: reports do it only when asked for one of these.
  public var countsPeople: Bool {
    [formula.amount, formula.subtrahend, formula.divisor].contains { $0?.isDistinct == true }
  }

  /// Whether it is a ratio, which has no value where it would divide by zero.
  public var isRatio: Bool { formula.divisor != nil }

  /// The metric's value, rounded once, from exact base values. Nil where it would divide by zero.
  public func value(of base: BaseValues) -> MetricValue? {
    switch format {
    case .count: formula.value(of: base).map(MetricValue.count)
    case .money: formula.value(of: base).map { .money(Micros(rawValue: $0)) }
    case .percent: formula.value(of: base, scale: 100 * MetricValue.percentScale).map { .percent(tenThousandths: $0) }
    case .ratio: formula.value(of: base, scale: MetricValue.percentScale).map { .ratio(tenThousandths: $0) }
    }
  }
}
