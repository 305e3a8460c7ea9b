import ClickPath
import Core
import NIOHTTP1

/// The header fields that matter, picked out in one pass.
struct VisitFields: Sendable {
  private(set) var visitor = VisitorHeaders()
  private(set) var host: String?
  private(set) var contentType: String?
  private(set) var contentLength: String?
  private(set) var transferEncoding: String?
  private(set) var forwardedFor: String?
  private var forwardedProto: String?

  init() {}

  init(_ headers: HTTPHeaders) {
    for (name, value) in headers {
      var name = name
      name.withUTF8 { take($0, value) }
    }
  }

  /// - Parameter value: Made only for a field that is wanted.
  mutating func take(_ name: UnsafeBufferPointer<UInt8>, _ value: @autoclosure () -> String) {
    // The length alone rules most of them out.
    switch name.count {
    case 4 where name.isField("host"): host = host ?? value()
    case 12 where name.isField("content-type"): contentType = contentType ?? value()
    case 14 where name.isField("content-length"): contentLength = contentLength ?? value()
    case 15 where name.isField("x-forwarded-for"):
      forwardedFor = forwardedFor.map { "\($0),\(value())" } ?? value()
    case 17 where name.isField("x-forwarded-proto"): forwardedProto = value()
    case 17 where name.isField("transfer-encoding"): transferEncoding = value()
    default: visitor.take(name, value())
    }
  }

  /// - Parameter httpsHosts: see ``VisitorService``.
  func isSecure(trusting peer: VisitorPeer, httpsHosts: Set<String>) -> Bool {
    if peer.isTrusted, let forwardedProto {
      return forwardedProto.split(separator: ",").last?.trimmed.lowercased() == "https"
    }
    guard !httpsHosts.isEmpty, let host else { return false }
    return httpsHosts.contains(host.prefix { $0 != ":" }.lowercased())
  }
}

extension UnsafeBufferPointer<UInt8> {
  /// Whether this is `text` (lower case, of the same length) in any case.
  func isField(_ text: StaticString) -> Bool {
    guard count == text.utf8CodeUnitCount else { return false }
    for index in 0..<count {
      let byte = self[index]
      let lower = byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
      guard lower == text.utf8Start[index] else { return false }
    }
    return true
  }
}
