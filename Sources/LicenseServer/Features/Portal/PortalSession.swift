import Core
import Security
import Web

/// Somebody who is signed in, and the customer they act for just now. Read anew with each request, so a changed role or
/// a removal acts on the next one.
struct PortalSession: SignedInSession {
  let id: Int64
  let user: PortalUser
  let tokenHash: [UInt8]
  /// When they last proved who they are: signed in, or typed their password again.
  let verifiedAt: Timestamp
  /// Nil when they belong to no customer any more.
  let membership: PortalMembership?

  /// How long after that keys are shown and credentials changed without asking again.
  static let freshness = Duration.minutes(15)

  var email: EmailAddress { user.email }
  var actorID: String { "customer:\(user.id)" }
  var mustChangePassword: Bool { false }

  var grants: PortalGrants { membership?.role.grants ?? .none }
  func allows(_ access: Access) -> Bool { grants.allows(access) }

  func isFresh(at now: Timestamp) -> Bool { now - verifiedAt < Self.freshness }

  /// The customer they act for, as a list for look-ups that take several.
  var customers: [Int64] { membership.map { [$0.customerID] } ?? [] }

  /// The customer whose things every look-up names, so that another's id is no different from one that does not exist.
  var customer: Int64 {
    get throws(Problem) {
      guard let membership else { throw .notFound("customer") }
      return membership.customerID
    }
  }
}

typealias PortalTable = RouteTable<Vendor, PortalSession>
typealias PortalCall = Call<Vendor, PortalSession>

extension Call where Place == Vendor, Session == PortalSession {
  /// Who acts, for the audit log.
  var actor: Actor { .customer(session, from: clientAddress) }

  /// Sends the browser to prove anew who sits at it, and then back; nil when that was done lately.
  func confirmation(for path: String, at now: Timestamp) -> Reply? {
    guard !session.isFresh(at: now) else { return nil }
    return .redirect(to: "/portal/confirm?return_to=\(PercentCoding.encodeComponent(path))")
  }
}
