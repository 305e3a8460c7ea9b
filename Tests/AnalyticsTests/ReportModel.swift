import Core
import Foundation

@testable import Analytics

/// What a report must say, computed from the same traffic by other means: Foundation's calendar, dictionaries, no SQL.
struct ReportModel {
  struct Answer: Hashable {
    var values = BaseValues()
    var previous = BaseValues()
  }

  let traffic: Traffic
  private let calendar: Foundation.Calendar
  private let request: ReportRequest
  private let days: LocalDateRange

  init?(_ traffic: Traffic, _ request: ReportRequest) {
    guard let zone = Foundation.TimeZone(identifier: request.zone.description), let from = request.from,
      let to = request.to, let days = LocalDateRange(from: from, to: to)
    else { return nil }
    var calendar = Foundation.Calendar(identifier: .gregorian)
    calendar.timeZone = zone
    self.traffic = traffic
    self.calendar = calendar
    self.request = request
    self.days = days
  }

  func rows() -> [[GroupKey]: Answer] {
    var rows: [[GroupKey]: Answer] = [:]
    for click in traffic.clicks {
      add(to: &rows, click, at: click.time) { values in
        values[.clicks] += click.status == "ok" ? 1 : 0
        values[.unique] += click.status == "ok" && click.isUnique ? 1 : 0
        values[.blocked] += click.status == "ok" ? 0 : 1
        values[.cost] += click.status == "ok" && click.currency == "USD" ? click.cost : 0
        values[.unconverted] += click.status == "ok" && click.currency != "USD" && click.cost != 0 ? 1 : 0
      }
    }
    for conversion in traffic.conversions {
      let time = request.basis == .click ? conversion.click.time : conversion.createdAt
      add(to: &rows, conversion.click, at: time) { values in
        let isSale = conversion.status == "sale"
        values[.leads] += conversion.status == "lead" || (conversion.type == "lead" && isSale) ? 1 : 0
        // Of the predefined types these two count.
        values[.conversions] += ["sale", "ftd"].contains(conversion.type) && isSale ? 1 : 0
        // Each has a transaction of its own.
        values[.orders] += ["sale", "ftd"].contains(conversion.type) && isSale ? 1 : 0
        values[.hold] += conversion.status == "hold" ? 1 : 0
        values[.revenue] += isSale ? conversion.revenue : 0
        values[.cost] += conversion.cost
        values[.unconverted] += conversion.isRateMissing ? 1 : 0
      }
    }
    return rows
  }

  private func add(
    to rows: inout [[GroupKey]: Answer], _ click: TestClick, at time: Timestamp, _ change: (inout BaseValues) -> Void
  ) {
    guard request.filters.allSatisfy({ matches($0, click) }) else { return }
    let parts = calendar.dateComponents([.year, .month, .day, .hour, .weekday], from: time.date)
    guard let year = parts.year, let month = parts.month, let day = parts.day, let hour = parts.hour,
      let weekday = parts.weekday, let date = LocalDate(year: year, month: month, day: day)
    else { return }
    let isCurrent = (days.from...days.to).contains(date)
    let isPrevious = request.comparesPrevious && (days.previous.from...days.previous.to).contains(date)
    guard isCurrent || isPrevious else { return }
    let keys = request.groupings.map { grouping -> GroupKey in
      switch grouping.kind {
      case .entity(let column, _):
        return .entity(id: click.entities[column], name: click.entities[column].map { "\(grouping.rawValue) \($0)" })
      case .text(let column): return .text(click.texts[column])
      case .hourOfDay: return .hour(Int64(hour))
      case .dayOfWeek: return .weekday(Int64(weekday == 1 ? 7 : weekday - 1))
      case .day: return .date(isCurrent ? date : date.adding(days: days.dayCount))
      }
    }
    if isCurrent {
      change(&rows[keys, default: Answer()].values)
    } else {
      change(&rows[keys, default: Answer()].previous)
    }
  }

  private func matches(_ filter: ReportRequest.Filter, _ click: TestClick) -> Bool {
    switch (filter.grouping.kind, filter.values) {
    case (.entity(let column, _), .ids(let ids)):
      click.entities[column].map { ids.contains($0) } ?? filter.includesMissing
    case (.text(let column), .texts(let texts)):
      click.texts[column].map { texts.contains($0) } ?? filter.includesMissing
    default: false
    }
  }
}
