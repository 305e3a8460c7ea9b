public import Core

/// Which of the visitors' URLs a path is. Everything else is the framework's.
public enum VisitorRoute: Hashable, Sendable {
  /// `/c/{slug}`, or `/click?campaign={slug}`.
  case click(slug: String)
  /// `/offer/{clickId}/{offerId}`. The click is nil when the path holds none of our ids: the visitor still goes on.
  case offer(ClickID?, offerID: Int64)
  /// `/postback`, `/postback/{key}`.
  case postback(key: String?)

  public init?(path: Substring, query: Substring) {
    let parts = path.utf8.split(separator: UInt8(ascii: "/"), maxSplits: 4, omittingEmptySubsequences: false)
    guard parts.count >= 2, parts[0].isEmpty else { return nil }
    // One trailing slash is forgiven.
    let names = parts.count > 2 && parts[parts.count - 1].isEmpty ? parts[1..<(parts.count - 1)] : parts[1...]
    let first = names[1]
    if names.count == 2, first.elementsEqual("c".utf8), !names[2].isEmpty {
      self = .click(slug: String(Substring(names[2])))
    } else if names.count == 1, first.elementsEqual("click".utf8) {
      guard let slug = QueryReader.value(of: "campaign", in: query) else { return nil }
      self = .click(slug: slug)
    } else if names.count == 3, first.elementsEqual("offer".utf8), let offer = Int64(Substring(names[3])) {
      self = .offer(ClickID(Substring(names[2])), offerID: offer)
    } else if names.count <= 2, first.elementsEqual("postback".utf8) {
      self = .postback(key: names.count == 2 ? PercentCoding.decode(names[2], plusIsSpace: false) : nil)
    } else {
      return nil
    }
  }
}
