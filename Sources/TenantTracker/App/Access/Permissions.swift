import Web

/// What somebody may do in each section of the dashboard.
typealias Permissions = Grants<Section>

extension Permissions {
  /// What both allow: an API key never has more than its user.
  func limited(to other: Permissions) -> Permissions {
    var both = Permissions()
    for section in Section.allCases {
      if allows(.write(section)), other.allows(.write(section)) {
        both[section] = .write
      } else if allows(.read(section)), other.allows(.read(section)) {
        both[section] = .read
      }
    }
    return both
  }
}
