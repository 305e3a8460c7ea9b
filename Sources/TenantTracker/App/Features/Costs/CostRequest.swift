import Analytics
import Core

/// What many clicks shall cost, in the tenant's currency.
struct CostRequest: Sendable, Hashable {
  enum Selection: Sendable, Hashable {
    /// The clicks of these days that fit.
    case filter(Filter)
    /// Each line names one click.
    case lines([Line])
  }

  struct Filter: Sendable, Hashable {
    var campaignID: Int64?
    var sourceID: Int64?
    /// 1 to 30, and its value.
    var sub: Sub?
  }

  struct Sub: Sendable, Hashable {
    var number: Int
    var value: String
  }

  struct Line: Sendable, Hashable {
    /// A click's id, else the source's id of it.
    var name: String
    var cost: Micros
  }

  enum Mode: String, Sendable, CaseIterable {
    case perClick = "per_click"
    case total
  }

  var selection: Selection
  /// Half-open. Of lines, only those that name the source's ids are looked for in it.
  var period: Range<Timestamp>
  var mode: Mode
  /// Per click, or to be divided among all of them. Lines have their own.
  var cost: Micros

  static let lineLimit = 50_000
  static let dayLimit = 366
  /// Of clicks in one change.
  static let clickLimit: Int64 = 2_000_000

  /// As it is noted.
  var json: JSONValue {
    var object: JSONObject = [
      "from": JSONValue(period.lowerBound), "to": JSONValue(period.upperBound), "mode": .string(mode.rawValue),
    ]
    switch selection {
    case .filter(let filter):
      object["cost"] = JSONValue(cost)
      object["campaign_id"] = JSONValue(filter.campaignID)
      object["source_id"] = JSONValue(filter.sourceID)
      if let sub = filter.sub { object["sub\(sub.number)"] = .string(sub.value) }
    case .lines(let lines): object["lines"] = .int(lines.count)
    }
    return .object(object)
  }
}

/// What a request would do.
struct CostEffect: Sendable, Hashable {
  var clicks: Int64
  /// Lines that name no click.
  var unmatched: Int64
  var before: Micros
  var after: Micros

  func json(_ currency: Currency) -> JSONValue {
    [
      "clicks": .int(clicks), "unmatched": .int(unmatched), "before": JSONValue(before), "after": JSONValue(after),
      "currency": JSONValue(currency),
    ]
  }
}
