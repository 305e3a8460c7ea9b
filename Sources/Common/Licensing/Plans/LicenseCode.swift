/// How a validation came out. The order of the cases is the documented precedence: the first that applies is the code.
public enum LicenseCode: String, CaseIterable, Sendable, Hashable, Comparable {
  case notFound = "NOT_FOUND"
  case banned = "BANNED"
  case revoked = "REVOKED"
  case suspended = "SUSPENDED"
  case expired = "EXPIRED"
  /// Unpaid but in grace: still valid.
  case overdue = "OVERDUE"
  case notActivated = "NOT_ACTIVATED"
  case fingerprintMismatch = "FINGERPRINT_MISMATCH"
  case tooManyInstances = "TOO_MANY_INSTANCES"
  case versionTooOld = "VERSION_TOO_OLD"
  case valid = "VALID"

  /// 0 is looked at first.
  public var precedence: Int {
    switch self {
    case .notFound: 0
    case .banned: 1
    case .revoked: 2
    case .suspended: 3
    case .expired: 4
    case .overdue: 5
    case .notActivated: 6
    case .fingerprintMismatch: 7
    case .tooManyInstances: 8
    case .versionTooOld: 9
    case .valid: 10
    }
  }

  /// The code of everything that applies; `VALID` when nothing does.
  public static func first(of codes: some Sequence<LicenseCode>) -> LicenseCode { codes.min() ?? .valid }

  public static func < (left: LicenseCode, right: LicenseCode) -> Bool { left.precedence < right.precedence }
}

/// The state of a licence itself, whoever asks.
public enum LicenseStatus: String, CaseIterable, Sendable, Hashable {
  case active, overdue, suspended, expired, revoked, banned
}
