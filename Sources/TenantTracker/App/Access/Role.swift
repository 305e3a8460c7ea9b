import Web

/// The documented roles. What a custom user may do is written with the user or with a shared custom role.
enum Role: String, CaseIterable, Sendable {
  case admin, manager, viewer, custom

  /// The fixed permissions of a documented role; nil for custom.
  var permissions: Permissions? {
    switch self {
    case .admin: .everything
    case .manager:
      Permissions([
        (.campaigns, .write), (.offers, .write), (.landings, .write), (.flows, .write), (.sources, .write),
        (.reports, .read),
      ])
    case .viewer:
      Permissions([(.campaigns, .read), (.offers, .read), (.landings, .read), (.reports, .read)])
    case .custom: nil
    }
  }
}
