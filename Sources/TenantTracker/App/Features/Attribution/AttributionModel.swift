import Foundation

/// How the credit for a conversion is shared among the clicks that led to it.
enum AttributionModel: String, Sendable, CaseIterable {
  /// All to the last click before the conversion.
  case last
  /// All to the click that brought the customer.
  case first
  /// The same to each.
  case linear
  /// The more the closer to the conversion: half as much for each half-life before the last.
  case timeDecay = "time_decay"
  /// 40 % to the first, 40 % to the last, the rest to those between.
  case position

  var title: String {
    switch self {
    case .last: "Last click"
    case .first: "First click"
    case .linear: "Linear"
    case .timeDecay: "Time decay"
    case .position: "Position"
    }
  }

  /// For whom it is, as the documents say.
  var purpose: String {
    switch self {
    case .last: "All credit goes to the last click before the conversion: for direct response."
    case .first: "All credit goes to the click that brought the customer: for awareness."
    case .linear: "Every click gets the same: for the whole journey."
    case .timeDecay: "Clicks closer to the conversion get more: for long sales cycles and shops."
    case .position: "The first and the last click get 40 % each, those between share the rest."
    }
  }

  /// Shares `amount` among clicks. The parts add up to it exactly: each is cut to whole units, and the last click has what
  /// remains.
  /// - Parameters:
  ///   - ages: how long before the conversion each click came, in days; the first click first. Not empty.
  ///   - halfLife: in days.
  func shares(of amount: Int64, ages: [Double], halfLife: Double) -> [Int64] {
    let count = ages.count
    guard count > 1 else { return [amount] }
    var shares = [Int64](repeating: 0, count: count)
    switch self {
    case .last: break
    case .first: shares[0] = amount
    case .linear:
      for index in 0..<(count - 1) { shares[index] = amount / Int64(count) }
    case .timeDecay:
      // Against the last one's weight of one: then they are not all nothing, however long ago it was.
      let weights = ages.map { age in pow(2, -max(0, age - ages[count - 1]) / halfLife) }
      let sum = weights.reduce(0, +)
      // Each is at most half of the whole, so it fits.
      for index in 0..<(count - 1) {
        shares[index] = Int64((Double(amount) * (weights[index] / sum)).rounded(.towardZero))
      }
    case .position where count == 2: shares[0] = amount / 2
    case .position:
      shares[0] = Int64(Int128(amount) * 2 / 5)
      for index in 1..<(count - 1) { shares[index] = amount / 5 / Int64(count - 2) }
    }
    shares[count - 1] = amount - shares.dropLast().reduce(0, +)
    return shares
  }
}
