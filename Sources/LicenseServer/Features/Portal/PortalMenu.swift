import Core
import Web

/// The portal's menu: plain links, each only for those who may see what is behind it.
struct PortalMenuEntry: Sendable {
  let title: String
  let path: String
  /// Lucide's name.
  let icon: String
  let access: Access

  static let all = [
    PortalMenuEntry(title: "Licences", path: "/portal", icon: "key-round", access: .signedIn),
    PortalMenuEntry(title: "Invoices", path: "/portal/invoices", icon: "receipt-text", access: .portalRead(.billing)),
    PortalMenuEntry(title: "Billing", path: "/portal/billing", icon: "credit-card", access: .portalRead(.billing)),
    PortalMenuEntry(title: "Downloads", path: "/portal/downloads", icon: "download", access: .signedIn),
    PortalMenuEntry(title: "Webhooks", path: "/portal/webhooks", icon: "webhook", access: .portalWrite(.licences)),
    PortalMenuEntry(title: "Branding", path: PortalBrandPages.path, icon: "palette", access: .portalWrite(.licences)),
    PortalMenuEntry(title: "Team", path: "/portal/team", icon: "users", access: .portalRead(.team)),
    PortalMenuEntry(title: "My account", path: "/portal/account", icon: "circle-user-round", access: .signedIn),
    PortalMenuEntry(title: "Help", path: HelpManual.portal.path, icon: "circle-question-mark", access: .signedIn),
  ]

  /// For whom they act; a choice for those who belong to several customers.
  static func customerSwitch(_ call: PortalCall) -> HTML {
    let memberships = call.session.user.memberships
    guard let current = call.session.membership else { return .empty }
    guard memberships.count > 1 else { return .empty }
    let options = memberships.map {
      """
      <option value="\($0.customerID)"\(attribute: "selected", when: $0 == current)>\($0.customerName)</option>
      """ as HTML
    }
    return """
      <form class="ty-copy" method="post" action="/portal/switch">\(call.csrfField)\
      <select class="form-select" name="customer" aria-label="Customer">\(options)</select>\
      <button class="btn">Switch</button></form>
      """
  }
}
