import Conversions
import Database

extension PostbackService {
  /// How often an order may change under our hands. Each time somebody else's report has been recorded.
  private static let mostTurns = 32

  /// Records the conversions of an order. Whenever another report adds to it meanwhile, the hit is read again: what was
  /// recorded last is what the order comes to in all.
  func process(
    _ first: [InboundConversion], _ arrival: Arrival, _ reader: any InboundReader, in scope: TenantScope
  ) async throws -> PostbackOutcome {
    var conversions = first
    for _ in 0..<Self.mostTurns {
      if let outcome = try await settle(conversions, arrival, in: scope) { return outcome }
      guard case .order(let again) = try await reader.read(arrival.hit, of: scope) else { break }
      conversions = again
    }
    throw ConversionRecorder.Unsettled()
  }

  /// - Returns: nil when the order has changed.
  private func settle(
    _ conversions: [InboundConversion], _ arrival: Arrival, in scope: TenantScope
  ) async throws -> PostbackOutcome? {
    var outcome: PostbackOutcome?
    for (index, conversion) in conversions.enumerated() {
      var arrival = arrival
      arrival.isLast = index == conversions.count - 1
      do {
        outcome = try await process(conversion, arrival, in: scope)
        // Without a click there is none for the others, either. By now there may be one: then the order has changed.
        if outcome?.conversionID == nil, !arrival.isLast {
          arrival.isLast = true
          return try await process(conversion, arrival, in: scope)
        }
      } catch is OrderMoved {
        return nil
      }
    }
    return outcome
  }
}
