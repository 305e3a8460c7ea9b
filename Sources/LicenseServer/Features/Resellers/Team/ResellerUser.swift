import Core
import Database
import Web

/// A reseller's areas of work, each with its own read and write permission.
enum ResellerSection: String, CaseIterable, Sendable {
  case customers, licences, margins, branding, team
}

extension Access {
  static func resellerRead(_ section: ResellerSection) -> Access { .section(section.rawValue, .read) }
  static func resellerWrite(_ section: ResellerSection) -> Access { .section(section.rawValue, .write) }
}

/// What somebody does for a reseller.
enum ResellerRole: String, CaseIterable, Sendable, SQLValue, SQLDecodable {
  case owner, manager, viewer

  var grants: Grants<ResellerSection> {
    switch self {
    case .owner: .everything
    case .manager:
      Grants([(.customers, .write), (.licences, .write), (.margins, .read), (.branding, .write)])
    case .viewer: Grants([(.customers, .read), (.licences, .read), (.margins, .read), (.branding, .read)])
    }
  }
}

/// Somebody who signs in for a reseller.
struct ResellerUser: Sendable, Identifiable {
  enum Status: String, CaseIterable, Sendable, SQLValue, SQLDecodable { case active, disabled }

  let id: Int64
  let resellerID: Int64
  let email: EmailAddress
  var name: String
  var role: ResellerRole
  var status: Status
  /// Whether the invitation has been taken up.
  let hasPassword: Bool
  let lastLoginAt: Timestamp?
  let createdAt: Timestamp

  var json: JSONValue {
    [
      "id": .int(id), "email": .string(email.description), "name": .string(name), "role": .string(role.rawValue),
      "status": .string(hasPassword ? status.rawValue : "invited"), "last_login_at": JSONValue(lastLoginAt),
      "created_at": JSONValue(createdAt),
    ]
  }
}

/// Who acts for a reseller: a signed-in user, or one of its API keys. Read anew with each request.
struct ResellerSession: SignedInSession {
  enum Credential: Sendable {
    case user(ResellerUser)
    case apiKey(ResellerAPIKey)
  }

  let reseller: Reseller
  let credential: Credential
  let tokenHash: [UInt8]

  var actorID: String {
    switch credential {
    case .user(let user): "reseller-user:\(user.id)"
    case .apiKey(let key): "reseller-key:\(key.id)"
    }
  }

  /// As the audit log names it.
  var auditName: String {
    switch credential {
    case .user(let user): "reseller \(user.email)"
    case .apiKey(let key): "reseller \(reseller.name) (key \(key.name))"
    }
  }

  var user: ResellerUser? {
    if case .user(let user) = credential { user } else { nil }
  }

  var mustChangePassword: Bool { false }

  func allows(_ access: Access) -> Bool {
    switch credential {
    case .user(let user): user.role.grants.allows(access)
    case .apiKey(let key): key.grants.allows(access)
    }
  }
}

typealias ResellerTable = RouteTable<Vendor, ResellerSession>
typealias ResellerCall = Call<Vendor, ResellerSession>

extension Call where Place == Vendor, Session == ResellerSession {
  /// Who acts, for the audit log.
  var actor: Actor { Actor(name: session.auditName, address: clientAddress) }
  /// Every look-up names it, so that nobody else's is found.
  var resellerID: Int64 { session.reseller.id }
}

/// A secret with which a reseller's own systems act for it.
struct ResellerAPIKey: Sendable, Identifiable {
  let id: Int64
  let name: String
  /// The token's last four characters.
  let hint: String
  let access: AccessLevel
  let createdAt: Timestamp
  let lastUsedAt: Timestamp?

  /// Everything but the people and keys themselves.
  var grants: Grants<ResellerSection> {
    Grants(ResellerSection.allCases.filter { $0 != .team }.map { ($0, access) })
  }

  var json: JSONValue {
    [
      "id": .int(id), "name": .string(name), "hint": .string(hint), "access": .string(access.rawValue),
      "created_at": JSONValue(createdAt), "last_used_at": JSONValue(lastUsedAt),
    ]
  }
}
