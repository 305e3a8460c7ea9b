import Core

/// `_tly_click`: the visitor's latest click, for the pixel. Also the parameter that hands it to a merchant's page.
enum ClickCookie {
  static let name: StaticString = "_tly_click"

  static func header(_ click: ClickID, isSecure: Bool) -> HeaderField {
    .setCookie(name, click, "; Path=/; Max-Age=2592000; SameSite=Lax", isSecure: isSecure)
  }
}

/// `_tly_vid`: which browser this is, for uniqueness, bindings and attribution. No script has business with it.
enum VisitorCookie {
  static let name: StaticString = "_tly_vid"

  static func header(_ visitor: VisitorID, isSecure: Bool) -> HeaderField {
    .setCookie(name, visitor, "; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly", isSecure: isSecure)
  }
}

extension HeaderField {
  fileprivate static func setCookie(
    _ name: StaticString, _ id: UUIDv7, _ attributes: StaticString, isSecure: Bool
  ) -> HeaderField {
    var cookie: [UInt8] = []
    cookie.reserveCapacity(128)
    cookie.append(contentsOf: name.bytes)
    cookie.append(UInt8(ascii: "="))
    cookie.append(contentsOf: id.ascii)
    cookie.append(contentsOf: attributes.bytes)
    if isSecure { cookie.append(contentsOf: ("; Secure" as StaticString).bytes) }
    return HeaderField("Set-Cookie", String(decoding: cookie, as: UTF8.self))
  }
}
