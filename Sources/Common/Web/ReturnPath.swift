import Core

/// A path on this host to come back to after the sign-in. Never another host, whatever the link said.
public struct ReturnPath: Sendable, Hashable, CustomStringConvertible {
  public let description: String

  /// Nil unless it is an absolute path that every browser takes for one of this host.
  public init?(_ text: String?) {
    guard let text, text.hasPrefix("/"), !text.hasPrefix("//"), text.utf8.count <= 2_000,
      text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") })
    else { return nil }
    description = text
  }

  /// The sign-in's address with the way back to what `head` asked for. Only GET is worth coming back to.
  static func signIn(_ signInPath: String, from head: RequestHead) -> String {
    guard head.isSafe, !head.isFragment else { return signInPath }
    let target = head.rawQuery.isEmpty ? head.path : "\(head.path)?\(head.rawQuery)"
    guard let back = ReturnPath(target) else { return signInPath }
    return "\(signInPath)?return_to=\(PercentCoding.encodeComponent(back.description))"
  }
}
