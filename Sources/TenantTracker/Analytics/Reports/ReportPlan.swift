public import Core

/// How a report will be answered: which days, which instants, from what. Made before any data is read, and readable.
public struct ReportPlan: Sendable, Hashable {
  /// Where the numbers come from.
  public enum Source: Sendable, Hashable {
    /// The rows of `clicks` and `conversions` themselves: as current as the last drained batch.
    case raw

    public var name: String {
      switch self {
      case .raw: "raw"
      }
    }

    /// Up to when the source is complete by itself; nil when it has no such limit.
    public var watermark: Timestamp? {
      switch self {
      case .raw: nil
      }
    }
  }

  public let request: ReportRequest
  public let window: ReportWindow
  public let source: Source
  /// All money of the answer is in it.
  public let currency: Currency
  let rates: ClickRates

  init(_ request: ReportRequest, window: ReportWindow, currency: Currency, rates: ClickRates = ClickRates()) {
    self.request = request
    self.window = window
    self.currency = currency
    self.rates = rates
    source = .raw
  }

  /// For the answer, the log and whoever wonders where a number comes from.
  public var json: JSONValue {
    [
      "kind": .string(source.name), "watermark": JSONValue(source.watermark), "start": JSONValue(window.start),
      "end": JSONValue(window.end), "time": .string(request.basis.rawValue),
    ]
  }
}
