import Core
import Licensing

/// What came of a request with a licence key.
struct LicenseVerdict: Sendable, Hashable {
  let code: LicenseCode
  /// Whether the asker may use the licence's features. Not the same as the code: an unpaid licence in grace has code
  /// `OVERDUE` and is valid for its own instances, and has the same code but is not valid for a stranger.
  let isValid: Bool

  /// Everything that applies; the most weighty gives the code, and anything but an unpaid bill makes it invalid.
  init(_ applicable: [LicenseCode]) {
    code = .first(of: applicable)
    isValid = applicable.allSatisfy { $0 == .overdue || $0 == .valid }
  }

  static let notFound = LicenseVerdict([.notFound])
}

/// Finds every code that applies to a request; their order of precedence is ``LicenseCode``'s.
struct LicenseRules: Sendable {
  let grant: LicenseGrant
  let minimumVersion: ReleaseVersion?
  let now: Timestamp

  /// What the licence itself is, whoever asks.
  private var standing: [LicenseCode] {
    switch grant.status(at: now) {
    case .active: []
    case .overdue: [.overdue]
    case .expired: [.expired]
    case .suspended: [.suspended]
    case .revoked: [.revoked]
    case .banned: [.banned]
    }
  }

  /// A version that cannot be read is too old for any minimum; one that is not told is not judged.
  private func tooOld(_ version: String?) -> [LicenseCode] {
    guard let minimumVersion, let version, !version.isEmpty else { return [] }
    guard let version = ReleaseVersion(version), version >= minimumVersion else { return [.versionTooOld] }
    return []
  }

  /// For `validate` without a fingerprint: the question is about the licence, not about an instance.
  func verdict() -> LicenseVerdict { LicenseVerdict(standing) }

  /// For a request of an instance that should be active already.
  ///
  /// - Parameters:
  ///   - instance: the licence's instance with the request's fingerprint.
  ///   - occupancy: when the limit was lowered below it, the oldest instances keep working.
  ///   - version: what the request said; the instance's last known one otherwise.
  func verdict(on instance: Instance?, _ occupancy: InstanceStore.Occupancy, version: String? = nil) -> LicenseVerdict {
    var codes = standing
    switch instance?.state {
    case .banned?: codes.append(.banned)
    case .active?:
      if occupancy.elders >= grant.maxInstances { codes.append(.tooManyInstances) }
      codes += tooOld(version ?? instance?.version)
    case .deactivated?, nil: codes.append(occupancy.active == 0 ? .notActivated : .fingerprintMismatch)
    }
    return LicenseVerdict(codes)
  }

  /// For an activation: a stranger is welcome as long as a slot is.
  func verdict(
    activating instance: Instance?, _ occupancy: InstanceStore.Occupancy, slot: SlotDecision, version: String?
  ) -> LicenseVerdict {
    var codes = standing
    if instance?.state == .banned { codes.append(.banned) }
    if slot.isRefusal || (instance?.state == .active && occupancy.elders >= grant.maxInstances) {
      codes.append(.tooManyInstances)
    }
    return LicenseVerdict(codes + tooOld(version))
  }
}
