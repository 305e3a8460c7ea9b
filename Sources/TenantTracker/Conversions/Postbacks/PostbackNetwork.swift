public import Core

/// What a network has agreed on for its postbacks.
public struct PostbackNetwork: Sendable, Hashable {
  public var id: Int64
  /// Of `/postback/{key}`.
  public var key: String
  /// Whether the open form `/postback` is refused.
  public var requiresKey: Bool
  /// Empty: from anywhere.
  public var allowedAddresses: [CIDR]
  public var statuses: StatusMap

  public init(id: Int64, key: String, requiresKey: Bool, allowedAddresses: [CIDR], statuses: StatusMap) {
    self.id = id
    self.key = key
    self.requiresKey = requiresKey
    self.allowedAddresses = allowedAddresses
    self.statuses = statuses
  }

  /// Whether the network may have sent this hit.
  public func admits(_ hit: PostbackHit) -> Bool {
    guard !requiresKey || hit.pathKey == key else { return false }
    guard !allowedAddresses.isEmpty else { return true }
    return hit.address.map { address in allowedAddresses.contains { $0.contains(address) } } ?? false
  }
}
