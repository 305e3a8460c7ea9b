import Web

/// The vendor's areas of work, each with its own read and write permission.
enum StaffSection: String, CaseIterable, Sendable {
  case licences, customers, billing, resellers, tenants, releases, settings, staff
}

typealias StaffGrants = Grants<StaffSection>

extension Access {
  static func read(_ section: StaffSection) -> Access { .section(section.rawValue, .read) }
  static func write(_ section: StaffSection) -> Access { .section(section.rawValue, .write) }
}
