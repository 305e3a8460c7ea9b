import Core
import Crypto

/// Who an installation is to the licence server: an id made once and kept in its database, and its public domain.
/// Never its address. The same id under a new domain is the same installation, moved.
public struct InstanceIdentity: Sendable, Hashable {
  /// Random, made by ``generateID()``.
  public let id: String
  /// The canonical public host name.
  public let domain: String

  public init(id: String, domain: String) {
    self.id = id
    self.domain = domain
  }

  public static func generateID() -> String { RandomBytes.make(16).hex }

  public var fingerprint: String { id }

  /// SHA-256 of the domain, lower-cased and without a trailing dot, lower-case hexadecimal.
  public var domainHash: String {
    var name = domain.lowercased()
    if name.hasSuffix(".") { name.removeLast() }
    return SHA256.hash(data: Array(name.utf8)).hex
  }
}
