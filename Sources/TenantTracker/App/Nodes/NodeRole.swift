import ArgumentParser
import Core

/// What a process does for the installation. One process does all of it unless told otherwise.
enum NodeRole: String, Sendable, CaseIterable {
  /// Answers visitors and networks: `/c`, `/offer`, `/postback`. Has a journal.
  case click
  /// Answers people: dashboard, admin API, control API.
  case admin
  /// Does what is due by itself: licences, upkeep.
  case worker
}

/// `click,admin,worker`.
struct NodeRoles: Sendable, Hashable, ExpressibleByArgument {
  static let all = NodeRoles(Set(NodeRole.allCases))

  private let roles: Set<NodeRole>

  init(_ roles: Set<NodeRole>) { self.roles = roles }

  /// Nil for a name that is no role, and for none at all.
  init?(argument: String) {
    var roles: Set<NodeRole> = []
    for name in argument.split(separator: ",", omittingEmptySubsequences: false) {
      guard let role = NodeRole(rawValue: String(name).trimmed.lowercased()) else { return nil }
      roles.insert(role)
    }
    self.roles = roles
  }

  func contains(_ role: NodeRole) -> Bool { roles.contains(role) }

  var names: [String] { NodeRole.allCases.filter(roles.contains).map(\.rawValue) }

  var defaultValueDescription: String { names.joined(separator: ",") }
}
