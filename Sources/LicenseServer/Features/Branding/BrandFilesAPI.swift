import Core
import Database
import HTTPTypes
import Licensing
import Web

/// The pictures and style sheets of brands, for pages and mails.
struct BrandFilesAPI: Sendable {
  let database: ConnectionPool

  func register(in table: inout RouteTable<Vendor, NoSession>) {
    table.open(.get, "\(BrandFiles.prefix)/{id}/{file}", "A brand's logo, favicon or style sheet", handler: file)
  }

  @Sendable private func file(_ call: OpenCall<Vendor>) async throws -> Reply {
    let name = call.parameter("file")
    guard let settings = try await BrandStore(database).find(call.id())?.settings else {
      throw Problem.notFound("file")
    }
    if let sheet = settings.styleSheet, name == settings.styleSheetHash.map({ "\($0).css" }) {
      return Reply(type: .css, bytes: Array(sheet.utf8)).with(header: .cacheControl, Self.forEver)
    }
    guard let image = [settings.logo, settings.favicon].compactMap(\.self).first(where: { $0.fileName == name }) else {
      throw Problem.notFound("file")
    }
    return Reply(type: ContentType(image.kind.rawValue), bytes: image.bytes).with(header: .cacheControl, Self.forEver)
  }

  private static let forEver = "public, max-age=31536000, immutable"
}
