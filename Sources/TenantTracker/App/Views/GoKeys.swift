/// The letters that lead to pages after a `g`. Most used first: who is taken keeps its letter.
enum GoKeys {
  private static let letters = [
    "/admin": "d", "/admin/reports": "r", "/admin/campaigns": "c", "/admin/offers": "o", "/admin/landings": "l",
    "/admin/sources": "s", "/admin/networks": "n", "/admin/clicks": "k", "/admin/conversions": "v",
    PostbackPages.path: "p", ReviewPages.path: "q", "/admin/publishers": "h", "/admin/domains": "m",
    "/admin/users": "u", "/admin/settings": "t", "/admin/blacklist": "b", "/admin/audit-log": "a",
  ]

  static func letter(for path: String) -> String? { letters[path] }
}
