import ClickPath
import Conversions

extension PostbackHit {
  /// A journaled postback as it came.
  init(_ event: RawPostbackEvent) {
    self.init(
      id: event.id, method: Method(rawValue: event.method) ?? .get, pathKey: event.pathKey, query: event.query,
      contentType: event.contentType, body: event.body ?? [], address: event.ip)
  }
}

extension JournalEvent {
  /// What the journal notes beside the payload; the payload says it again for whoever decodes it.
  var journalKind: JournalKind {
    switch self {
    case .click: .click
    case .postback: .postback
    case .offerVisit: .offerVisit
    }
  }
}

extension JournalKind {
  static let click = JournalKind(rawValue: 1)
  static let postback = JournalKind(rawValue: 2)
  static let offerVisit = JournalKind(rawValue: 3)
}
