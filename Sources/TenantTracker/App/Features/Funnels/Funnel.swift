import Analytics
import Core
import Web

/// How many of those who began came how far. Everybody counts once in each step.
struct Funnel: Sendable, Hashable {
  struct Step: Sendable, Hashable {
    let number: Int
    /// What it is in requests: `add_to_cart`; nil for a landing's.
    var event: String?
    let name: String
    /// Visitors (clicks) who reached it.
    let count: Int64
  }

  let steps: [Step]

  /// `amount` of `whole` in percent, rounded half to even at four places; nil for nothing of nothing.
  private static func share(_ amount: Int64, of whole: Int64) -> Int64? {
    guard whole != 0 else { return nil }
    let scaled = Int128(amount) * 1_000_000
    let (quotient, remainder) = scaled.quotientAndRemainder(dividingBy: Int128(whole))
    let twice = remainder.magnitude * 2
    let isUp = twice > whole.magnitude || (twice == whole.magnitude && !quotient.isMultiple(of: 2))
    return Int64(clamping: quotient + (isUp ? 1 : 0))
  }

  private static func percent(_ amount: Int64, of whole: Int64) -> JSONValue {
    share(amount, of: whole).map { MetricValue.percent(tenThousandths: $0).json } ?? .null
  }

  /// A step's share of those who began, in ten-thousandths of a percent.
  func rateOfFirst(_ index: Int) -> Int64? { Self.share(steps[index].count, of: steps[0].count) }

  /// A step's share of those who reached the one before; nil for the first.
  func rateOfPrevious(_ index: Int) -> Int64? {
    index == 0 ? nil : Self.share(steps[index].count, of: steps[index - 1].count)
  }

  var json: [JSONValue] {
    steps.indices.map { index in
      let step = steps[index]
      let previous = index == 0 ? nil : steps[index - 1].count
      var object: JSONObject = ["step": .int(step.number)]
      if let event = step.event { object["event"] = .string(event) }
      object["name"] = .string(step.name)
      object["count"] = .int(step.count)
      object["rate_first"] = Self.percent(step.count, of: steps[0].count)
      object["rate_previous"] = previous.map { Self.percent(step.count, of: $0) } ?? .null
      object["drop_off"] = previous.map { .int($0 - step.count) } ?? .null
      object["drop_off_rate"] = previous.map { Self.percent($0 - step.count, of: $0) } ?? .null
      return .object(object)
    }
  }

  private static let rate = Schema.number.nullable.described(
    "Percent (12.5 is 12.5 %), rounded half to even at four places; null for x/0.")

  static func schema(_ event: [Schema.Property]) -> Schema {
    .array(
      .object(
        [.required("step", .integer)] + event + [
          .required("name", .string), .required("count", Schema.integer.described("Visitors who reached the step.")),
          .required("rate_first", rate), .required("rate_previous", rate),
          .required("drop_off", Schema.integer.nullable.described("Visitors of the step before who did not.")),
          .required("drop_off_rate", rate),
        ]))
  }
}
