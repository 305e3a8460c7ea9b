import ClickPath
import Core

/// Where a campaign of the demo leads, by the places of things in their lists: the flows with their weights.
struct DemoWay: Sendable {
  typealias Weighted = (index: Int, weight: Int)

  let source: Int
  let landings: [Weighted]
  let offers: [Weighted]
  /// A flow of its own for who reads English; the others take the first landing and offer.
  var hasEnglishFlow = false
  var binding = Binding.none

  func flows(_ offerIDs: [Int64], _ landingIDs: [Int64]) -> [Flow.Draft] {
    let whole = Flow.Draft(
      name: "Everybody", kind: .default, weight: 100, filters: [],
      landings: landings.map { WeightedID(id: landingIDs[$0.index], weight: $0.weight) },
      offers: offers.map { WeightedID(id: offerIDs[$0.index], weight: $0.weight) }, isActive: true, binding: binding,
      position: nil)
    guard hasEnglishFlow else { return [whole] }
    var english = whole
    english.name = "English, two landings"
    english.kind = .regular
    english.filters = [FilterRecord(field: "language", op: "in", values: ["en"])]
    var fallback = whole
    fallback.landings = Array(whole.landings.prefix(1))
    fallback.offers = Array(whole.offers.prefix(1))
    return [english, fallback]
  }
}
