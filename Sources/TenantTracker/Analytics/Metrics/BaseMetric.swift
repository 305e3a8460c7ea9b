import Core
import Database

/// What is counted and summed, each with its one definition. Base metrics add up over any grouping (but those that count
/// people: ``isDistinct``), so totals and derived metrics are always computed from them and never from rows already
/// rounded.
public enum BaseMetric: Int, Sendable, CaseIterable {
  /// Clicks that were let through.
  case clicks
  /// Clicks that were the visitor's first on the campaign when they came.
  case unique
  /// Hits of bots, blacklisted and capped visitors: no clicks.
  case blocked
  /// Conversions announced as leads, and approved ones of type lead.
  case leads
  /// Approved conversions of type sale and of the types marked as such: one per click and transaction.
  case conversions
  /// Undecided conversions; they count nowhere else.
  case hold
  /// Sales: each with a transaction id once, each without one by itself.
  case orders
  /// Of clicks (CPC, CPM) and of conversions (CPA, RevShare). Micros.
  case cost
  /// Payouts of approved conversions of every type, upsells and rebills too. Micros.
  case revenue
  /// Clicks and conversions with money in a currency that there is no rate for: it is missing from cost and revenue.
  case unconverted
  /// Different people with an order.
  case customers
  /// Of them, those with two orders or more.
  case repeatCustomers

  /// Whether it counts people, who may be in several groups: the total is counted apart, not added up from groups.
  public var isDistinct: Bool { self == .customers || self == .repeatCustomers }

  /// Whether it is a sum of amounts that others sent: of those there may be more than 64 bits hold.
  var isMoney: Bool { self == .cost || self == .revenue }

  /// Its name as a column of our SQL; not the bare name, for `unique` is a word of the language.
  var column: String { self == .repeatCustomers ? "repeat_customers_sum" : "\(self)_sum" }

  /// The aggregate over `clicks`; nil when clicks add nothing.
  /// - Parameters:
  ///   - currency: of the report.
  ///   - converts: whether each click is joined with its day's rate, ``ClickRates/column``.
  func overClicks(_ currency: Currency, converts: Bool = false) -> SQL? {
    switch self {
    case .clicks: "count(*) FILTER (WHERE status = 'ok')"
    case .unique: "count(*) FILTER (WHERE status = 'ok' AND is_unique)"
    case .blocked: "count(*) FILTER (WHERE status IN ('blocked', 'capped'))"
    case .cost where converts:
      // In two sums: nearly all clicks are in the report's currency, and whole numbers are added up much faster.
      """
      COALESCE(sum(cost_micros) FILTER (WHERE status = 'ok' AND currency = \(currency)), 0)
        + COALESCE(sum(round(cost_micros::numeric * \(ClickRates.column) / 1000000000000))
          FILTER (WHERE status = 'ok' AND currency <> \(currency)), 0)
      """
    case .cost: "COALESCE(sum(cost_micros) FILTER (WHERE status = 'ok' AND currency = \(currency)), 0)"
    case .unconverted:
      """
      count(*) FILTER (WHERE status = 'ok' AND currency <> \(currency) AND cost_micros <> 0
        \(converts ? SQL("AND \(ClickRates.column) IS NULL") : SQL("")))
      """
    case .leads, .conversions, .hold, .orders, .revenue, .customers, .repeatCustomers: nil
    }
  }

  /// The aggregate over rows of rollups, which hold what ``overClicks(_:converts:)`` was; nil when clicks add nothing.
  var overRollups: SQL? {
    switch self {
    case .clicks: "COALESCE(sum(clicks), 0)"
    case .unique: "COALESCE(sum(uniques), 0)"
    case .blocked: "COALESCE(sum(blocked), 0)"
    case .cost: "COALESCE(sum(cost_micros), 0)"
    case .unconverted: "COALESCE(sum(unconverted), 0)"
    case .leads, .conversions, .hold, .orders, .revenue, .customers, .repeatCustomers: nil
    }
  }

  /// The aggregate over `conversions`; nil when conversions add nothing.
  /// - Parameters:
  ///   - schema: whose types of conversions say which of them count.
  ///   - money: how their amounts come into the report's currency.
  func overConversions(_ schema: SchemaName, _ money: ConversionMoney) -> SQL? {
    switch self {
    case .leads: "count(*) FILTER (WHERE status = 'lead' OR (type = 'lead' AND status = 'sale'))"
    case .conversions: "count(*) FILTER (WHERE \(CountedSale.condition(schema)))"
    case .orders: "count(*) FILTER (WHERE \(CountedSale.condition(schema)) AND \(CountedSale.opensOrder))"
    case .hold: "count(*) FILTER (WHERE status = 'hold')"
    case .cost: "COALESCE(sum(\(money.amount("cost_micros"))), 0)"
    case .unconverted: "count(*) FILTER (WHERE \(money.isMissing))"
    case .revenue: "COALESCE(sum(\(money.amount("revenue_micros"))) FILTER (WHERE status = 'sale'), 0)"
    case .clicks, .unique, .blocked, .customers, .repeatCustomers: nil
    }
  }
}

/// One value per base metric.
public struct BaseValues: Sendable, Hashable {
  private var values = [Int64](repeating: 0, count: BaseMetric.allCases.count)

  public init() {}

  public subscript(metric: BaseMetric) -> Int64 {
    get { values[metric.rawValue] }
    set { values[metric.rawValue] = newValue }
  }
}
