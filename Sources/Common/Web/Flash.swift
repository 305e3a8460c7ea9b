import Core

/// One sentence for the next page: "The campaign was saved."
public struct Flash: Sendable, Hashable {
  public enum Kind: String, Sendable, CaseIterable { case success, info, warning, error }

  public let kind: Kind
  public let message: String
  /// The path on this host that takes it back when a form posts there, such as `/admin/offers/3/restore`.
  public let undo: String?

  public init(_ kind: Kind, _ message: String, undo: String? = nil) {
    self.kind = kind
    self.message = message
    self.undo = undo
  }
}

/// Carries a flash message through the redirect in a signed cookie that lives a minute.
struct FlashCookie: Sendable {
  let signer: CSRFGuard
  let path: String

  private static let name = "_flash"
  private static let purpose = "flash"

  func read(_ head: RequestHead) -> Flash? {
    guard let text = head.cookie(FlashCookie.name) else { return nil }
    let parts = text.split(separator: ".")
    guard parts.count == 2, let message = [UInt8](base64url: parts[0]), let signature = [UInt8](base64url: parts[1]),
      signer.isSignature(signature, of: message, purpose: FlashCookie.purpose),
      let value = try? JSONValue.parse(message), let kind = value["kind"]?.stringValue.flatMap(Flash.Kind.init),
      let sentence = value["message"]?.stringValue
    else { return nil }
    return Flash(kind, sentence, undo: value["undo"]?.stringValue)
  }

  func issue(_ flash: Flash, for head: RequestHead) -> SetCookie {
    // A cookie may have 4 kB: a sentence has far less.
    let message =
      ([
        "kind": .string(flash.kind.rawValue), "message": .string(String(flash.message.prefix(600))),
        "undo": JSONValue(flash.undo),
      ] as JSONValue).utf8
    let signature = signer.signature(of: message, purpose: FlashCookie.purpose)
    return SetCookie(
      name: FlashCookie.name, value: "\(message.base64url).\(signature.base64url)", path: path, maxAge: .seconds(60),
      isSecure: head.isHTTPS)
  }

  func clear(for head: RequestHead) -> SetCookie {
    SetCookie(name: FlashCookie.name, value: "", path: path, maxAge: .zero, isSecure: head.isHTTPS)
  }
}
