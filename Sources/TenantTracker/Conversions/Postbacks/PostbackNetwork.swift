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
  /// Keys its signatures may be made with, sealed; empty: it does not sign.
  public var sealedSecrets: [String]

  public init(
    id: Int64, key: String, requiresKey: Bool, allowedAddresses: [CIDR], statuses: StatusMap,
    sealedSecrets: [String] = []
  ) {
    self.id = id
    self.key = key
    self.requiresKey = requiresKey
    self.allowedAddresses = allowedAddresses
    self.statuses = statuses
    self.sealedSecrets = sealedSecrets
  }

  /// Whether anybody else who reports its conversions is to be doubted.
  public var demandsProof: Bool { requiresKey || !allowedAddresses.isEmpty || !sealedSecrets.isEmpty }

  /// Whether the network may have sent this hit, as far as key and address tell.
  public func admits(_ hit: PostbackHit) -> Bool {
    guard !requiresKey || hit.pathKey == key else { return false }
    guard !allowedAddresses.isEmpty else { return true }
    return hit.address.map { address in allowedAddresses.contains { $0.contains(address) } } ?? false
  }
}
