import ClickPath
import Conversions
import Core

extension PostbackHit {
  /// A journaled postback as it came.
  init(_ event: RawPostbackEvent) {
    self.init(
      id: event.id, channel: event.channel.flatMap(InboundChannel.init(rawValue:)) ?? .postback,
      method: Method(rawValue: event.method) ?? .get, pathKey: event.pathKey, query: event.query,
      contentType: event.contentType, body: event.body ?? [],
      headers: Self.headers(event.headers.flatMap { try? JSONValue.parse($0) }), address: event.ip)
  }

  var headersJSON: JSONValue {
    var object = JSONObject()
    for (name, value) in headers.sorted(by: { $0.key < $1.key }) { object[name] = .string(value) }
    return .object(object)
  }

  static func headers(_ json: JSONValue?) -> [String: String] {
    let members = json?.objectValue?.members.compactMap { member in member.value.stringValue.map { (member.key, $0) } }
    return Dictionary(members ?? []) { first, _ in first }
  }
}

extension JournalEvent {
  /// What the journal notes beside the payload; the payload says it again for whoever decodes it.
  var journalKind: JournalKind {
    switch self {
    case .click: .click
    case .postback: .postback
    case .offerVisit: .offerVisit
    case .shop: .shop
    }
  }
}

extension JournalKind {
  static let click = JournalKind(rawValue: 1)
  static let postback = JournalKind(rawValue: 2)
  static let offerVisit = JournalKind(rawValue: 3)
  static let shop = JournalKind(rawValue: 4)
}
