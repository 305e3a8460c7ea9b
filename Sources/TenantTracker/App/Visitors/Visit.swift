import ClickPath
import Core
import NIOCore
import NIOHTTP1

/// One request of a visitor or network, read from its head.
struct Visit: Sendable {
  let target: VisitorTarget
  let request: VisitorRequest
  let contentType: String?
  /// What proves who sent it, and what about; of a report of a conversion alone.
  private(set) var proofs: [String: String] = [:]
  /// Of the body, if the head says so.
  let declaredLength: Int?
  let hasBody: Bool
  let began: NIODeadline

  /// Nil for a request that is the framework's.
  /// - Parameter httpsHosts: see ``VisitorService``.
  init?(_ head: HTTPRequestHead, from peer: VisitorPeer, httpsHosts: Set<String>, now: Timestamp) {
    guard VisitorTarget.mayBe(head.uri) else { return nil }
    self.init(
      VisitorRequest.Method(head.method), head.uri, VisitFields(head.headers), from: peer, httpsHosts: httpsHosts,
      now: now)
    if keepsBody || target.isShared { proofs = InboundProofs.pick(from: head.headers) }
  }

  /// Nil for a request that is the framework's.
  init?(
    _ method: VisitorRequest.Method, _ uri: String, _ fields: VisitFields, from peer: VisitorPeer,
    httpsHosts: Set<String>, now: Timestamp
  ) {
    let request = VisitorRequest(
      method: method, target: uri, host: fields.host ?? "",
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
  var bodyLimit: Int {
    if target.isShared { return 1 << 14 }
    return keepsBody ? 1 << 20 : 1 << 16
  }

  /// Only what a network posts is looked at.
  var keepsBody: Bool {
    switch target {
    case .postbackAPI, .inbound, .visitor(.postback): request.method == .post
    case .visitor, .health, .readiness, .root, .robots: false
    }
  }
}

extension VisitorRequest.Method {
  fileprivate init(_ method: HTTPMethod) {
    switch method {
    case .GET: self = .get
    case .HEAD: self = .head
    case .POST: self = .post
    case .OPTIONS: self = .options
    default: self = .other
    }
  }
}
