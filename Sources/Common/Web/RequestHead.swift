public import Core
public import HTTPTypes

/// All that is known of a request before its body: what place, session and permission are decided from.
public struct RequestHead: Sendable {
  public let method: HTTPRequest.Method
  /// The path as sent, still percent-encoded, without the query.
  public let path: String
  /// The query as sent, without the `?`; empty if there is none.
  public let rawQuery: String
  public let fields: HTTPFields
  /// `host[:port]` as sent, lower case; empty if there is none.
  public let authority: String
  /// The other end of the socket.
  public let peer: IPAddress
  /// Who asks: the peer, or who a trusted proxy says.
  public let clientAddress: IPAddress
  public let isHTTPS: Bool
  /// Also in the log lines and the `X-Request-Id` of the answer.
  public let requestID: String

  public init(
    method: HTTPRequest.Method, target: String, authority: String?, fields: HTTPFields, peer: IPAddress,
    clientAddress: IPAddress, isHTTPS: Bool, requestID: String
  ) {
    self.method = method
    let mark = target.utf8.firstIndex(of: UInt8(ascii: "?"))
    path = String(target[..<(mark ?? target.endIndex)])
    rawQuery = mark.map { String(target[target.utf8.index(after: $0)...]) } ?? ""
    self.fields = fields
    self.authority = authority?.lowercased() ?? ""
    self.peer = peer
    self.clientAddress = clientAddress
    self.isHTTPS = isHTTPS
    self.requestID = requestID
  }
}

extension RequestHead {
  /// The host without its port and the root's final dot, lower case; an IPv6 literal without its brackets. With the dot
  /// it would be another name for the same place, and pass by what is decided by name.
  public var host: String {
    if authority.hasPrefix("[") {
      return String(authority.dropFirst().prefix { $0 != "]" })
    }
    let name = authority.prefix { $0 != ":" }
    return String(name.hasSuffix(".") ? name.dropLast() : name)
  }

  /// The first field of that name; nil if there is none or the name is no field name.
  public func header(_ name: String) -> String? {
    HTTPField.Name(name).flatMap { fields[$0] }
  }

  /// The token of `Authorization: Bearer …`.
  public var bearerToken: String? {
    guard let value = fields[.authorization] else { return nil }
    let parts = value.split(separator: " ", maxSplits: 1)
    guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
    return parts[1].trimmed
  }

  /// The first cookie of that name; browsers send the most specific path first.
  public func cookie(_ name: String) -> String? {
    for field in fields[values: .cookie] {
      for pair in field.split(separator: ";") {
        guard let equals = pair.utf8.firstIndex(of: UInt8(ascii: "=")) else { continue }
        if pair[..<equals].trimmed == name { return pair[pair.utf8.index(after: equals)...].trimmed }
      }
    }
    return nil
  }

  /// The query's pairs in order, decoded.
  public var queryItems: [(name: String, value: String)] { PercentCoding.queryItems(rawQuery) }

  /// The first query value of that name.
  public func query(_ name: String) -> String? { queryItems.first { $0.name == name }?.value }

  /// The list at `path` after `cursor`, with this request's filters, order, search and page size.
  public func address(of path: String, after cursor: String) -> String {
    let kept = queryItems.filter { $0.name != "cursor" && !$0.value.isEmpty }
    let pairs = (kept + [(name: "cursor", value: cursor)]).map { name, value in
      "\(PercentCoding.encodeComponent(name))=\(PercentCoding.encodeComponent(value))"
    }
    return "\(path)?\(pairs.joined(separator: "&"))"
  }

  /// GET and HEAD: what must not change anything.
  public var isSafe: Bool { method == .get || method == .head }

  /// Whether htmx asks for a fragment.
  public var isFragment: Bool { header("HX-Request") == "true" }
}
