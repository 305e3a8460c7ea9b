import Core
import Database

/// What clicks are rolled up by: each grouping by itself, and all together. The numbers stand in the database: they stay.
struct RollupDimension: Sendable, Hashable {
  let number: Int
  /// Nil: all clicks.
  let grouping: Grouping?

  static let everything = RollupDimension(number: 0, grouping: nil)

  private static let groupings: [Grouping] = [
    .campaign, .landing, .offer, .flow, .source, .network, .publisher, .country, .region, .city, .os, .browser, .device,
    .language, .isp, .referrerDomain, .sub1, .sub2, .sub3, .sub4, .sub5,
  ]

  static let all: [RollupDimension] =
    [everything] + groupings.enumerated().map { RollupDimension(number: $0 + 1, grouping: $1) }

  static let numbers: [Int64] = all.map { Int64($0.number) }

  init?(of grouping: Grouping) {
    guard let index = Self.groupings.firstIndex(of: grouping) else { return nil }
    self.init(number: index + 1, grouping: grouping)
  }

  private init(number: Int, grouping: Grouping?) {
    self.number = number
    self.grouping = grouping
  }

  /// The one that can answer a request; nil when it combines groupings, or a grouping with a filter of another.
  init?(for request: ReportRequest) {
    let wanted = Set(request.groupings.filter { !$0.isTime } + request.filters.map(\.grouping))
    guard wanted.count <= 1 else { return nil }
    guard let grouping = wanted.first else {
      self = .everything
      return
    }
    self.init(of: grouping)
  }

  /// The column of `clicks`.
  var column: SQL? {
    switch grouping?.kind {
    case .entity(let column, _)?, .text(let column)?: SQL(unescaped: column)
    case .hourOfDay?, .dayOfWeek?, .day?, nil: nil
    }
  }

  var isEntity: Bool { grouping?.isEntity ?? false }

  /// The column of a rollup's rows that holds the key.
  var keyColumn: SQL { isEntity ? "id" : "value" }
}
