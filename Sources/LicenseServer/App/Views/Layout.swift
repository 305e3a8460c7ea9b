import Core
import Web

/// The frame of every page: for staff with the menu, for customers with a bar, for whoever is not signed in a card.
struct Layout: Sendable {
  let assets: StaticAssets
  let icons: SVGIcons

  /// The files pages refer to.
  static let assetNames = [
    "app.css", "app.js", "theme.js", "mark.svg", "tabler.min.css", "inter-400.woff2", "inter-500.woff2",
    "inter-600.woff2", "inter-700.woff2",
  ]

  static let iconNames =
    MenuEntry.all.map(\.icon) + [
      "menu", "sun-moon", "log-out", "plus", "search", "circle-user-round",
    ]

  init(directories: [String]) {
    assets = StaticAssets(named: Self.assetNames, in: directories)
    icons = SVGIcons(named: Self.iconNames, in: directories.map { "\($0)/icons" })
  }

  /// What a page says of itself.
  struct Frame: Sendable {
    var title: String
    /// The menu entry that is current; its path.
    var current = ""
    /// Buttons beside the title.
    var actions: HTML = .empty
  }

  func staffPage(_ frame: Frame, _ call: StaffCall, _ content: HTML) -> Reply {
    .html(staffDocument(frame, call.session, csrf: call.csrfField, flash: call.request.flash, content))
  }

  private func staffDocument(
    _ frame: Frame, _ session: StaffSession, csrf: HTML, flash: Flash?, _ content: HTML
  ) -> HTML {
    shell(
      frame.title,
      """
      <div class="ty-shell">
      <aside class="ty-rail" id="menu" aria-label="Menu"><div class="ty-rail-content">\(rail(frame.current, session))\
      </div></aside>
      <button class="ty-overlay" type="button" data-drawer-close tabindex="-1" aria-label="Close menu"></button>
      <div class="ty-main"><header class="ty-top">
      <button class="btn btn-icon ty-quiet ty-burger" type="button" data-drawer-open aria-expanded="false" \
      aria-controls="menu" aria-label="Open menu">\(icons("menu"))</button>
      \(bar(session.member.email, account: "/admin/password", signOut: "/admin/logout", csrf))</header>
      \(main(frame, content))</div></div>\(toasts(flash))
      """)
  }

  func portalPage(_ frame: Frame, _ call: PortalCall, _ content: HTML) -> Reply {
    .html(
      shell(
        frame.title,
        """
        <div class="ty-main"><header class="ty-top"><a class="btn ty-quiet" href="/portal">\(mark)<span>Trackily</span></a>
        \(bar(call.session.email, account: nil, signOut: "/portal/logout", call.csrfField))</header>
        \(main(frame, content))</div>\(toasts(call.request.flash))
        """))
  }

  /// A page for somebody who is not signed in: sign-in, refusals.
  func plain(_ title: String, _ content: HTML) -> HTML {
    shell(
      title,
      """
      <main class="ty-sign" id="content" tabindex="-1"><div class="ty-sign-box">
      <p class="ty-brand">\(mark)<span>Trackily</span></p>
      <div class="card"><div class="card-body"><h1>\(title)</h1>\(content)</div></div></div></main>
      """)
  }

  /// A refusal as a page.
  func refusal(_ problem: Problem, home: String) -> HTML {
    plain(
      problem.title,
      "<p>\(problem.detail ?? "")</p><p><a class=\"btn btn-primary\" href=\"\(href: home)\">Back to the start</a></p>")
  }

  private func main(_ frame: Frame, _ content: HTML) -> HTML {
    """
    <main class="ty-content" id="content" tabindex="-1"><div class="ty-head"><h1>\(frame.title)</h1>
    <div class="ty-actions">\(frame.actions)</div></div>
    \(content)</main>
    """
  }

  private func bar(_ email: EmailAddress, account: String?, signOut: String, _ csrf: HTML) -> HTML {
    let name: HTML =
      account.map {
        """
        <a class="btn ty-quiet ty-me" href="\(href: $0)" aria-label="My account">\(icons("circle-user-round"))\
        <span>\(email)</span></a>
        """
      } ?? "<span class=\"ty-me ty-lead\"><span>\(email)</span></span>"
    return """
      <span class="ty-spring"></span>
      <button class="btn btn-icon ty-quiet" type="button" data-theme-toggle \
      aria-label="Switch between light and dark">\(icons("sun-moon"))</button>\(name)
      <form method="post" action="\(href: signOut)">\(csrf)<button class="btn btn-icon ty-quiet" \
      aria-label="Sign out">\(icons("log-out"))</button></form>
      """
  }

  private func rail(_ current: String, _ session: StaffSession) -> HTML {
    let links = MenuEntry.all.filter { session.allows($0.access) }.map { entry -> HTML in
      """
      <li><a class="ty-link" href="\(href: entry.path)"\(if: entry.path == current, " aria-current=\"page\"")>\
      \(icons(entry.icon))<span>\(entry.title)</span></a></li>
      """
    }
    return "<a class=\"ty-brand\" href=\"/admin\">\(mark)<span>Trackily</span></a><nav><ul>\(links)</ul></nav>"
  }

  private var mark: HTML { "<img src=\"\(assets.url("mark.svg"))\" alt=\"\" width=\"24\" height=\"24\">" }

  private func toasts(_ flash: Flash?) -> HTML {
    let toast = flash.map { "<div class=\"ty-toast \($0.kind.rawValue)\">\($0.message)</div>" as HTML }
    return
      "<div class=\"ty-progress\" aria-hidden=\"true\"></div><div class=\"ty-toasts\" role=\"status\">\(toast)</div>"
  }

  private func shell(_ title: String, _ body: HTML) -> HTML {
    """
    <!doctype html><html lang="en" data-bs-theme="light"><head><meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>\(title) · Trackily licences</title>
    <script src="\(assets.url("theme.js"))"></script>
    <link rel="icon" type="image/svg+xml" href="\(assets.url("mark.svg"))">
    <link rel="stylesheet" href="\(assets.url("tabler.min.css"))">
    <link rel="stylesheet" href="\(assets.url("app.css"))">
    <script src="\(assets.url("app.js"))" defer></script>
    </head><body><a class="ty-skip" href="#content">Skip to content</a>\(body)</body></html>
    """
  }
}

/// The staff's menu: plain links, each only for those who may read its section.
struct MenuEntry: Sendable {
  let title: String
  let path: String
  /// Lucide's name.
  let icon: String
  let access: Access

  static let all = [
    MenuEntry(title: "Licences", path: "/admin/licenses", icon: "key-round", access: .read(.licences)),
    MenuEntry(title: "Customers", path: "/admin/customers", icon: "users", access: .read(.customers)),
    MenuEntry(title: "Invoices", path: "/admin/invoices", icon: "receipt-text", access: .read(.billing)),
    MenuEntry(title: "Audit log", path: "/admin/audit-log", icon: "scroll-text", access: .read(.settings)),
  ]
}
