public import Core

/// Which of the visitors' URLs a path is. Everything else is the framework's.
public enum VisitorRoute: Hashable, Sendable {
  /// `/c/{slug}`, or `/click?campaign={slug}`. The slug is empty when `/click?test=1` names none: that is explained, too.
  case click(slug: String)
  /// `/offer/{clickId}/{offerId}`. The click is nil when the path holds none of our ids: the visitor still goes on.
  case offer(ClickID?, offerID: Int64)
  /// `/postback`, `/postback/{key}`.
  case postback(key: String?)

  public init?(path: Substring, query: Substring) {
    let route: VisitorRoute? = path.utf8Buffer { bytes in
      if bytes.has("/c/", at: 0) { return VisitorRoute.single(bytes, from: 3).map { .click(slug: $0) } }
      if bytes.has("/offer/", at: 0) { return VisitorRoute.offer(bytes) }
      if bytes.equals("/postback") || bytes.equals("/postback/") { return .postback(key: nil) }
      if bytes.has("/postback/", at: 0) {
        return VisitorRoute.single(bytes, from: 10).map { key in
          .postback(key: PercentCoding.decode(key.utf8, plusIsSpace: false))
        }
      }
      if bytes.equals("/click") || bytes.equals("/click/") {
        let slug = QueryReader.value(of: "campaign", in: query)
        return (slug ?? (QueryReader.value(of: "test", in: query) == "1" ? "" : nil)).map { .click(slug: $0) }
      }
      return nil
    }
    guard let route else { return nil }
    self = route
  }

  /// The one path component after `start`; one trailing slash is forgiven.
  private static func single(_ path: UnsafeBufferPointer<UInt8>, from start: Int) -> String? {
    let end = path.index(of: UInt8(ascii: "/"), from: start)
    guard end > start, end >= path.count - 1 else { return nil }
    return String(decoding: path.part(start..<end), as: UTF8.self)
  }

  private static func offer(_ path: UnsafeBufferPointer<UInt8>) -> VisitorRoute? {
    let end = path.index(of: UInt8(ascii: "/"), from: 7)
    guard end < path.count, let id = single(path, from: end + 1).flatMap({ Int64($0) }) else { return nil }
    return .offer(ClickID(utf8: path.part(7..<end)), offerID: id)
  }
}
