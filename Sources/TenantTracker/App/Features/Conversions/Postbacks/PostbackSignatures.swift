import Conversions
import Core
import Crypto
import Security

/// Tells whether a network has signed what it sent. A network whose keys can't be read is believed nothing.
struct PostbackSignatures: Sendable {
  /// Opens the networks' keys; nil where there are none.
  var secrets: SecretBox?

  /// Whether the hit bears the network's signature; of a network that signs nothing, every hit does.
  func hold(for hit: PostbackHit, of network: PostbackNetwork) -> Bool {
    guard !network.sealedSecrets.isEmpty else { return true }
    guard let claims = PostbackSignature.claims(of: hit) else { return false }
    let keys = network.sealedSecrets.compactMap { key(sealed: $0, of: network.id) }
    return keys.contains { key in
      claims.allSatisfy { claim in
        let expected = HMAC<SHA256>.authenticationCode(for: claim.message, using: key)
        return ConstantTime.equal(Array(expected), claim.signature)
      }
    }
  }

  private func key(sealed: String, of networkID: Int64) -> SymmetricKey? {
    let text = try? secrets?.openText(sealed, for: NetworkSecret.context(networkID))
    return text.map { SymmetricKey(data: Array($0.utf8)) }
  }
}
