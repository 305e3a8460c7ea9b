import Core

/// The days a page shows, both included, read from its address: `?period=7d`, or `?from=…&to=…`.
struct Period: Sendable, Hashable {
  enum Preset: String, CaseIterable, Sendable {
    case today, yesterday
    case week = "7d"
    case month = "30d"
    case thisMonth = "this_month"
    case lastMonth = "last_month"

    var title: String {
      switch self {
      case .today: "Today"
      case .yesterday: "Yesterday"
      case .week: "7d"
      case .month: "30d"
      case .thisMonth: "This month"
      case .lastMonth: "Last month"
      }
    }
  }

  /// Nil for days chosen one by one.
  let preset: Preset?
  let from: LocalDate
  let to: LocalDate

  init(_ preset: Preset, today: LocalDate) {
    self.preset = preset
    (from, to) =
      switch preset {
      case .today: (today, today)
      case .yesterday: (today.adding(days: -1), today.adding(days: -1))
      case .week: (today.adding(days: -6), today)
      case .month: (today.adding(days: -29), today)
      case .thisMonth: (today.firstOfMonth, today)
      case .lastMonth: (today.firstOfMonth.adding(days: -1).firstOfMonth, today.firstOfMonth.adding(days: -1))
      }
  }

  /// Days that make no range fall back to the standard one: an address typed by hand still shows a page.
  init(preset: String?, from: String?, to: String?, today: LocalDate) {
    let years = 1970...2200
    if let preset = preset.flatMap(Preset.init(rawValue:)) {
      self.init(preset, today: today)
    } else if let first = from.flatMap({ LocalDate($0) }), let last = to.flatMap({ LocalDate($0) }), first <= last,
      years.contains(first.year), years.contains(last.year)
    {
      self.init(first, last, preset: Preset.allCases.first { Period($0, today: today).isOf(first, last) })
    } else {
      self.init(.week, today: today)
    }
  }

  private init(_ from: LocalDate, _ to: LocalDate, preset: Preset?) {
    self.preset = preset
    self.from = from
    self.to = to
  }

  private func isOf(_ first: LocalDate, _ last: LocalDate) -> Bool { from == first && to == last }

  var dayCount: Int { to.daysSinceEpoch - from.daysSinceEpoch + 1 }

  /// In words: `2026-11-21`, `2026-11-15 to 2026-11-21`.
  var text: String { from == to ? from.description : "\(from) to \(to)" }

  /// The query that asks for these days.
  var items: [(name: String, value: String)] {
    if let preset { return [("period", preset.rawValue)] }
    return [("from", from.description), ("to", to.description)]
  }
}

extension LocalDate {
  var firstOfMonth: LocalDate { adding(days: 1 - day) }
}
