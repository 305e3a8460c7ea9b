import Core
import Web

/// The reseller's menu: plain links, each only for those who may see what is behind it.
struct ResellerMenuEntry: Sendable {
  let title: String
  let path: String
  /// Lucide's name.
  let icon: String
  let access: Access

  static let all = [
    ResellerMenuEntry(
      title: "Customers", path: ResellerCustomerPages.path, icon: "users", access: .resellerRead(.customers)),
    ResellerMenuEntry(
      title: "Licences", path: ResellerLicensePages.path, icon: "key-round", access: .resellerRead(.licences)),
    ResellerMenuEntry(
      title: "Hosted tenants", path: ResellerTenantPages.path, icon: "server", access: .resellerRead(.licences)),
    ResellerMenuEntry(
      title: "Prices", path: ResellerPricePages.path, icon: "tag", access: .resellerRead(.licences)),
    ResellerMenuEntry(
      title: "Margins", path: ResellerMarginPages.path, icon: "chart-line", access: .resellerRead(.margins)),
    ResellerMenuEntry(
      title: "Statements", path: ResellerMarginPages.statementsPath, icon: "receipt-text",
      access: .resellerRead(.margins)),
    ResellerMenuEntry(
      title: "Branding", path: ResellerBrandPages.path, icon: "palette", access: .resellerRead(.branding)),
    ResellerMenuEntry(
      title: "Webhooks", path: "/reseller/webhooks", icon: "webhook", access: .resellerRead(.team)),
    ResellerMenuEntry(
      title: "Team and keys", path: ResellerTeamPages.path, icon: "shield-user", access: .resellerRead(.team)),
    ResellerMenuEntry(title: "Help", path: HelpManual.reseller.path, icon: "circle-question-mark", access: .signedIn),
  ]
}

extension Layout {
  func resellerPage(_ frame: Frame, _ call: ResellerCall, status: Int = 200, _ content: HTML) -> Reply {
    let host = call.place.host
    let session = call.session
    let links = ResellerMenuEntry.all.filter { session.allows($0.access) }.map { entry in
      link(entry.title, entry.path, icon: entry.icon, isCurrent: entry.path == frame.current)
    }
    let rail: HTML = """
      <a class="ty-brand" href="\(ResellerEntrancePages.prefix)">\(brand(host))</a><nav aria-label="Sections"><ul>\(links)</ul></nav>\
      <p class="ty-tenant"><strong>\(session.reseller.name)</strong><span>Reseller</span></p>\(poweredBy(host))
      """
    let email = session.user?.email ?? session.reseller.email
    return .html(
      framed(
        crumbed(frame, ResellerMenuEntry.all.map { ($0.title, $0.path) }), manual: .reseller, host: host, rail: rail,
        bar: palette(searching: false)
          + bar(
            email, account: ResellerEntrancePages.passwordPath, signOut: "\(ResellerEntrancePages.prefix)/logout",
            call.csrfField),
        flash: call.request.flash, call.csrfField, warning(session.reseller) + content), status: status)
  }

  private func warning(_ reseller: Reseller) -> HTML {
    guard let until = reseller.graceUntil else { return .empty }
    let words =
      reseller.customersCutAt == nil
      ? "Your customers keep working until \(until.day)." : "Your customers' licences are suspended with you."
    return """
      <div class="ty-note error" role="status"><div>This account is suspended: nothing new can be sold. \(words)</div></div>
      """
  }
}
