import Core

/// What a network that signs its postbacks signs: the raw body, by `X-Postback-Signature`; the raw query without `sig`, by
/// `sig`. Either is the HMAC-SHA256 in hex.
public enum PostbackSignature {
  public static let header = "x-postback-signature"
  public static let parameter = "sig"

  public struct Claim: Sendable, Hashable {
    public let message: [UInt8]
    public let signature: [UInt8]
  }

  /// All that has to hold; nil when something that was sent is not signed.
  public static func claims(of hit: PostbackHit) -> [Claim]? {
    var claims: [Claim] = []
    if !hit.body.isEmpty {
      guard let signature = hit.headers[header].flatMap(hex) else { return nil }
      claims.append(Claim(message: hit.body, signature: signature))
    }
    let pairs = hit.query.utf8.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false)
    let signatures = pairs.filter(isSignature)
    let signed = Array(pairs.filter { !isSignature($0) }.joined(separator: [UInt8(ascii: "&")]))
    if !signed.isEmpty || claims.isEmpty {
      let prefix = parameter.utf8.count + 1
      guard signatures.count == 1, let signature = hex(String(Substring(signatures[0].dropFirst(prefix)))) else {
        return nil
      }
      claims.append(Claim(message: signed, signature: signature))
    }
    return claims
  }

  private static func isSignature(_ pair: Substring.UTF8View) -> Bool { pair.starts(with: "\(parameter)=".utf8) }

  /// A SHA-256 in hex; some put `sha256=` before it.
  private static func hex(_ text: String) -> [UInt8]? {
    let text = text.trimmed.lowercased()
    let digits = text.hasPrefix("sha256=") ? String(text.dropFirst("sha256=".count)) : text
    return digits.utf8.count == 64 ? [UInt8](hex: digits) : nil
  }
}
