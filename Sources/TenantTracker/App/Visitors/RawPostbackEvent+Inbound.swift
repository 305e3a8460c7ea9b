import ClickPath
import Conversions
import Core

extension RawPostbackEvent {
  /// The hit as it came, for the journal; ``PostbackHit/init(_:)`` is the way back.
  init(_ hit: PostbackHit, tenantID: Int64, from address: IPAddress) {
    self.init(
      id: hit.id, tenantID: tenantID, receivedAt: hit.receivedAt, ip: address, method: hit.method.rawValue,
      pathKey: hit.pathKey, query: hit.query, contentType: hit.contentType, body: hit.body.isEmpty ? nil : hit.body,
      channel: hit.channel == .postback ? nil : hit.channel.rawValue,
      headers: hit.headers.isEmpty ? nil : hit.headersJSON.utf8)
  }
}
