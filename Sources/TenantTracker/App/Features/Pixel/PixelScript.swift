import Core
import Crypto
import Foundation
import HTTPTypes
import Web

/// `GET /pixel.js`, on every host of a tenant: the script that merchants put on their pages.
struct PixelScript: Sendable {
  /// Browsers ask for news of it once an hour.
  static let lifetime = 3_600
  static let fileName = "pixel.js"

  private let bytes: [UInt8]
  private let tag: String

  /// - Parameter home: where the file is.
  init(home: Home) throws {
    bytes = Array(try Data(contentsOf: URL(filePath: "\(home.path)/assets/\(Self.fileName)")))
    // Weak: the same whether it travels packed or not.
    tag = "W/\"\(Array(SHA256.hash(data: bytes)).hex.prefix(16))\""
  }

  /// - Parameter knows: whether a host is a tenant's.
  func mount(knows: @escaping @Sendable (_ host: String) -> Bool) -> Mount {
    var table = RouteTable<ControlAPI.Everything, NoSession>()
    table.open(.get, "/", "The pixel's script") { call in reply(to: call.head) }
    let hooks = RouteHooks<ControlAPI.Everything, NoSession>(locate: { head in
      guard knows(head.authority) else { throw Problem.notFound("host") }
      return ControlAPI.Everything()
    })
    return Mount("/\(Self.fileName)", table, hooks)
  }

  private func reply(to head: RequestHead) -> Reply {
    let known = head.fields[.ifNoneMatch]?.split(separator: ",").contains { $0.trimmed == tag } ?? false
    var reply = known ? Reply(status: 304) : Reply(type: .javascript, bytes: bytes)
    reply.fields[.cacheControl] = "public, max-age=\(Self.lifetime)"
    reply.fields[.eTag] = tag
    // For pages that check its hash, and for those that are isolated from other origins.
    reply.fields[.accessControlAllowOrigin] = "*"
    if let name = HTTPField.Name("Cross-Origin-Resource-Policy") { reply.fields[name] = "cross-origin" }
    return reply
  }
}
