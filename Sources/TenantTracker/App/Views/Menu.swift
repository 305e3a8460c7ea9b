import Core
import Web

/// The menu: plain links, in groups, each only for those who may read its section.
struct MenuEntry: Sendable {
  let title: String
  let path: String
  let icon: Icon
  let access: Access

  struct Group: Sendable {
    let title: String
    let entries: [MenuEntry]
  }

  static let groups = [
    Group(
      title: "Performance",
      entries: [
        MenuEntry(title: "Dashboard", path: "/admin", icon: .dashboard, access: .read(.reports)),
        MenuEntry(title: "Reports", path: ReportPages.path, icon: .reports, access: .read(.reports)),
        MenuEntry(
          title: "Attribution", path: ReportTab.attribution.path, icon: .attribution, access: .read(.reports)),
        MenuEntry(title: "Clicks", path: "/admin/clicks", icon: .clicks, access: .read(.reports)),
        MenuEntry(title: "Conversions", path: "/admin/conversions", icon: .conversions, access: .read(.reports)),
        MenuEntry(title: "Postbacks", path: PostbackPages.path, icon: .postbacks, access: .read(.reports)),
        MenuEntry(title: "Review Queue", path: ReviewPages.path, icon: .verify, access: .read(.reports)),
        MenuEntry(title: "Outgoing Postbacks", path: DeliveryPages.path, icon: .deliveries, access: .read(.sources)),
      ]),
    Group(
      title: "Traffic",
      entries: [
        MenuEntry(title: "Campaigns", path: "/admin/campaigns", icon: .campaigns, access: .read(.campaigns)),
        MenuEntry(title: "Offers", path: "/admin/offers", icon: .offers, access: .read(.offers)),
        MenuEntry(title: "Landing Pages", path: "/admin/landings", icon: .landings, access: .read(.landings)),
        MenuEntry(title: "Traffic Sources", path: "/admin/sources", icon: .sources, access: .read(.sources)),
        MenuEntry(
          title: "Tracking Profiles", path: "/admin/tracking-profiles", icon: .profiles, access: .read(.campaigns)),
        MenuEntry(title: "Affiliate Networks", path: "/admin/networks", icon: .networks, access: .read(.networks)),
        MenuEntry(title: "Status Inbox", path: UnmappedStatusPages.path, icon: .inbox, access: .read(.networks)),
        MenuEntry(
          title: "Postback Builder", path: PostbackBuilderPages.path, icon: .builder, access: .read(.networks)),
        MenuEntry(title: "Publishers", path: "/admin/publishers", icon: .publishers, access: .read(.networks)),
        MenuEntry(title: "Payouts", path: StatementPages.path, icon: .payouts, access: .read(.networks)),
        MenuEntry(title: "Domains", path: "/admin/domains", icon: .domains, access: .read(.domains)),
      ]),
    Group(
      title: "E-commerce",
      entries: [
        MenuEntry(title: "Products", path: "/admin/products", icon: .products, access: .read(.settings)),
        MenuEntry(title: "Product Report", path: ProductReportPages.path, icon: .purchases, access: .read(.reports)),
        MenuEntry(title: "Customers", path: CustomerPages.path, icon: .customers, access: .read(.reports)),
      ]),
    Group(
      title: "Integrations",
      entries: [
        MenuEntry(title: "Pixel", path: PixelPages.path, icon: .pixel, access: .read(.settings)),
        MenuEntry(title: "Webhooks", path: WebhookPages.path, icon: .shops, access: .read(.settings)),
      ]),
    Group(
      title: "Account",
      entries: [
        MenuEntry(title: "Users & Roles", path: "/admin/users", icon: .users, access: .read(.users)),
        MenuEntry(title: "Licence", path: "/admin/license", icon: .license, access: .read(.settings)),
        MenuEntry(title: "Settings", path: "/admin/settings", icon: .settings, access: .read(.settings)),
        MenuEntry(title: "Export / Import", path: PortPages.path, icon: .download, access: .read(.campaigns)),
        MenuEntry(
          title: "Conversion Types", path: "/admin/conversion-types", icon: .types, access: .read(.settings)),
        MenuEntry(title: "Blacklist", path: "/admin/blacklist", icon: .blacklist, access: .read(.settings)),
        MenuEntry(title: "Audit Log", path: "/admin/audit-log", icon: .audit, access: .read(.settings)),
        MenuEntry(title: "Help", path: HelpPages.path, icon: .help, access: .signedIn),
      ]),
  ]

  /// Everything the session may open, in the menu's order.
  static func open(to session: TrackerSession) -> [MenuEntry] {
    groups.flatMap(\.entries).filter { session.allows($0.access) }
  }

  /// The way to a page below one of the menu's that names none itself.
  static func crumb(to frame: Layout.Frame) -> [(title: String, path: String)] {
    groups.flatMap(\.entries).filter { $0.path == frame.current && $0.title != frame.title }.map { ($0.title, $0.path) }
  }
}

extension Layout {
  /// The rail on the left: brand, menu, and whose account this is.
  func rail(_ current: String, _ viewer: Viewer) -> HTML {
    let groups = MenuEntry.groups.map { group -> HTML in
      let open = group.entries.filter { viewer.session.allows($0.access) }
      guard !open.isEmpty else { return .empty }
      let links = open.map { entry -> HTML in
        """
        <li><a class="ty-link" href="\(href: entry.path)"\(go(to: entry))\
        \(if: entry.path == current, " aria-current=\"page\"")>\
        \(icons(entry.icon))<span>\(entry.title)</span>\(waiting(entry, viewer))</a></li>
        """
      }
      return "<h2 class=\"ty-group\">\(group.title)</h2><ul>\(links)</ul>"
    }
    return """
      <a class="ty-brand" href="/admin">\(viewer.brand.mark(orOurs: mark))</a>
      <nav aria-label="Sections">\(groups)</nav>
      <p class="ty-tenant"><strong>\(viewer.tenant)</strong><span>\(viewer.plan) plan</span></p>\(viewer.brand.footer)
      """
  }

  private func go(to entry: MenuEntry) -> HTML {
    let letter = GoKeys.letter(for: entry.path).map { " data-go=\"\($0)\"" as HTML } ?? .empty
    return " data-title=\"\(entry.title)\"" + letter
  }

  /// How much waits for somebody's decision there.
  private func waiting(_ entry: MenuEntry, _ viewer: Viewer) -> HTML {
    let count =
      switch entry.path {
      case ReviewPages.path: viewer.session.pendingReviews
      case UnmappedStatusPages.path: viewer.session.unmappedStatuses
      default: 0
      }
    guard count > 0 else { return .empty }
    let text = count < ReviewPages.countLimit ? "\(count)" : "\(ReviewPages.countLimit - 1)+"
    return "<span class=\"ty-count\"><span class=\"visually-hidden\">, </span>\(text)</span>"
  }
}
