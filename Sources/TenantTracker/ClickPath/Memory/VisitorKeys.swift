public import Core

/// What the visitor memory knows visitors by: keyed hashes, so that neither memory nor checkpoint nor journal tells an
/// address, and nobody outside can make two visitors meet. All nodes of an installation share the key; changing it
/// makes every visitor a new one.
public struct VisitorKeys: Sendable {
  /// What a key of the memory is about.
  enum Scope: UInt64 {
    case cap = 1
    case firstInCampaign, firstInFlow, firstAtAll
    case boundLanding, boundOffer
  }

  private enum Identity {
    static let address: UInt64 = 1
    static let visitor: UInt64 = 2
    static let agent: UInt64 = 3
    static let secret: UInt64 = 4
  }

  private let key: (UInt64, UInt64)

  /// Nil unless the key has 16 bytes.
  public init?(key: [UInt8]) {
    guard key.count == 16 else { return nil }
    self.key = key.withUnsafeBytes { bytes in
      (
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
      )
    }
  }

  /// Stands for the full address.
  public func address(_ address: IPAddress) -> UInt64 {
    SipHash.word(Identity.address, address.high, address.low, key: key)
  }

  /// Stands for a visitor without a cookie: the full address and the user agent as it came.
  public func visitor(_ address: IPAddress, userAgent: String?) -> UInt64 {
    let seed = SipHash.word(Identity.agent, address.high, address.low, key: key)
    return (userAgent ?? "").utf8Buffer { agent in
      SipHash.word(Identity.agent, seed, UnsafeRawBufferPointer(agent), key: key)
    }
  }

  /// Stands for a visitor's cookie.
  func visitor(_ id: VisitorID) -> UInt64 { SipHash.word(Identity.visitor, id.high, id.low, key: key) }

  /// A key of the memory; never zero.
  func key(_ scope: Scope, _ id: Int64, of tenantID: Int64, identity: UInt64) -> UInt64 {
    let place = UInt64(bitPattern: tenantID) << 8 | scope.rawValue
    return max(1, SipHash.word(place, UInt64(bitPattern: id), identity, key: key))
  }

  /// Tells whether a checkpoint was made with the same secret.
  var fingerprint: UInt64 { SipHash.word(Identity.secret, 0, 0, key: key) }
}
