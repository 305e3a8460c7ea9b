/// The cookie that carries a session's token.
public struct SessionCookie: Sendable {
  public let name: String
  /// The cookie goes to this path and below only: `/admin`.
  public let path: String
  public let lifetime: Duration?

  public init(name: String, path: String, lifetime: Duration? = nil) {
    self.name = name
    self.path = path
    self.lifetime = lifetime
  }

  /// The token the browser sent; nil if none or an empty one.
  public func token(in head: RequestHead) -> String? {
    head.cookie(name).flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Signs the browser in.
  public func issue(_ token: String, for head: RequestHead) -> SetCookie {
    SetCookie(name: name, value: token, path: path, maxAge: lifetime, isSecure: head.isHTTPS)
  }

  /// Signs the browser out.
  public func clear(for head: RequestHead) -> SetCookie {
    SetCookie(name: name, value: "", path: path, maxAge: .zero, isSecure: head.isHTTPS)
  }
}
