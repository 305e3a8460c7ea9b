import Core
import Licensing
import Web

/// How the dashboard looks for a tenant whose licence carries a brand: the names, and the addresses of its files on
/// this tracker. Without one, or without the feature, everything is ours.
struct TenantBrand: Sendable, Hashable {
  let settings: Branding

  static let ours = TenantBrand(settings: .trackily)

  static let prefix = "\(AdminPages.prefix)/brand"

  var productName: String { settings.productName }
  var logo: String? { settings.logo.map { "\(Self.prefix)/\($0.fileName)" } }
  var favicon: String? { settings.favicon.map { "\(Self.prefix)/\($0.fileName)" } }
  var styleSheet: String? { settings.styleSheetHash.map { "\(Self.prefix)/\($0).css" } }

  /// The product's mark and name, for the rail and the sign-in.
  func mark(orOurs ours: HTML) -> HTML {
    let picture = logo.map { "<img class=\"ty-logo\" src=\"\(href: $0)\" alt=\"\">" as HTML } ?? ours
    return "\(picture)<span>\(productName)</span>"
  }

  /// Where help is, and whose product it is underneath.
  var footer: HTML {
    let help = settings.supportLink.map { "<a href=\"\(href: $0)\">Help</a>" as HTML }
    let powered: HTML? = settings.showsPoweredBy ? "<span>Powered by Trackily</span>" : nil
    let parts = [help, powered].compactMap(\.self)
    return parts.isEmpty ? .empty : "<p class=\"ty-powered\">\(parts.joined(separator: " · "))</p>"
  }
}

extension LicenseStanding {
  /// What the product calls itself here: authenticator apps show it.
  var productName: String { (branding ?? .trackily).productName }
}
