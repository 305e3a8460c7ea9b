/// Why a flow that matches can't serve anybody. The raw value is its reason code: `flow:7 empty`.
enum FlowObstacle: String, Sendable {
  case empty
  case zeroWeights = "zero_weights"
}

extension FlowRecord {
  /// Nil for a flow that can serve. A flow without offers of its own leads to the campaign's.
  func obstacle(campaignHasOffer: Bool) -> FlowObstacle? {
    if landings.isEmpty, offers.isEmpty, !campaignHasOffer { return .empty }
    let isOff = { (items: [WeightedID]) in !items.isEmpty && items.allSatisfy { $0.weight <= 0 } }
    let neverDrawn = kind == .regular && weight <= 0
    return neverDrawn || isOff(landings) || isOff(offers) ? .zeroWeights : nil
  }
}
