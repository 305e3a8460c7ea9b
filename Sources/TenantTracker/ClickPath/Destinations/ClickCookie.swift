import Core

/// `_tly_click`: the visitor's latest click, for the pixel. Also the parameter that hands it to a merchant's page.
enum ClickCookie {
  static let name = "_tly_click"
  static let parameter: StaticString = "_tly_click"

  static func header(_ click: ClickID, isSecure: Bool) -> HeaderField {
    .setCookie(name, click, maxAge: 2_592_000, attributes: isSecure ? "; Secure" : "")
  }
}

/// `_tly_vid`: which browser this is, for uniqueness, bindings and attribution. No script has business with it.
enum VisitorCookie {
  static let name: StaticString = "_tly_vid"

  static func header(_ visitor: VisitorID, isSecure: Bool) -> HeaderField {
    .setCookie("_tly_vid", visitor, maxAge: 31_536_000, attributes: isSecure ? "; HttpOnly; Secure" : "; HttpOnly")
  }
}

extension HeaderField {
  fileprivate static func setCookie(_ name: String, _ id: UUIDv7, maxAge: Int, attributes: String) -> HeaderField {
    HeaderField("Set-Cookie", "\(name)=\(id); Path=/; Max-Age=\(maxAge); SameSite=Lax\(attributes)")
  }
}
