public import Core

/// An inbound postback as it came, before anything is made of it: what the log keeps and a replay starts from.
public struct PostbackHit: Sendable, Hashable {
  public enum Method: String, Sendable {
    case get = "GET"
    case post = "POST"
  }

  /// Minted when the hit arrived and kept over every replay, so that a hit counts once however often it is processed.
  /// The conversion it creates has the same id.
  public var id: UUIDv7
  public var channel: InboundChannel
  public var method: Method
  /// The key in `/postback/{key}`.
  public var pathKey: String?
  /// Still percent-encoded, without the `?`.
  public var query: String
  public var contentType: String?
  public var body: [UInt8]
  /// The header fields a reader may need, such as signatures, by lower-case name.
  public var headers: [String: String]
  /// Who sent it, trusted proxies resolved.
  public var address: IPAddress?

  public init(
    id: UUIDv7, channel: InboundChannel = .postback, method: Method = .get, pathKey: String? = nil, query: String,
    contentType: String? = nil, body: [UInt8] = [], headers: [String: String] = [:], address: IPAddress? = nil
  ) {
    self.id = id
    self.channel = channel
    self.method = method
    self.pathKey = pathKey
    self.query = query
    self.contentType = contentType
    self.body = body
    self.headers = headers
    self.address = address
  }

  /// When it arrived, to the millisecond.
  public var receivedAt: Timestamp { id.timestamp }
}
