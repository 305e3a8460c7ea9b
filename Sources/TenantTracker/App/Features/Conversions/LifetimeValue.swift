import Conversions
import Core

extension [Conversion] {
  /// What the conversion that began a chain has brought, with every upsell and rebill that goes back to it.
  /// - Parameters:
  ///   - id: of any conversion of the chain.
  /// - Returns: the revenue of all of them, in the tenant's currency.
  func lifetimeValue(of id: ConversionID) -> Micros {
    let parents = Dictionary(map { ($0.id, $0.parentID) }) { first, _ in first }
    func root(_ id: ConversionID) -> ConversionID {
      var current = id
      // No longer than there are conversions, whatever the links say.
      for _ in indices {
        guard let parent = parents[current] ?? nil, parents[parent] != nil else { break }
        current = parent
      }
      return current
    }
    let origin = root(id)
    return filter { root($0.id) == origin }.map(\.revenue).total
  }
}
