public import Core

/// How a report will be answered: which days, which instants, from what. Made before any data is read, and readable.
public struct ReportPlan: Sendable, Hashable {
  /// Where the numbers of clicks come from. Those of conversions always come from the conversions.
  public enum Source: Sendable, Hashable {
    /// The rows of `clicks` themselves: as current as the last drained batch.
    case raw
    /// Rollups, which hold all clicks up to this moment.
    case rollup(until: Timestamp)
    /// Rollups up to this moment, and the clicks of what they do not have.
    case mixed(until: Timestamp)

    public var name: String {
      switch self {
      case .raw: "raw"
      case .rollup: "rollup"
      case .mixed: "mixed"
      }
    }

    /// Up to when the rollups are complete; nil when none were used.
    public var watermark: Timestamp? {
      switch self {
      case .raw: nil
      case .rollup(let until), .mixed(let until): until
      }
    }
  }

  public let request: ReportRequest
  public let window: ReportWindow
  public let source: Source
  /// All money of the answer is in it.
  public let currency: Currency
  private(set) var rates: ClickRates
  /// Of the tenant, when the answer is in another currency: conversions are in it.
  let homeCurrency: Currency?
  /// Of the days asked for and, if they are compared, of those that they are compared with.
  let covers: [RollupCover]
  /// What the rollups are by; nil when none are used.
  let dimension: RollupDimension?

  /// A plan that reads clicks only.
  init(_ request: ReportRequest, window: ReportWindow, currency: Currency, homeCurrency: Currency? = nil) {
    self.init(
      request, window, currency, ClickRates(), homeCurrency,
      covers: Self.ranges(request, window).map(RollupCover.init(raw:)),
      dimension: nil, watermark: nil)
  }

  private init(
    _ request: ReportRequest, _ window: ReportWindow, _ currency: Currency, _ rates: ClickRates,
    _ homeCurrency: Currency?, covers: [RollupCover], dimension: RollupDimension?, watermark: Timestamp?
  ) {
    self.request = request
    self.window = window
    self.currency = currency
    self.rates = rates
    self.homeCurrency = homeCurrency
    self.covers = covers
    self.dimension = dimension
    let sources = Set(covers.flatMap(\.pieces).map(\.source))
    if let watermark, sources.contains(where: { $0 != .raw }) {
      source = sources.contains(.raw) ? .mixed(until: watermark) : .rollup(until: watermark)
    } else {
      source = .raw
    }
  }

  /// The same with some of the time counted from rollups.
  /// - Parameter watermark: up to when there are any.
  func covered(by covers: [RollupCover], of dimension: RollupDimension, until watermark: Timestamp) -> ReportPlan {
    ReportPlan(
      request, window, currency, rates, homeCurrency, covers: covers, dimension: dimension, watermark: watermark)
  }

  /// When came what has to be converted for it: clicks that are read one by one; into another currency than the tenant's
  /// conversions, too, which of these clicks may come until now. Nil for nothing.
  func convertedTime(now: Timestamp) -> Range<Timestamp>? {
    var times = covers.flatMap { $0.ranges(.raw) }
    if homeCurrency != nil { times += ranges.map { $0.lowerBound..<max($0.upperBound, now) } }
    guard let first = times.map(\.lowerBound).min(), let last = times.map(\.upperBound).max() else { return nil }
    return first..<last
  }

  /// The same with the rates of that time.
  func converted(with rates: ClickRates) -> ReportPlan {
    var plan = self
    plan.rates = rates
    return plan
  }

  /// The time asked for and, if it is compared, the time that it is compared with.
  var ranges: [Range<Timestamp>] { Self.ranges(request, window) }

  private static func ranges(_ request: ReportRequest, _ window: ReportWindow) -> [Range<Timestamp>] {
    let current = window.start..<max(window.start, window.end)
    guard request.comparesPrevious else { return [current] }
    return [current, window.previousStart..<max(window.previousStart, window.previousEnd)]
  }

  /// For the answer, the log and whoever wonders where a number comes from.
  public var json: JSONValue {
    [
      "kind": .string(source.name), "watermark": JSONValue(source.watermark), "start": JSONValue(window.start),
      "end": JSONValue(window.end), "time": .string(request.basis.rawValue),
      "parts": .array(covers.flatMap(\.pieces).map(Self.json)),
    ]
  }

  private static func json(_ piece: RollupCover.Piece) -> JSONValue {
    var object: JSONObject = [
      "from": .string(piece.source.rawValue), "start": JSONValue(piece.range.lowerBound),
      "end": JSONValue(piece.range.upperBound),
    ]
    if piece.source == .raw {
      object["partitions"] = .array(piece.range.months.map { .string("clicks_\($0)") })
    }
    return .object(object)
  }
}

extension Range<Timestamp> {
  /// The UTC months it touches, as `202611`: clicks are partitioned by them.
  fileprivate var months: [String] {
    guard !isEmpty else { return [] }
    let (first, last) = (lowerBound.utcDate, Timestamp(microseconds: upperBound.microseconds - 1).utcDate)
    return (first.year * 12 + first.month - 1...last.year * 12 + last.month - 1).map { number in
      let (year, month) = (number / 12, number % 12 + 1)
      return "\(year)\(month < 10 ? "0" : "")\(month)"
    }
  }
}
