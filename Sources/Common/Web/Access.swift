/// What a permission lets one do in a section.
public enum AccessLevel: String, Sendable, Hashable, CaseIterable {
  case read, write
}

/// Who may call a route. No route exists without one.
public enum Access: Hashable, Sendable {
  /// Nobody has to be signed in.
  case anyone
  /// Whoever is signed in, whatever the role.
  case signedIn
  /// Who has this access to this section.
  case section(String, AccessLevel)
}

/// Who is signed in, as far as routing has to know. The program's own session type has the rest.
public protocol SignedInSession: Sendable {
  /// Stable id of the user or key that acts.
  var actorID: String { get }
  /// Until it is changed, only routes registered with `whilePasswordMustChange` answer.
  var mustChangePassword: Bool { get }
  func allows(_ access: Access) -> Bool
}

/// The session type of tables with open routes only: it has no values.
public enum NoSession: SignedInSession {
  public var actorID: String { switch self {} }
  public var mustChangePassword: Bool { switch self {} }
  public func allows(_ access: Access) -> Bool { switch self {} }
}
