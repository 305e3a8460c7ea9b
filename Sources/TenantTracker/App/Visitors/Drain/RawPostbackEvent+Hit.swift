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
    case .click: JournalKind(rawValue: 1)
    case .postback: JournalKind(rawValue: 2)
    }
  }
}
