import Core

/// Where an activation sits. A licence has `maxInstances` slots; a deactivated instance leaves a slot that it may take
/// back at any time, and that another may take as a transfer. Transfers are few, so that one licence cannot wander
/// between many machines; after ``holdTime`` an empty slot is nobody's any more.
enum SlotDecision: Sendable, Hashable {
  /// This fingerprint is active.
  case alreadyActive
  /// A slot that nobody held lately, or its own from before.
  case free
  /// The slot of the deactivated instance with this id: counts as a transfer.
  case transfer(from: Int64)
  case full
  /// A slot is empty, but all transfers of the last 30 days are used up.
  case allowanceUsedUp

  static let holdTime = Duration.days(30)

  /// - Parameters:
  ///   - instance: the one with the fingerprint to activate.
  ///   - active: how many instances run on the licence.
  ///   - held: ids of the deactivated instances that still hold their slot, oldest first.
  ///   - transfers: of the last 30 days.
  static func decide(
    for instance: Instance?, in grant: LicenseGrant, active: Int, held: [Int64], transfers: Int
  ) -> SlotDecision {
    if let instance, instance.state == .active { return .alreadyActive }
    guard active < grant.maxInstances else { return .full }
    if let instance, held.contains(instance.id) { return .free }
    if active + held.count < grant.maxInstances { return .free }
    guard let oldest = held.first else { return .free }
    return transfers < grant.transferAllowance ? .transfer(from: oldest) : .allowanceUsedUp
  }

  var isRefusal: Bool { self == .full || self == .allowanceUsedUp }
}
