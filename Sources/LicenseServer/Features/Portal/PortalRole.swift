import Database
import Web

/// What somebody does for a customer. This is the one place that says what each role may do; the routes only name the
/// section and the access they need.
enum PortalRole: String, CaseIterable, Sendable, SQLValue, SQLDecodable {
  case owner, admin, billing, viewer

  var grants: PortalGrants {
    switch self {
    case .owner, .admin: .everything
    case .billing: PortalGrants([(.licences, .read), (.billing, .write), (.team, .read)])
    case .viewer: PortalGrants([(.licences, .read), (.team, .read)])
    }
  }

  /// Owners are made, changed and removed by owners only.
  func mayGive(_ role: PortalRole) -> Bool { self == .owner || (self == .admin && role != .owner) }

  var title: String { rawValue.prefix(1).uppercased() + rawValue.dropFirst() }

  /// For whoever has to choose one.
  var summary: String {
    switch self {
    case .owner: "Everything, and who else is an owner."
    case .admin: "Licences, plans, invoices and the team, but not the owners."
    case .billing: "Plans, invoices and billing details; sees licences without their keys."
    case .viewer: "Sees licences and instances, without keys and invoices."
    }
  }
}

/// The portal's areas of work.
enum PortalSection: String, CaseIterable, Sendable {
  case licences, billing, team
}

typealias PortalGrants = Grants<PortalSection>

extension Access {
  static func portalRead(_ section: PortalSection) -> Access { .section(section.rawValue, .read) }
  static func portalWrite(_ section: PortalSection) -> Access { .section(section.rawValue, .write) }
}
