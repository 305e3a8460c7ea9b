public import Core

extension LeaseState {
  /// What holds at `now`.
  public func standing(at now: Timestamp) -> LicenseStanding {
    let time = judgedTime(at: now)
    let phase = phase(at: time)
    let claims = lease?.claims
    let entitlements = phase == .current || phase == .grace ? claims?.entitlements ?? .starter : .starter
    return LicenseStanding(
      phase: phase, entitlements: entitlements,
      code: refusal?.decision.code ?? claims.map { $0.status == .overdue ? .overdue : .valid },
      licenseStatus: refusal.map(\.decision.status) ?? claims?.status,
      expiresAt: licenseExpiresAt, leaseExpiresAt: claims?.expiresAt, graceUntil: claims?.graceUntil,
      banner: banner(in: phase, at: time), warnings: warnings(at: now),
      branding: entitlements.includes(.whiteLabel) ? claims?.branding : nil)
  }

  private func phase(at time: Timestamp) -> LicenseStanding.Phase {
    if refusal != nil { return .refused }
    guard let claims = lease?.claims else { return .unlicensed }
    if time < claims.expiresAt { return .current }
    return time < claims.graceUntil ? .grace : .lapsed
  }

  private func banner(in phase: LicenseStanding.Phase, at time: Timestamp) -> LicenseStanding.Banner? {
    if let refusal { return .refused(refusal.decision.code) }
    guard let claims = lease?.claims else { return nil }
    switch phase {
    case .unlicensed, .refused: return nil
    case .lapsed: return .lapsed(since: claims.graceUntil)
    case .grace: return .grace(until: claims.graceUntil)
    case .current: break
    }
    if claims.status == .overdue { return .overdue }
    if claims.isOffline { return claims.expiresAt - time < .days(14) ? .offlineLeaseEnds(claims.expiresAt) : nil }
    return time - claims.issuedAt >= LeaseTerms.bannerDelay
      ? .serverUnreachable(since: claims.issuedAt, rightsUntil: claims.graceUntil) : nil
  }

  private func warnings(at now: Timestamp) -> [LicenseStanding.Warning] {
    var warnings: [LicenseStanding.Warning] = []
    if let maxSeenTime, maxSeenTime - now > LeaseTerms.clockTolerance {
      warnings.append(.clockMovedBack(by: maxSeenTime - now))
    }
    if clockOffset != .zero { warnings.append(.clockWrong(by: .zero - clockOffset)) }
    if clones.isSuspected { warnings.append(.cloneSuspected) }
    return warnings
  }
}
