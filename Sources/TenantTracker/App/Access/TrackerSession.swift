import Core
import Licensing
import Web

/// Who acts on a tenant: a signed-in user or one of the user's API keys.
struct TrackerSession: SignedInSession {
  enum Credential: Sendable, Hashable {
    case session(id: String)
    case apiKey(id: Int64, name: String)
  }

  let user: User
  let credential: Credential
  /// The user's, cut down to the key's when a key acts.
  let permissions: Permissions
  /// Where the tenant stands with its licence.
  var standing: LicenseStanding
  /// Conversions that wait for approval, for the menu; counted for pages alone.
  var pendingReviews = 0
  /// Status words that nobody has mapped, for the menu as well.
  var unmappedStatuses = 0

  var entitlements: Entitlements { standing.entitlements }

  var actorID: String {
    switch credential {
    case .session: "user:\(user.id)"
    case .apiKey(let id, _): "key:\(id)"
    }
  }

  /// As the audit log names the actor.
  var auditName: String {
    switch credential {
    case .session: user.email.description
    case .apiKey(_, let name): "\(user.email) (key \(name))"
    }
  }

  var mustChangePassword: Bool { user.mustChangePassword }

  func allows(_ access: Access) -> Bool { permissions.allows(access) }
}
