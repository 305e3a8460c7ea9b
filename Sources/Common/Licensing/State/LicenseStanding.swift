public import Core

/// Where an installation stands with its licence at a moment: what it may do and what to tell its people.
public struct LicenseStanding: Sendable, Hashable {
  public enum Phase: String, Sendable {
    /// Never activated.
    case unlicensed
    /// A lease is running.
    case current
    /// The lease has run out, rights stay until `graceUntil`.
    case grace
    /// Grace is over: Starter until the server is reached again.
    case lapsed
    /// The server has refused, signed: Starter.
    case refused
  }

  /// Tells without taking anything away.
  public enum Warning: Sendable, Hashable {
    /// The clock is behind what it was before; grace doesn't run until it has caught up.
    case clockMovedBack(by: Duration)
    /// The clock differs from the licence server's; positive is ahead of it.
    case clockWrong(by: Duration)
    /// Two copies seem to use this licence.
    case cloneSuspected
  }

  /// One line for the top of every page.
  public enum Banner: Sendable, Hashable {
    case refused(LicenseCode)
    case lapsed(since: Timestamp)
    case grace(until: Timestamp)
    case overdue
    case serverUnreachable(since: Timestamp, rightsUntil: Timestamp)
    case offlineLeaseEnds(Timestamp)
  }

  public let phase: Phase
  public let entitlements: Entitlements
  /// The last signed code; nil without a licence.
  public let code: LicenseCode?
  /// The licence's own state when the server last told it.
  public let licenseStatus: LicenseStatus?
  /// When the licence itself ends, if it does and the server said so.
  public let expiresAt: Timestamp?
  public let leaseExpiresAt: Timestamp?
  public let graceUntil: Timestamp?
  public let banner: Banner?
  public let warnings: [Warning]
  /// How the product is to look; nil for ours.
  public internal(set) var branding: Branding?

  /// One word for `GET /license`: the licence's state, or what stands in its way.
  public var status: String {
    switch phase {
    case .unlicensed, .grace, .lapsed: phase.rawValue
    case .current: licenseStatus?.rawValue ?? LicenseStatus.active.rawValue
    case .refused:
      licenseStatus.flatMap { $0 == .active ? nil : $0.rawValue } ?? code?.rawValue.lowercased() ?? "refused"
    }
  }
}

extension LicenseStanding.Warning {
  /// Stable, as it is reported.
  public var code: String {
    switch self {
    case .clockMovedBack: "CLOCK_MOVED_BACK"
    case .clockWrong: "CLOCK_WRONG"
    case .cloneSuspected: "CLONE_SUSPECTED"
    }
  }

  public var message: String {
    switch self {
    case .clockMovedBack(let duration):
      "This server's clock is \(duration.inWords) behind where it has been. Set it right: the licence waits for it."
    case .clockWrong(let duration):
      "This server's clock is \((duration < .zero ? .zero - duration : duration).inWords) "
        + "\(duration < .zero ? "behind" : "ahead of") the licence server's."
    case .cloneSuspected:
      "A second installation seems to use this licence. Each installation needs its own."
    }
  }
}

extension LicenseStanding.Banner {
  /// A sentence for the people who run the installation.
  public var message: String {
    switch self {
    case .refused(let code): code.refusalMessage
    case .lapsed(let since):
      "The licence was not renewed until \(since.utcDate). Starter features only, until the licence server answers."
    case .grace(let until):
      "The licence could not be renewed. Everything keeps working until \(until.utcDate), then Starter features only."
    case .overdue: "A payment for the licence is overdue. Everything keeps working for now."
    case .serverUnreachable(let since, let until):
      "The licence server has not answered since \(since.utcDate). Everything keeps working until \(until.utcDate)."
    case .offlineLeaseEnds(let end): "The offline licence file ends on \(end.utcDate). Get a new one from the portal."
    }
  }
}

extension LicenseCode {
  /// What a signed refusal means for the people who run the installation.
  public var refusalMessage: String {
    switch self {
    case .notFound: "The licence server does not know this licence key. Starter features only."
    case .banned, .revoked: "This licence has been withdrawn. Starter features only."
    case .suspended: "This licence is suspended. Starter features only, until it is reinstated."
    case .expired: "This licence has ended. Starter features only, until it is renewed."
    case .notActivated, .fingerprintMismatch: "This licence is not activated for this installation. Activate it again."
    case .tooManyInstances: "This licence is in use by as many installations as it allows."
    case .versionTooOld: "This version of Trackily is too old for the licence. Update it."
    case .overdue, .valid: "The licence server refused this licence."
    }
  }
}

extension Duration {
  fileprivate var inWords: String {
    let minutes = components.seconds / 60
    if minutes < 120 { return "\(minutes) minutes" }
    return minutes < 48 * 60 ? "\(minutes / 60) hours" : "\(minutes / 1_440) days"
  }
}
