import Core
import Licensing
import Web

/// The frame of every page: for staff with the menu, for customers with a bar, for whoever is not signed in a card.
struct Layout: Sendable {
  let assets: StaticAssets
  let icons: SVGIcons

  /// The files pages refer to.
  static let assetNames =
    [
      "app.css", "app.js", "theme.js", "mark.svg", "tabler.min.css", "inter-400.woff2", "inter-500.woff2",
      "inter-600.woff2", "inter-700.woff2", "brand-preview.js",
    ] + Chart.assetNames

  static let iconNames =
    MenuEntry.all.map(\.icon) + PortalMenuEntry.all.map(\.icon) + ResellerMenuEntry.all.map(\.icon) + [
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
    /// The way here: title and path of each step. Without any, the menu's entry is one.
    var crumbs: [(title: String, path: String)] = []
    /// Buttons beside the title.
    var actions: HTML = .empty
    /// Of the assets, beyond the common one.
    var scripts: [String] = []
  }

  func staffPage(_ frame: Frame, _ call: StaffCall, _ content: HTML) -> Reply {
    let session = call.session
    return .html(
      framed(
        crumbed(frame, MenuEntry.all.map { ($0.title, $0.path) }), manual: .staff, rail: rail(frame.current, session),
        bar: palette(searching: true)
          + bar(session.member.email, account: StaffAccountPages.path, signOut: "/admin/logout", call.csrfField),
        flash: call.request.flash, call.csrfField, content))
  }

  func portalPage(_ frame: Frame, _ call: PortalCall, _ content: HTML) -> Reply {
    let links = PortalMenuEntry.all.filter { call.session.allows($0.access) }.map { entry in
      link(entry.title, entry.path, icon: entry.icon, isCurrent: entry.path == frame.current)
    }
    let host = call.place.host
    let rail: HTML = """
      <a class="ty-brand" href="/portal">\(brand(host))</a>\(PortalMenuEntry.customerSwitch(call))\
      <nav aria-label="Sections"><ul>\(links)</ul></nav>\(poweredBy(host))
      """
    return .html(
      framed(
        crumbed(frame, PortalMenuEntry.all.map { ($0.title, $0.path) }), manual: .portal, host: host, rail: rail,
        bar: palette(searching: false)
          + bar(call.session.email, account: PortalAccountPages.path, signOut: "/portal/logout", call.csrfField),
        flash: call.request.flash, call.csrfField, content))
  }

  /// A page with the menu beside it.
  func framed(
    _ frame: Frame, manual: HelpManual, host: HostBrand = .ours, rail: HTML, bar: HTML, flash: Flash?, _ csrf: HTML,
    _ content: HTML
  ) -> HTML {
    shell(
      frame.title, host, scripts: frame.scripts,
      """
      <div class="ty-shell">
      <aside class="ty-rail" id="menu" aria-label="Menu"><div class="ty-rail-content">\(rail)</div></aside>
      <button class="ty-overlay" type="button" data-drawer-close tabindex="-1" aria-label="Close menu"></button>
      <div class="ty-main"><header class="ty-top">
      <button class="btn btn-icon ty-quiet ty-burger" type="button" data-drawer-open aria-expanded="false" \
      aria-controls="menu" aria-label="Open menu">\(icons("menu"))</button>
      \(crumbs(frame))<span class="ty-spring"></span>\(bar)</header>
      \(main(frame, manual, content))</div></div>\(toasts(flash, csrf))
      """)
  }

  /// A page for somebody who is not signed in: sign-in, refusals.
  func plain(_ title: String, host: HostBrand = .ours, _ content: HTML) -> HTML {
    shell(
      title, host,
      """
      <main class="ty-sign" id="content" tabindex="-1"><div class="ty-sign-box">
      <p class="ty-brand">\(brand(host))</p>
      <div class="card"><div class="card-body"><h1>\(title)</h1>\(content)</div></div>\(poweredBy(host))</div></main>
      """)
  }

  /// A refusal as a page.
  func refusal(_ problem: Problem, home: String, host: HostBrand = .ours) -> HTML {
    plain(
      problem.title, host: host,
      "<p>\(problem.detail ?? "")</p><p><a class=\"btn btn-primary\" href=\"\(href: home)\">Back to the start</a></p>")
  }

  private func main(_ frame: Frame, _ manual: HelpManual, _ content: HTML) -> HTML {
    """
    <main class="ty-content" id="content" tabindex="-1"><div class="ty-head"><h1>\(frame.title)</h1>\
    \(help(frame.current, manual))<div class="ty-actions">\(frame.actions)</div></div>
    \(content)</main>
    """
  }

  /// The way to what is said about the page, else to all of the manual.
  private func help(_ current: String, _ manual: HelpManual) -> HTML {
    guard current != manual.path else { return .empty }
    let topic = manual.topic(about: current)
    let label = topic.map { "Help: \($0.title)" } ?? "Help"
    return """
      <a class="ty-page-help" href="\(href: topic.map(manual.address) ?? manual.path)" aria-label="\(label)" title="Help">\
      \(icons("circle-question-mark"))</a>
      """
  }

  func bar(_ email: EmailAddress, account: String?, signOut: String, _ csrf: HTML) -> HTML {
    let name: HTML =
      account.map {
        """
        <a class="btn ty-quiet ty-me" href="\(href: $0)" aria-label="My account">\(icons("circle-user-round"))\
        <span>\(email)</span></a>
        """
      } ?? "<span class=\"ty-me ty-lead\"><span>\(email)</span></span>"
    return """
      <button class="btn btn-icon ty-quiet" type="button" data-theme-toggle \
      aria-label="Switch between light and dark">\(icons("sun-moon"))</button>\(name)
      <form method="post" action="\(href: signOut)">\(csrf)<button class="btn btn-icon ty-quiet" \
      aria-label="Sign out">\(icons("log-out"))</button></form>
      """
  }

  /// The button of the command palette, which without scripts leads to the search where there is one.
  func palette(searching: Bool) -> HTML {
    let label: HTML = """
      aria-haspopup="dialog" aria-keyshortcuts="Control+K Meta+K">\(icons("search"))\
      <span>\(searching ? "Search" : "Go to")</span><kbd data-chord>Ctrl K</kbd>
      """
    guard searching else {
      return
        "<button class=\"btn ty-find ty-scripted\" type=\"button\" data-palette aria-label=\"Go to a page\" \(label)</button>"
    }
    return """
      <a class="btn ty-find" href="\(SearchPages.path)" data-palette data-search="\(SearchPages.suggestionsPath)" \
      data-hint="Search customers, licences and invoices, or go to a page" aria-label="Search and go to" \(label)</a>
      """
  }

  /// A page below one of the menu's that names no way itself has that one's.
  func crumbed(_ frame: Frame, _ entries: [(title: String, path: String)]) -> Frame {
    var frame = frame
    if frame.crumbs.isEmpty {
      frame.crumbs = entries.filter { $0.path == frame.current && $0.title != frame.title }
    }
    return frame
  }

  private func crumbs(_ frame: Frame) -> HTML {
    guard !frame.crumbs.isEmpty else { return .empty }
    let links = frame.crumbs.map { "<li><a href=\"\(href: $0.path)\">\($0.title)</a></li>" as HTML }
    return """
      <nav class="ty-crumbs" aria-label="Breadcrumb"><ol>\(links)\
      <li aria-current="page">\(frame.title)</li></ol></nav>
      """
  }

  private func rail(_ current: String, _ session: StaffSession) -> HTML {
    let links = MenuEntry.all.filter { session.allows($0.access) }.map { entry in
      link(entry.title, entry.path, icon: entry.icon, isCurrent: entry.path == current)
    }
    return """
      <a class="ty-brand" href="/admin">\(brand(.ours))</a><nav aria-label="Sections"><ul>\(links)</ul></nav>
      """
  }

  func link(_ title: String, _ path: String, icon: String, isCurrent: Bool) -> HTML {
    """
    <li><a class="ty-link" href="\(href: path)" data-title="\(title)"\
    \(GoKeys.letter(for: path).map { " data-go=\"\($0)\"" as HTML })\(if: isCurrent, " aria-current=\"page\"")>\
    \(icons(icon))<span>\(title)</span></a></li>
    """
  }

  /// Whose product it is: the mark and the name.
  func brand(_ host: HostBrand) -> HTML {
    guard let logo = host.files?.logo else {
      return """
        <img src="\(assets.url("mark.svg"))" alt="" width="24" height="24"><span>\(host.settings.productName)</span>
        """
    }
    return "<img class=\"ty-logo\" src=\"\(href: logo)\" alt=\"\"><span>\(host.settings.productName)</span>"
  }

  func poweredBy(_ host: HostBrand) -> HTML {
    host.settings.showsPoweredBy ? "<p class=\"ty-powered\">Powered by Trackily</p>" : .empty
  }

  private func toasts(_ flash: Flash?, _ csrf: HTML) -> HTML {
    let toast = flash.map { flash -> HTML in
      let undo = flash.undo.map { path -> HTML in
        "<form method=\"post\" action=\"\(href: path)\">\(csrf)<button class=\"btn btn-sm\">Undo</button></form>"
      }
      return "<div class=\"ty-toast \(flash.kind.rawValue)\"><span>\(flash.message)</span>\(undo)</div>"
    }
    return """
      <div class="ty-progress" aria-hidden="true"></div><p class="ty-working" role="status"></p>\
      <div class="ty-toasts" role="status">\(toast)</div>
      """
  }

  private func shell(_ title: String, _ host: HostBrand, scripts: [String] = [], _ body: HTML) -> HTML {
    let product = host.settings.isOurs ? "Trackily licences" : host.settings.productName
    let icon: HTML =
      host.files?.favicon.map { "<link rel=\"icon\" href=\"\(href: $0)\">" }
      ?? "<link rel=\"icon\" type=\"image/svg+xml\" href=\"\(assets.url("mark.svg"))\">"
    let style = host.files?.styleSheet.map { "<link rel=\"stylesheet\" href=\"\(href: $0)\">" as HTML }
    let preloads = assets.imports(of: "app.js").map {
      "<link rel=\"modulepreload\" href=\"\($0)\" fetchpriority=\"low\">" as HTML
    }
    let more = scripts.map { "<script src=\"\(assets.url($0))\" defer></script>" as HTML }
    return """
      <!doctype html><html lang="en" data-bs-theme="light"><head><meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(title) · \(product)</title>
      <script src="\(assets.url("theme.js"))"></script>
      \(icon)
      <link rel="stylesheet" href="\(assets.url("tabler.min.css"))">
      <link rel="stylesheet" href="\(assets.url("app.css"))">\(style)
      \(preloads)<script type="module" src="\(assets.url("app.js"))"></script>\(more)
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
    MenuEntry(title: "Subscriptions", path: SubscriptionPages.path, icon: "repeat", access: .read(.billing)),
    MenuEntry(title: "Invoices", path: InvoicePages.path, icon: "receipt-text", access: .read(.billing)),
    MenuEntry(title: "Revenue", path: RevenuePages.path, icon: "chart-line", access: .read(.billing)),
    MenuEntry(title: "Plans and prices", path: PlanPages.path, icon: "tag", access: .read(.billing)),
    MenuEntry(title: "Coupons", path: CouponPages.path, icon: "ticket-percent", access: .read(.billing)),
    MenuEntry(title: "Tax rates", path: TaxRatePages.path, icon: "percent", access: .read(.billing)),
    MenuEntry(title: "Resellers", path: ResellerStaffPages.path, icon: "handshake", access: .read(.resellers)),
    MenuEntry(title: "Releases", path: "/admin/releases", icon: "package-check", access: .read(.releases)),
    MenuEntry(title: "Invoice details", path: "/admin/seller", icon: "building-2", access: .read(.settings)),
    MenuEntry(title: "Hosted tenants", path: HostedTenantPages.path, icon: "server", access: .read(.tenants)),
    MenuEntry(title: "API keys", path: APIKeyPages.path, icon: "key", access: .signedIn),
    MenuEntry(title: "Webhooks", path: WebhookEndpointPages.path, icon: "webhook", access: .read(.settings)),
    MenuEntry(title: "E-mails", path: MailPages.path, icon: "mail", access: .read(.settings)),
    MenuEntry(title: "Staff", path: StaffTeamPages.path, icon: "shield-user", access: .read(.staff)),
    MenuEntry(title: "API requests", path: RequestLogPages.path, icon: "activity", access: .read(.settings)),
    MenuEntry(title: "Audit log", path: "/admin/audit-log", icon: "scroll-text", access: .read(.settings)),
    MenuEntry(title: "Help", path: HelpManual.staff.path, icon: "circle-question-mark", access: .signedIn),
  ]
}
