import Core
import Web

/// The frame of every dashboard page: rail, top bar, content.
struct Layout: Sendable {
  let assets: StaticAssets
  let icons: IconSet

  /// Scripts and styles beyond the common ones; loaded only where they are used.
  enum Extra: Sendable { case chart, selects, dates }

  struct Frame: Sendable {
    var title: String
    /// The menu entry that is current; its path.
    var current: String
    var crumbs: [(title: String, path: String)] = []
    var actions: HTML = .empty
    var extras: [Extra] = []
  }

  /// A page for somebody signed in.
  func page(_ frame: Frame, _ call: TrackerCall, _ content: HTML) -> Reply {
    .html(document(frame, session: call.session, csrf: call.csrfField, flash: call.request.flash, content))
  }

  func document(
    _ frame: Frame, session: TrackerSession, csrf: HTML, flash: Flash?, _ content: HTML
  ) -> HTML {
    shell(
      title: frame.title, extras: frame.extras,
      body: """
        <a class="ty-skip" href="#content">Skip to content</a>
        <div class="ty-shell">
        <aside class="ty-rail" aria-label="Main menu">\(rail(frame.current, session))</aside>
        <button class="ty-overlay" type="button" data-drawer-close aria-label="Close menu"></button>
        <div class="ty-main">
        <header class="ty-top">
        <button class="btn btn-icon ty-burger" type="button" data-drawer-open aria-expanded="false" \
        aria-label="Open menu">\(icons(.menu))</button>
        <span class="ty-spring"></span>
        <button class="btn btn-icon btn-ghost-secondary" type="button" data-theme-toggle \
        aria-label="Switch between light and dark">\(icons(.theme))</button>
        <a class="btn btn-ghost-secondary" href="/admin/account">\(icons(.account))\
        <span class="d-none d-sm-inline ms-2">\(session.user.email)</span></a>
        <form method="post" action="/admin/logout">\(csrf)<button class="btn btn-icon btn-ghost-secondary" \
        aria-label="Sign out">\(icons(.signOut))</button></form>
        </header>
        <main class="ty-content" id="content" tabindex="-1">
        <div class="ty-head">\(crumbs(frame.crumbs))<h1>\(frame.title)</h1>
        <div class="ty-actions">\(frame.actions)</div></div>
        \(content)</main></div></div>
        <div class="ty-progress" aria-hidden="true"></div>
        \(flash.map(toast))
        """)
  }

  /// A page for somebody who is not signed in: sign-in, invitation, refusals.
  func plain(title: String, _ content: HTML) -> HTML {
    shell(
      title: title, extras: [],
      body: """
        <main class="ty-sign"><div class="card"><div class="card-body p-4">
        <div class="ty-brand px-0">\(mark)<span>Trackily</span></div>\(content)</div></div></main>
        """)
  }

  private func shell(title: String, extras: [Extra], body: HTML) -> HTML {
    """
    <!doctype html><html lang="en" data-bs-theme="light"><head><meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>\(title) · Trackily</title>
    <script src="\(assets.url("theme.js"))"></script>
    <link rel="icon" type="image/svg+xml" href="\(assets.url("mark.svg"))">
    <link rel="stylesheet" href="\(assets.url("tabler.min.css"))">
    \(extras.map(style))<link rel="stylesheet" href="\(assets.url("app.css"))">
    <script src="\(assets.url("app.js"))" defer></script>\(extras.map(script))
    </head><body>\(body)</body></html>
    """
  }

  private func style(_ extra: Extra) -> HTML {
    switch extra {
    case .chart: .empty
    case .selects: "<link rel=\"stylesheet\" href=\"\(assets.url("tom-select.min.css"))\">"
    case .dates: "<link rel=\"stylesheet\" href=\"\(assets.url("flatpickr.min.css"))\">"
    }
  }

  private func script(_ extra: Extra) -> HTML {
    let names =
      switch extra {
      case .chart: ["echarts.min.js", "chart.js"]
      case .selects: ["tom-select.min.js"]
      case .dates: ["flatpickr.min.js"]
      }
    return names.map { "<script src=\"\(assets.url($0))\" defer></script>" as HTML }.joined()
  }

  private var mark: HTML { "<span class=\"ty-mark\">\(icons(.flows))</span>" }

  private func rail(_ current: String, _ session: TrackerSession) -> HTML {
    let groups = MenuEntry.groups.map { title, entries -> HTML in
      let open = entries.filter { session.allows($0.access) }
      guard !open.isEmpty else { return .empty }
      let links = open.map { entry -> HTML in
        """
        <li><a class="ty-link" href="\(href: entry.path)"\(if: entry.path == current, " aria-current=\"page\"")>\
        \(icons(entry.icon))<span>\(entry.title)</span></a></li>
        """
      }
      return "<div class=\"ty-group\">\(title)</div><ul>\(links)</ul>"
    }
    return "<a class=\"ty-brand\" href=\"/admin\">\(mark)<span>Trackily</span></a><nav>\(groups)</nav>"
  }

  private func crumbs(_ crumbs: [(title: String, path: String)]) -> HTML {
    guard !crumbs.isEmpty else { return .empty }
    let links = crumbs.map { "<a href=\"\(href: $0.path)\">\($0.title)</a>" as HTML }
    return "<nav class=\"ty-crumbs\" aria-label=\"Breadcrumb\">\(links.joined(separator: " › "))</nav>"
  }

  private func toast(_ flash: Flash) -> HTML {
    """
    <div class="ty-toasts" role="status"><div class="ty-toast \(flash.kind.rawValue)">\(flash.message)</div></div>
    """
  }
}

/// The menu: plain links, in groups, each only for those who may read its section.
struct MenuEntry: Sendable {
  let title: String
  let path: String
  let icon: Icon
  let access: Access

  static let groups: [(title: String, entries: [MenuEntry])] = [
    (
      "Performance",
      [
        MenuEntry(title: "Dashboard", path: "/admin", icon: .dashboard, access: .read(.reports)),
        MenuEntry(title: "Clicks", path: "/admin/clicks", icon: .clicks, access: .read(.reports)),
        MenuEntry(title: "Conversions", path: "/admin/conversions", icon: .conversions, access: .read(.reports)),
      ]
    ),
    (
      "Traffic",
      [
        MenuEntry(title: "Campaigns", path: "/admin/campaigns", icon: .campaigns, access: .read(.campaigns)),
        MenuEntry(title: "Offers", path: "/admin/offers", icon: .offers, access: .read(.offers)),
        MenuEntry(title: "Landing Pages", path: "/admin/landings", icon: .landings, access: .read(.landings)),
        MenuEntry(title: "Traffic Sources", path: "/admin/sources", icon: .sources, access: .read(.sources)),
        MenuEntry(title: "Affiliate Networks", path: "/admin/networks", icon: .networks, access: .read(.networks)),
        MenuEntry(title: "Domains", path: "/admin/domains", icon: .domains, access: .read(.domains)),
      ]
    ),
    (
      "Account",
      [
        MenuEntry(title: "Users", path: "/admin/users", icon: .users, access: .read(.users)),
        MenuEntry(title: "License", path: "/admin/license", icon: .license, access: .read(.settings)),
        MenuEntry(title: "Settings", path: "/admin/settings", icon: .settings, access: .read(.settings)),
        MenuEntry(title: "Audit Log", path: "/admin/audit-log", icon: .audit, access: .read(.settings)),
      ]
    ),
  ]
}
