import Conversions
import Core
import Database

/// Carries out what somebody decides about conversions, by the rules that postbacks go by.
struct ConversionDecider: Sendable {
  let recorder: ConversionRecorder
  let clock: any WallClock

  var conversions: ConversionStore { recorder.conversions }

  /// - Parameter alongside: writes what belongs to the decision into its transaction.
  func decide(
    _ decision: ConversionDecision, on id: ConversionID, note: String?, by actor: String, in scope: TenantScope,
    alongside: @Sendable (Recording, Connection) async throws -> Void = { _, _ in }
  ) async throws -> DecisionResult {
    do {
      let move = decision.move(note: note, by: actor, at: clock.now())
      guard let recording = try await recorder.move(id, by: move, in: scope, alongside: alongside) else {
        return .refused("There is no such conversion any more.")
      }
      switch recording {
      case .created, .updated: return .applied
      case .repeated: return .unchanged
      case .moveRefused: return .refused(try await refusal(of: decision, on: id, in: scope))
      }
    } catch is ConversionRecorder.ReviewOver {
      return .refused("It does not wait for approval, or somebody has decided already.")
    }
  }

  private func refusal(
    of decision: ConversionDecision, on id: ConversionID, in scope: TenantScope
  ) async throws -> String {
    guard let conversion = try await conversions.find(id, of: scope) else { return "It is gone." }
    let current = conversion.schemeStatus?.title ?? conversion.status.rawValue.capitalizedFirst
    return "A conversion that is “\(current)” cannot become “\(decision.title)”."
  }
}
