import Core
import Licensing
import Web

/// The frame of every dashboard page: rail, top bar, content.
struct Layout: Sendable {
  let assets: StaticAssets
  let icons: IconSet

  /// Scripts and styles beyond the common ones; loaded only where they are used.
  enum Extra: Sendable {
    case chart
    /// A `<select data-search>` one can type into.
    case search
    /// An area of `data-code-editor` with colours, line numbers and search.
    case editor
    /// One of our own modules, by its name: `report.js`.
    case module(String)
  }

  /// What is particular about a page.
  struct Frame: Sendable {
    var title: String
    /// The path of the menu entry that is current.
    var current: String
    /// The way here: title and path of each step.
    var crumbs: [(title: String, path: String)] = []
    var actions: HTML = .empty
    var extras: [Extra] = []
    /// The help topic, where it is not the current menu entry's.
    var help: String? = nil
  }

  /// Who looks at the page, as far as its frame shows it.
  struct Viewer: Sendable {
    var session: TrackerSession
    var tenant: String
    var plan: String
    var csrf: HTML
    var flash: Flash?
    /// The licence's one line for the top of every page.
    var banner: String?
    var brand = TenantBrand.ours

    init(session: TrackerSession, tenant: String, plan: String, csrf: HTML, flash: Flash? = nil, banner: String? = nil)
    {
      self.session = session
      self.tenant = tenant
      self.plan = plan
      self.csrf = csrf
      self.flash = flash
      self.banner = banner
    }

    init(session: TrackerSession, place: TrackerPlace, csrf: HTML, flash: Flash? = nil) {
      self.init(
        session: session, tenant: place.tenant.name, plan: session.entitlements.planTitle, csrf: csrf, flash: flash,
        banner: session.standing.banner?.message)
      brand = place.brand
    }
  }

  func page(_ frame: Frame, _ call: TrackerCall, status: Int = 200, _ content: HTML) -> Reply {
    let viewer = Viewer(
      session: call.session, place: call.place, csrf: call.csrfField, flash: call.request.flash)
    return .html(document(frame, viewer, content), status: status)
  }

  func document(_ frame: Frame, _ viewer: Viewer, _ content: HTML) -> HTML {
    shell(
      title: frame.title, extras: frame.extras, brand: viewer.brand,
      body: """
        <a class="ty-skip" href="#content">Skip to content</a>
        <div class="ty-shell">
        <aside class="ty-rail" id="menu" aria-label="Menu"><div class="ty-rail-content">\(rail(frame.current, viewer))\
        </div></aside>
        <button class="ty-overlay" type="button" data-drawer-close tabindex="-1" aria-label="Close menu"></button>
        <div class="ty-main">
        <header class="ty-top">\(topBar(frame, viewer))</header>
        <main class="ty-content" id="content" tabindex="-1">
        \(viewer.banner.map(banner))
        <div class="ty-head"><h1>\(frame.title)</h1>\(help(frame))<div class="ty-actions">\(frame.actions)</div></div>
        \(content)
        </main></div></div>
        <div class="ty-progress" aria-hidden="true"></div><p class="ty-working" role="status"></p>
        <div class="ty-toasts" role="status">\(viewer.flash.map { toast($0, viewer.csrf) })</div>
        """)
  }

  /// A page for somebody who is not signed in: sign-in, invitation, refusals.
  func plain(title: String, flash: Flash? = nil, brand: TenantBrand = .ours, _ content: HTML) -> HTML {
    shell(
      title: title, extras: [], brand: brand,
      body: """
        <main class="ty-sign" id="content"><div class="ty-sign-box">
        <p class="ty-brand">\(brand.mark(orOurs: mark))</p>
        <div class="card"><div class="card-body"><h1>\(title)</h1>\(flash.map(notice))\(content)</div></div>\(brand.footer)
        </div></main>
        """)
  }

  private func shell(title: String, extras: [Extra], brand: TenantBrand, body: HTML) -> HTML {
    let icon: HTML =
      brand.favicon.map { "<link rel=\"icon\" href=\"\(href: $0)\">" }
      ?? "<link rel=\"icon\" type=\"image/svg+xml\" href=\"\(assets.url("mark.svg"))\">"
    let look = brand.styleSheet.map { "\n<link rel=\"stylesheet\" href=\"\(href: $0)\">" as HTML }
    return """
      <!doctype html><html lang="en" data-bs-theme="light"><head><meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(title) · \(brand.productName)</title>
      <script src="\(assets.url("theme.js"))"></script>
      \(icon)
      <link rel="stylesheet" href="\(assets.url("tabler.min.css"))">\(extras.map(style))
      <link rel="stylesheet" href="\(assets.url("app.css"))">\(look)
      \(modulePreloads)\(extras.map(script))<script type="module" src="\(assets.url("app.js"))"></script>
      </head><body>\(body)</body></html>
      """
  }

  /// What app.js imports, fetched beside it instead of after it, but not before the page's style.
  private var modulePreloads: HTML {
    assets.imports(of: "app.js").map {
      "<link rel=\"modulepreload\" href=\"\($0)\" fetchpriority=\"low\">" as HTML
    }.joined()
  }

  private func style(_ extra: Extra) -> HTML {
    switch extra {
    case .chart, .editor, .module: .empty
    case .search: "<link rel=\"stylesheet\" href=\"\(assets.url("tom-select.min.css"))\">"
    }
  }

  private func script(_ extra: Extra) -> HTML {
    let names: [String]
    switch extra {
    case .chart: names = ["echarts.min.js", "chart.js"]
    case .search: names = ["tom-select.min.js"]
    case .editor: return module("landing-editor.js")
    case .module(let name): return module(name)
    }
    return names.map { "<script src=\"\(assets.url($0))\" defer></script>" as HTML }.joined()
  }

  private func module(_ name: String) -> HTML {
    "<script type=\"module\" src=\"\(assets.url(name))\"></script>"
  }

  var mark: HTML { "<span class=\"ty-mark\">\(icons(.flows))</span>" }

  private func topBar(_ frame: Frame, _ viewer: Viewer) -> HTML {
    """
    <button class="btn btn-icon ty-quiet ty-burger" type="button" data-drawer-open aria-expanded="false" \
    aria-controls="menu" aria-label="Open menu">\(icons(.menu))</button>
    \(crumbs(frame))<span class="ty-spring"></span>
    <a class="btn ty-find" href="\(href: SearchPages.path)" data-palette data-search="\(SearchPages.suggestionsPath)" \
    data-hint="Search names and ids, or go to a page" aria-label="Search and go to" aria-haspopup="dialog" \
    aria-keyshortcuts="Control+K Meta+K">\(icons(.search))<span>Search</span><kbd data-chord>Ctrl K</kbd></a>
    <button class="btn btn-icon ty-quiet" type="button" data-theme-toggle \
    aria-label="Switch between light and dark">\(icons(.theme))</button>
    <a class="btn ty-quiet ty-me" href="/admin/account" aria-label="My account">\(icons(.account))\
    <span>\(viewer.session.user.email)</span></a>
    <form method="post" action="/admin/logout">\(viewer.csrf)<button class="btn btn-icon ty-quiet" \
    aria-label="Sign out">\(icons(.signOut))</button></form>
    """
  }

  private func crumbs(_ frame: Frame) -> HTML {
    let steps = frame.crumbs.isEmpty ? MenuEntry.crumb(to: frame) : frame.crumbs
    guard !steps.isEmpty else { return .empty }
    let links = steps.map { "<li><a href=\"\(href: $0.path)\">\($0.title)</a></li>" as HTML }
    return """
      <nav class="ty-crumbs" aria-label="Breadcrumb"><ol>\(links)\
      <li aria-current="page">\(frame.title)</li></ol></nav>
      """
  }

  private func help(_ frame: Frame) -> HTML {
    guard let topic = frame.help.flatMap(HelpTopic.named) ?? HelpTopic.about(frame.current) else { return .empty }
    return """
      <a class="ty-page-help" href="\(href: topic.address)" aria-label="Help: \(topic.title)" title="Help">\(icons(.help))</a>
      """
  }

  private func banner(_ message: String) -> HTML {
    "<div class=\"ty-banner\" role=\"status\">\(icons(.warning))<span>\(message)</span></div>"
  }

  private func toast(_ flash: Flash, _ csrf: HTML) -> HTML {
    let undo = flash.undo.map { path -> HTML in
      "<form method=\"post\" action=\"\(href: path)\">\(csrf)<button class=\"btn btn-sm\">Undo</button></form>"
    }
    return "<div class=\"ty-toast \(flash.kind.rawValue)\"><span>\(flash.message)</span>\(undo)</div>"
  }

  private func notice(_ flash: Flash) -> HTML {
    "<p class=\"ty-note \(flash.kind.rawValue)\" role=\"status\">\(flash.message)</p>"
  }
}
