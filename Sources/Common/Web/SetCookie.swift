/// One `Set-Cookie`. Values are our own tokens (base64url), so nothing needs quoting.
public struct SetCookie: Sendable, Hashable {
  public enum SameSite: String, Sendable { case lax = "Lax", strict = "Strict" }

  public var name: String
  public var value: String
  public var path: String
  /// Nil lasts until the browser closes; zero deletes.
  public var maxAge: Duration?
  public var isHTTPOnly: Bool
  public var isSecure: Bool
  public var sameSite: SameSite

  public init(
    name: String, value: String, path: String, maxAge: Duration? = nil, isHTTPOnly: Bool = true, isSecure: Bool,
    sameSite: SameSite = .lax
  ) {
    self.name = name
    self.value = value
    self.path = path
    self.maxAge = maxAge
    self.isHTTPOnly = isHTTPOnly
    self.isSecure = isSecure
    self.sameSite = sameSite
  }

  public var headerValue: String {
    var text = "\(name)=\(value); Path=\(path)"
    if let maxAge { text += "; Max-Age=\(maxAge.components.seconds)" }
    if isHTTPOnly { text += "; HttpOnly" }
    if isSecure { text += "; Secure" }
    return text + "; SameSite=\(sameSite.rawValue)"
  }
}
