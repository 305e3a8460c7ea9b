import Core
import Licensing

/// Whose mail it looks like, and where its links lead.
struct MailBrand: Sendable, Hashable {
  var productName = "Trackily"
  /// Beside MAIL_FROM's address; nil for MAIL_FROM's own name.
  var senderName: String?
  /// Of the button, `#rrggbb`.
  var color = "#1d4ed8"
  /// Of the words on it.
  var inkColor = "#ffffff"
  /// Absolute; nil shows the product's name.
  var logoURL: String?
  /// Where answers go.
  var supportEmail: String?
  var supportURL: String?
  var showsPoweredBy = false
  /// The portal's address, without a trailing slash.
  var portalURL: String

  /// Our own look.
  init(portalURL: String) { self.portalURL = portalURL }

  /// A reseller's, or an Enterprise customer's.
  init(_ brand: Brand, portalURL: String) {
    let settings = brand.settings
    self.init(portalURL: portalURL)
    productName = settings.productName
    senderName = settings.senderName ?? settings.productName
    if let primary = settings.primary {
      color = primary.description
      inkColor = primary.readableText.description
    }
    logoURL = brand.files.logo.map { portalURL + $0 }
    supportEmail = settings.supportEmail?.description
    supportURL = settings.supportURL
    showsPoweredBy = settings.showsPoweredBy
  }
}
