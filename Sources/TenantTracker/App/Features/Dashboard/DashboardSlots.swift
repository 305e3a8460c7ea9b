import Analytics
import Core

/// Every hour or day of a dashboard's range, those without traffic too.
struct DashboardSlots: Sendable {
  struct Slot: Sendable {
    let label: String
    let values: BaseValues
    let previous: BaseValues
  }

  /// `Hour`, `Day`
  let title: String
  let slots: [Slot]

  /// More days make no line.
  private static let limit = 1_000

  init(_ byTime: ReportAnswer, _ question: DashboardQuestion) {
    var found: [GroupKey: ReportAnswer.Row] = [:]
    for row in byTime.rows { if let key = row.keys.first { found[key] = row } }
    let keys: [GroupKey] =
      question.isByHour
      ? (0..<24).map { .hour($0) }
      : (0..<min(question.period.dayCount, Self.limit)).map { .date(question.period.from.adding(days: $0)) }
    title = question.isByHour ? "Hour" : "Day"
    slots = keys.map { key in
      Slot(
        label: key.text, values: found[key]?.values ?? BaseValues(), previous: found[key]?.previous ?? BaseValues())
    }
  }

  /// For a line without a scale: what has no value is nothing.
  func line(_ metric: Metric) -> [Double] { slots.map { metric.value(of: $0.values)?.number ?? 0 } }
}
