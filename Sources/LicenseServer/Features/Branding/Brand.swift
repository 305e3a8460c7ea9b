import Core
import Licensing

/// A brand as it is kept: whose it is, for which of their domains, and how it looks.
struct Brand: Sendable, Identifiable {
  let id: Int64
  /// A tracker's public domain; nil for all that have no brand of their own.
  let domain: String?
  let settings: Branding
  let updatedAt: Timestamp

  var files: BrandFiles { BrandFiles(brandID: id, settings: settings) }

  /// As the API shows it: pictures by their addresses.
  var json: JSONValue {
    [
      "id": .int(id), "domain": JSONValue(domain), "product_name": .string(settings.productName),
      "logo_url": JSONValue(files.logo), "favicon_url": JSONValue(files.favicon),
      "colors": [
        "primary": JSONValue(settings.primary?.description), "link": JSONValue(settings.link?.description),
      ],
      "css_variables": settings.variablesJSON, "support_email": JSONValue(settings.supportEmail?.description),
      "support_url": JSONValue(settings.supportURL), "sender_name": JSONValue(settings.senderName),
      "hides_powered_by": .bool(settings.hidesPoweredBy), "updated_at": JSONValue(updatedAt),
    ]
  }
}

/// The addresses of a brand's files on this server. Each holds its content's hash, so that browsers may keep it for ever
/// and nobody finds one by counting.
struct BrandFiles: Sendable, Hashable {
  static let prefix = "/brand"

  let brandID: Int64
  let settings: Branding

  var logo: String? { settings.logo.map { "\(Self.prefix)/\(brandID)/\($0.fileName)" } }
  var favicon: String? { settings.favicon.map { "\(Self.prefix)/\(brandID)/\($0.fileName)" } }
  var styleSheet: String? { settings.styleSheetHash.map { "\(Self.prefix)/\(brandID)/\($0).css" } }
}

/// The brand that a host's pages carry.
struct HostBrand: Sendable, Hashable {
  let settings: Branding
  let files: BrandFiles?
  /// Whose portal it is; nil on our own hosts.
  let resellerID: Int64?

  static let ours = HostBrand(settings: .trackily, files: nil, resellerID: nil)

  /// Where a reseller's portal is: its domain, reached as our own address is.
  static func portalURL(of domain: String, besides publicURL: String) -> String {
    guard let host = WebURL.host(of: publicURL) else { return publicURL }
    return publicURL.replacing("//\(host)", with: "//\(domain)", maxReplacements: 1)
  }
}
