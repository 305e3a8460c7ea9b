import Core
import HTTPTypes
import Licensing
import Web

/// A brand's logo, favicon and style sheet. They come out of the lease, so nothing is fetched from anywhere; open, for
/// the sign-in page shows them.
struct BrandFilePages: Sendable {
  private static let forEver = "public, max-age=31536000, immutable"

  func register(in table: inout TrackerTable) {
    table.openPage("/brand/{file}", "A file of the tenant's brand") { call in
      let (name, settings) = (call.parameter("file"), call.place.brand.settings)
      if let sheet = settings.styleSheet, name == settings.styleSheetHash.map({ "\($0).css" }) {
        return Reply(type: .css, bytes: Array(sheet.utf8)).with(header: .cacheControl, Self.forEver)
      }
      let images = [settings.logo, settings.favicon].compactMap(\.self)
      guard let image = images.first(where: { $0.fileName == name }) else { throw Problem.notFound("file") }
      return Reply(type: ContentType(image.kind.rawValue), bytes: image.bytes)
        .with(header: .cacheControl, Self.forEver)
    }
  }
}
