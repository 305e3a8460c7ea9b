import Analytics
import Core

/// The figures of now and of before that are held against each other. A day that is not over is compared with as many
/// whole hours of the day before: everything else would look like a loss until midnight.
struct DashboardComparison: Sendable {
  let now: BaseValues
  /// Nil when there is nothing to compare with.
  let before: BaseValues?
  /// What it is compared with, as part of a sentence: `the 7 days before`.
  let words: String
  /// Whole hours of today that are compared; nil for days that are over.
  let hours: Int64?

  /// - Parameters:
  ///   - today: in the dashboard's zone.
  ///   - localHour: of it: 0 to 23.
  init(_ byTime: ReportAnswer, _ period: Period, today: LocalDate, localHour: Int64) {
    guard period.from == today, period.to == today else {
      self.now = byTime.totals
      self.before = byTime.previousTotals
      words = period.dayCount == 1 ? "the day before" : "the \(period.dayCount) days before"
      hours = nil
      return
    }
    var (ofToday, ofYesterday) = (BaseValues(), BaseValues())
    for row in byTime.rows {
      guard case .hour(let hour)? = row.keys.first, hour < localHour else { continue }
      ofToday.add(row.values)
      if let previous = row.previous { ofYesterday.add(previous) }
    }
    now = ofToday
    before = localHour > 0 ? ofYesterday : nil
    words = "yesterday until \(GroupKey.hour(localHour).text)"
    hours = localHour
  }

  private init(now: BaseValues, before: BaseValues?, words: String, hours: Int64?) {
    (self.now, self.before, self.words, self.hours) = (now, before, words, hours)
  }

  /// The same of people, who are counted over all of the time.
  func of(_ people: ReportAnswer) -> DashboardComparison {
    DashboardComparison(now: people.totals, before: people.previousTotals, words: words, hours: hours)
  }

  /// Nil where there is nothing to compare. People of several hours can't be added up.
  func change(of metric: Metric) -> Change? {
    guard let before, hours == nil || !metric.countsPeople else { return nil }
    return Change(from: metric.value(of: before), to: metric.value(of: now))
  }
}

extension BaseValues {
  fileprivate mutating func add(_ other: BaseValues) {
    for metric in BaseMetric.allCases where !metric.isDistinct {
      self[metric] &+= other[metric]
    }
  }
}

/// A change of a figure in percent.
struct Change: Sendable, Hashable {
  let isRise: Bool
  /// Without its sign: an arrow says which way.
  let text: String

  /// Nil when there is nothing to compare with, or no change to speak of.
  init?(from before: MetricValue?, to after: MetricValue?) {
    guard let before = before?.number, let after = after?.number, before != 0 else { return nil }
    let percent = (after - before) / before.magnitude * 100
    guard percent.magnitude >= 0.05, percent.magnitude < 100_000 else { return nil }
    isRise = percent > 0
    text = Figures.percent(tenThousandths: Int64((percent.magnitude * 10_000).rounded()), places: 1)
  }
}

extension MetricValue {
  /// Near enough for a comparison in percent and for a line.
  var number: Double {
    switch self {
    case .count(let count): Double(count)
    case .money(let amount): Double(amount.rawValue)
    case .percent(let value), .ratio(let value): Double(value)
    }
  }
}
