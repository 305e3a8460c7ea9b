import Core

extension RevenueStore {
  /// One currency's figures as they are read.
  struct Book {
    private var openingAmount: Int64 = 0
    private var openingCount = 0
    private var amounts: [String: [RecurringRevenue.Movement: Int64]] = [:]
    private var counts: [String: [RecurringRevenue.Movement: Int]] = [:]
    private var cash: [String: (collected: Int64, refunded: Int64)] = [:]

    /// - Parameter month: nil for all before the report.
    mutating func add(_ month: String?, _ movement: RecurringRevenue.Movement, _ amount: Int64, count: Int) {
      guard let month else {
        openingAmount += amount
        openingCount += movement.gain * count
        return
      }
      amounts[month, default: [:]][movement, default: 0] += amount
      counts[month, default: [:]][movement, default: 0] += count
    }

    mutating func addCash(_ month: String, collected: Int64, refunded: Int64) {
      cash[month] = (collected, refunded)
    }

    func months(_ names: [String], _ currency: Currency) -> [RevenueReport.Month] {
      var (amount, count) = (openingAmount, openingCount)
      return names.map { name in
        let (moved, moves) = (amounts[name] ?? [:], counts[name] ?? [:])
        func money(_ movement: RecurringRevenue.Movement) -> Money {
          Money(minorUnits: moved[movement] ?? 0, currency: currency)
        }
        let month = RevenueReport.Month(
          name: name, opening: Money(minorUnits: amount, currency: currency), new: money(.new),
          expansion: money(.expansion), contraction: money(.contraction), churn: money(.churn),
          reactivation: money(.reactivation), won: (moves[.new] ?? 0) + (moves[.reactivation] ?? 0),
          lost: moves[.churn] ?? 0, openingCount: count,
          collected: Money(minorUnits: cash[name]?.collected ?? 0, currency: currency),
          refunded: Money(minorUnits: cash[name]?.refunded ?? 0, currency: currency))
        amount += moved.values.reduce(0, +)
        count += moves.reduce(0) { $0 + $1.key.gain * $1.value }
        return month
      }
    }
  }
}

extension RecurringRevenue.Movement {
  /// By how many subscriptions there are more.
  fileprivate var gain: Int {
    switch self {
    case .new, .reactivation: 1
    case .churn: -1
    case .expansion, .contraction: 0
    }
  }
}
