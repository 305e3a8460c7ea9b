import Core

/// A conversion and the clicks of the same person that led to it.
struct Journey: Sendable, Hashable {
  /// A click on the way.
  struct Touch: Sendable, Hashable {
    let click: ClickID
    let at: Timestamp
    let campaign: Int64
    let source: Int64?
    let landing: Int64?
  }

  let conversion: ConversionID
  let at: Timestamp
  let type: String
  /// The click that it was reported for.
  let click: ClickID
  /// In the tenant's currency.
  let revenue: Micros
  /// Whether the reports count it as a conversion: an upsell is revenue only.
  let isCounted: Bool
  /// The first one first; never empty. At most ``mostTouches``: of more, the first one and the latest.
  var touches: [Touch]
  /// How many there were.
  let length: Int

  static let mostTouches = 100

  /// How long before the conversion each click came, in days.
  var ages: [Double] {
    touches.map { touch in
      max(0, Double(at.microseconds - touch.at.microseconds) / 86_400_000_000)
    }
  }

  /// What each click is credited with under a model.
  func credits(_ model: AttributionModel, halfLife: Double) -> [Micros] {
    model.shares(of: revenue.rawValue, ages: ages, halfLife: halfLife).map { Micros(rawValue: $0) }
  }
}
