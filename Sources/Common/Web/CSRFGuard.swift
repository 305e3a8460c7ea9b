import Core
import Crypto
import HTTPTypes

/// Keeps other sites from acting through a signed-in browser: unsafe methods must come from our own pages (by
/// `Sec-Fetch-Site` or `Origin`) and carry the session's token.
///
/// The token is an HMAC of the session's token, so nothing is stored. Each page gets it under a new mask, so that a
/// compressed page does not betray it (BREACH).
public struct CSRFGuard: Sendable {
  public static let fieldName = "_csrf"
  public static let headerName = "X-CSRF-Token"

  private let key: SymmetricKey

  /// - Parameter key: at least 32 secret bytes, the same on all nodes.
  public init(key: [UInt8]) { self.key = SymmetricKey(data: key) }

  /// A token for the forms of one page.
  public func token(for sessionToken: String) -> String {
    let secret = secret(for: sessionToken)
    let mask = RandomBytes.make(secret.count)
    return (mask + zip(mask, secret).map { $0 ^ $1 }).base64url
  }

  /// Whether the token is one of that session's. Takes the same time for every wrong one.
  public func accepts(_ token: String?, for sessionToken: String) -> Bool {
    let secret = secret(for: sessionToken)
    guard let token, let bytes = [UInt8](base64url: token), bytes.count == secret.count * 2 else { return false }
    var difference: UInt8 = 0
    for (index, byte) in secret.enumerated() {
      difference |= bytes[index] ^ bytes[index + secret.count] ^ byte
    }
    return difference == 0
  }

  private func secret(for sessionToken: String) -> [UInt8] {
    Array(HMAC<SHA256>.authenticationCode(for: Array("csrf\n\(sessionToken)".utf8), using: key))
  }

  /// A message's signature for a purpose, so that a flash message's never passes for another's.
  func signature(of message: [UInt8], purpose: String) -> [UInt8] {
    Array(HMAC<SHA256>.authenticationCode(for: Array("\(purpose)\n".utf8) + message, using: key))
  }

  func isSignature(_ signature: [UInt8], of message: [UInt8], purpose: String) -> Bool {
    HMAC<SHA256>.isValidAuthenticationCode(
      signature, authenticating: Array("\(purpose)\n".utf8) + message, using: key)
  }

  /// Throws 403 when a browser says that the request comes from another site. Clients that are no browsers say nothing.
  static func checkOrigin(_ head: RequestHead) throws(Problem) {
    guard !head.isSafe else { return }
    if let site = head.header("Sec-Fetch-Site") {
      guard site == "same-origin" || site == "none" else { throw refused }
      return
    }
    guard let origin = head.fields[.origin] else { return }
    let scheme = ["https://", "http://"].first { origin.lowercased().hasPrefix($0) }
    guard let scheme, withoutDefaultPort(origin.dropFirst(scheme.count)) == withoutDefaultPort(head.authority[...])
    else { throw refused }
  }

  private static func withoutDefaultPort(_ authority: Substring) -> String {
    let text = authority.lowercased()
    for ending in [":80", ":443"] where text.hasSuffix(ending) { return String(text.dropLast(ending.count)) }
    return text
  }

  static let refused = Problem(
    status: 403, code: "cross_site_request", title: "Not from this page",
    detail: "The form came from another site or is too old. Reload the page and try again.")
}
