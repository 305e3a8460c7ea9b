import Database
import Web

/// What kind of work somebody does for the vendor.
enum StaffRole: String, CaseIterable, Sendable, SQLValue, SQLDecodable {
  case admin, support, finance, viewer, custom

  /// Nil for custom, whose permissions are written with the person.
  var grants: StaffGrants? {
    switch self {
    case .admin: .everything
    case .support:
      StaffGrants([
        (.licences, .write), (.customers, .write), (.billing, .read), (.resellers, .read), (.tenants, .read),
        (.releases, .read),
      ])
    case .finance: StaffGrants([(.billing, .write), (.customers, .read), (.licences, .read), (.resellers, .read)])
    case .viewer:
      StaffGrants([
        (.licences, .read), (.customers, .read), (.billing, .read), (.resellers, .read), (.tenants, .read),
        (.releases, .read),
      ])
    case .custom: nil
    }
  }
}
