import Web

/// The ten sections of the dashboard, each with its own read and write permission.
enum Section: String, CaseIterable, Sendable {
  case campaigns, offers, landings, flows, sources, networks, domains, reports, settings, users
}

extension Access {
  static func read(_ section: Section) -> Access { .section(section.rawValue, .read) }
  static func write(_ section: Section) -> Access { .section(section.rawValue, .write) }
}
