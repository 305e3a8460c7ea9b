import Core
import Database

/// What is counted and summed, each with its one definition. Base metrics add up over any grouping, so totals and derived
/// metrics are always computed from them and never from rows already rounded.
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
  /// Of clicks (CPC, CPM) and of conversions (CPA, RevShare). Micros.
  case cost
  /// Payouts of approved conversions of every type, upsells and rebills too. Micros.
  case revenue
  /// Clicks and conversions with money in a currency that there is no rate for: it is missing from cost and revenue.
  case unconverted

  /// Its name as a column of our SQL; not the bare name, for `unique` is a word of the language.
  var column: String { "\(self)_sum" }

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
      """
      COALESCE(sum(CASE WHEN currency = \(currency) THEN cost_micros
        ELSE round(cost_micros::numeric * \(ClickRates.column) / 1000000000000) END) FILTER (WHERE status = 'ok'), 0)
      """
    case .cost: "COALESCE(sum(cost_micros) FILTER (WHERE status = 'ok' AND currency = \(currency)), 0)"
    case .unconverted:
      """
      count(*) FILTER (WHERE status = 'ok' AND currency <> \(currency) AND cost_micros <> 0
        \(converts ? SQL("AND \(ClickRates.column) IS NULL") : SQL("")))
      """
    case .leads, .conversions, .hold, .revenue: nil
    }
  }

  /// The aggregate over `conversions`; nil when conversions add nothing.
  /// - Parameter schema: whose types of conversions say which of them count.
  func overConversions(_ schema: SchemaName) -> SQL? {
    switch self {
    case .leads: "count(*) FILTER (WHERE status = 'lead' OR (type = 'lead' AND status = 'sale'))"
    case .conversions:
      """
      count(*) FILTER (WHERE status = 'sale'
        AND type = ANY (ARRAY(SELECT t.name FROM \(schema).conversion_types t WHERE t.counts AND t.archived_at IS NULL)))
      """
    case .hold: "count(*) FILTER (WHERE status = 'hold')"
    case .cost: "COALESCE(sum(cost_micros), 0)"
    case .unconverted: "count(*) FILTER (WHERE rate_missing)"
    case .revenue: "COALESCE(sum(revenue_micros) FILTER (WHERE status = 'sale'), 0)"
    case .clicks, .unique, .blocked: nil
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
