import ClickPath
import Core
import NIOCore
import NIOHTTP1

/// One request of a visitor or network, read from its head.
struct Visit: Sendable {
  let target: VisitorTarget
  let request: VisitorRequest
  let contentType: String?
  /// Of the body, if the head says so.
  let declaredLength: Int?
  let hasBody: Bool
  let began: NIODeadline

  /// Nil for a request that is the framework's.
  /// - Parameter httpsHosts: see ``VisitorService``.
  init?(_ head: HTTPRequestHead, from peer: VisitorPeer, httpsHosts: Set<String>, now: Timestamp) {
    guard VisitorTarget.mayBe(head.uri) else { return nil }
    let fields = VisitFields(head.headers)
    let request = VisitorRequest(
      method: VisitorRequest.Method(head.method), target: head.uri, host: fields.host ?? "",
      isSecure: fields.isSecure(trusting: peer, httpsHosts: httpsHosts), headers: fields.visitor,
      address: peer.visitor(forwardedFor: fields.forwardedFor), now: now)
    guard let target = VisitorTarget(path: request.path, query: request.query) else { return nil }
    self.target = target
    self.request = request
    contentType = fields.contentType
    declaredLength = fields.contentLength.flatMap { Int($0) }
    hasBody = fields.contentLength != nil || fields.transferEncoding != nil
    began = .now()
  }

  /// More bytes than these are refused.
  var bodyLimit: Int { keepsBody ? 1 << 20 : 1 << 16 }

  /// Only what a network posts is looked at.
  var keepsBody: Bool {
    switch target {
    case .postbackAPI, .visitor(.postback): request.method == .post
    case .visitor, .health, .readiness: false
    }
  }
}

/// The header fields that matter, picked out in one pass.
private struct VisitFields {
  var visitor = VisitorHeaders()
  var host: String?
  var contentType: String?
  var contentLength: String?
  var transferEncoding: String?
  var forwardedFor: String?
  var forwardedProto: String?

  init(_ headers: HTTPHeaders) {
    for (name, value) in headers {
      // The length alone rules most of them out.
      switch name.utf8.count {
      case 4 where name.isField("host"): host = host ?? value
      case 12 where name.isField("content-type"): contentType = contentType ?? value
      case 14 where name.isField("content-length"): contentLength = contentLength ?? value
      case 15 where name.isField("x-forwarded-for"): forwardedFor = forwardedFor.map { "\($0),\(value)" } ?? value
      case 17 where name.isField("x-forwarded-proto"): forwardedProto = value
      case 17 where name.isField("transfer-encoding"): transferEncoding = value
      default: visitor.take(name, value)
      }
    }
  }

  func isSecure(trusting peer: VisitorPeer, httpsHosts: Set<String>) -> Bool {
    if peer.isTrusted, let forwardedProto {
      return forwardedProto.split(separator: ",").last?.trimmed.lowercased() == "https"
    }
    guard !httpsHosts.isEmpty, let host else { return false }
    return httpsHosts.contains(host.prefix { $0 != ":" }.lowercased())
  }
}

extension String {
  /// Whether this is the field `name` (lower case, of the same length) in any case.
  fileprivate func isField(_ name: StaticString) -> Bool {
    var index = 0
    for byte in utf8 {
      let lower = byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
      guard lower == name.utf8Start[index] else { return false }
      index += 1
    }
    return true
  }
}

extension VisitorRequest.Method {
  fileprivate init(_ method: HTTPMethod) {
    switch method {
    case .GET: self = .get
    case .HEAD: self = .head
    case .POST: self = .post
    default: self = .other
    }
  }
}
