import Analytics
import Core

/// A row that was opened on the way here: what it was grouped by, and for a date the days that were shown before.
struct DrillStep: Sendable, Hashable, LosslessStringConvertible {
  let grouping: Grouping
  /// `7d` or `2026-11-01_2026-11-21`.
  var days: String?

  init(_ grouping: Grouping, days: String? = nil) {
    self.grouping = grouping
    self.days = days
  }

  /// `campaign` or `date@7d`
  init?(_ text: String) { self.init(text[...]) }

  init?(_ text: Substring) {
    let parts = text.split(separator: "@", maxSplits: 1)
    guard let word = parts.first, let grouping = Grouping(rawValue: String(word)) else { return nil }
    self.init(grouping, days: parts.count == 2 ? String(parts[1]) : nil)
  }

  var description: String { days.map { "\(grouping.rawValue)@\($0)" } ?? grouping.rawValue }
}

extension ReportQuestion {
  /// In which order people usually look into a row.
  private static let usualPath: [Grouping] = [
    .campaign, .source, .offer, .landing, .country, .device, .os, .browser, .sub1, .date,
  ]

  /// What a row can still be broken down by.
  var nextGroupings: [Grouping] {
    let used = Set(filters.filter { $0.kind == .only && $0.values.count == 1 }.map(\.grouping) + path.map(\.grouping))
    return Grouping.allCases.filter { !used.contains($0) }
  }

  /// Of these, what people usually look at, in their order.
  var usualGroupings: [Grouping] {
    let open = Set(nextGroupings)
    return Self.usualPath.filter { open.contains($0) }
  }

  /// The same about one row alone, grouped by what is left or by what usually comes next. Nil for hours and weekdays,
  /// which are no filter.
  func opening(_ key: GroupKey, of grouping: Grouping, in period: Period) -> ReportQuestion? {
    var question = self
    var step = DrillStep(grouping)
    switch key {
    case .hour, .weekday: return nil
    case .date(let day):
      step.days = days(period)
      question.preset = nil
      (question.from, question.to) = (day.description, day.description)
    case .entity(let id, _): question.narrow(grouping, to: id.map { "\($0)" })
    case .text(let text): question.narrow(grouping, to: text)
    }
    question.path.append(step)
    question.groupings.removeAll { $0 == grouping }
    if question.groupings.isEmpty { question.groupings = [question.usualNext(after: grouping)] }
    question.limit = Self.standardLimit
    return question
  }

  private mutating func narrow(_ grouping: Grouping, to value: String?) {
    filters.removeAll { $0.grouping == grouping }
    add(value ?? ReportRequest.missingValue, to: grouping)
  }

  private func usualNext(after grouping: Grouping) -> Grouping {
    if grouping == .date { return .hour }
    let open = Set(nextGroupings)
    let start = Self.usualPath.firstIndex(of: grouping).map { $0 + 1 } ?? 0
    let order = Self.usualPath[start...] + Self.usualPath[..<start]
    return order.first { open.contains($0) } ?? .hour
  }

  private func days(_ period: Period) -> String {
    period.preset?.rawValue ?? "\(period.from)_\(period.to)"
  }

  /// As it was before the path's step with this number, from 0.
  func before(step number: Int) -> ReportQuestion {
    var question = self
    for step in path[number...].reversed() {
      question.filters.removeAll { $0.grouping == step.grouping && $0.kind == .only }
      if let days = step.days { question.restore(days) }
    }
    question.groupings = [path[number].grouping]
    question.path = Array(path[..<number])
    question.sort = nil
    question.limit = Self.standardLimit
    return question
  }

  private mutating func restore(_ days: String) {
    let ends = days.split(separator: "_")
    let isPair = ends.count == 2 && ends[0].contains("-")
    preset = isPair ? nil : days
    from = isPair ? String(ends[0]) : nil
    to = isPair ? String(ends[1]) : nil
  }
}
