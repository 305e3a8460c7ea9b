public import Core

/// A postback exactly as it came, kept while the database is away and replayed in order when it is back.
public struct RawPostbackEvent: Hashable, Sendable {
  /// Its row in the postback log.
  public var id: UUIDv7
  public var tenantID: Int64
  public var receivedAt: Timestamp
  public var ip: IPAddress
  public var method: String
  /// `{key}` of `/postback/{key}`.
  public var pathKey: String?
  /// Undecoded, without the question mark.
  public var query: String
  public var contentType: String?
  public var body: [UInt8]?
  /// The way it came in; nil for a postback.
  public var channel: String?
  /// Its header fields that matter, as a JSON object; nil for none.
  public var headers: [UInt8]?

  public init(
    id: UUIDv7, tenantID: Int64, receivedAt: Timestamp, ip: IPAddress, method: String, pathKey: String? = nil,
    query: String, contentType: String? = nil, body: [UInt8]? = nil, channel: String? = nil, headers: [UInt8]? = nil
  ) {
    self.id = id
    self.tenantID = tenantID
    self.receivedAt = receivedAt
    self.ip = ip
    self.method = method
    self.pathKey = pathKey
    self.query = query
    self.contentType = contentType
    self.body = body
    self.channel = channel
    self.headers = headers
  }
}

// Version 2; see ClickEvent. Version 1 ends with the body.
extension RawPostbackEvent {
  static let version: UInt8 = 2

  func encode(into bytes: inout [UInt8]) {
    bytes.append(RawPostbackEvent.version)
    bytes.append(id: id)
    bytes.append(id: tenantID)
    bytes.append(signed: receivedAt.microseconds)
    bytes.append(address: ip)
    bytes.append(text: method)
    bytes.append(text: query)
    var optional = OptionalFieldWriter(into: &bytes)
    optional.write(pathKey, to: &bytes)
    optional.write(contentType, to: &bytes)
    optional.write(body, to: &bytes)
    optional.write(channel, to: &bytes)
    optional.write(headers, to: &bytes)
  }

  init(from reader: inout EventReader) throws(EventFault) {
    let version = try reader.byte()
    guard (1...RawPostbackEvent.version).contains(version) else { throw .unknownVersion(version) }
    id = try reader.uuid()
    tenantID = try reader.id()
    receivedAt = Timestamp(microseconds: try reader.signed())
    ip = try reader.address()
    method = try reader.text()
    query = try reader.text()
    var optional = try OptionalFieldReader(&reader)
    pathKey = try optional.text(&reader)
    contentType = try optional.text(&reader)
    body = try optional.data(&reader)
    // The mask of version 1 has neither.
    channel = try optional.text(&reader)
    headers = try optional.data(&reader)
  }
}
