import Core
import HTTPTypes

/// What every answer gets, whoever made it.
struct ReplyFinisher {
  let settings: WebSettings
  let head: RequestHead

  /// Below this, gzip's own frame and the time are not worth it.
  private static let smallestWorthPacking = 1_024

  func finish(_ reply: Reply) -> Reply {
    var reply = reply
    reply.fields[.requestID] = head.requestID
    addSecurityFields(&reply)
    if reply.fields[.cacheControl] == nil { reply.fields[.cacheControl] = "no-store" }
    compress(&reply)
    return reply
  }

  private func addSecurityFields(_ reply: inout Reply) {
    reply.fields[.xContentTypeOptions] = "nosniff"
    if reply.fields[.referrerPolicy] == nil { reply.fields[.referrerPolicy] = "same-origin" }
    if reply.fields[.contentSecurityPolicy] == nil {
      let isPage = reply.fields[.contentType]?.hasPrefix("text/html") == true
      reply.fields[.contentSecurityPolicy] =
        isPage ? settings.contentSecurityPolicy : "default-src 'none'; frame-ancestors 'none'"
      reply.fields[.xFrameOptions] = "DENY"
    }
    if head.isHTTPS { reply.fields[.strictTransportSecurity] = "max-age=31536000" }
  }

  /// Pages with CSRF tokens too: those change their mask with each answer, so their length tells nothing (BREACH).
  private func compress(_ reply: inout Reply) {
    guard case .bytes(let bytes) = reply.body, bytes.count >= ReplyFinisher.smallestWorthPacking,
      reply.fields[.contentEncoding] == nil, let type = reply.fields[.contentType], ContentType(type).isCompressible
    else { return }
    reply.fields.appendVary("Accept-Encoding")
    guard head.acceptsGzip, let packed = Gzip.compress(bytes, level: .fast), packed.count < bytes.count else { return }
    reply.fields[.contentEncoding] = "gzip"
    reply.body = .bytes(packed)
  }
}

extension RequestHead {
  /// Whether `Accept-Encoding` names gzip (or anything) without `q=0`.
  var acceptsGzip: Bool {
    for entry in fields[values: .acceptEncoding].flatMap({ $0.split(separator: ",") }) {
      let parts = entry.split(separator: ";")
      guard let coding = parts.first?.trimmedLowercase, coding == "gzip" || coding == "*" else { continue }
      let quality = parts.dropFirst().map(\.trimmedLowercase).first { $0.hasPrefix("q=") }
      return quality.flatMap { Double($0.dropFirst(2)) } != 0
    }
    return false
  }
}

extension HTTPFields {
  mutating func appendVary(_ name: String) {
    self[.vary] = self[.vary].map { $0.contains(name) ? $0 : "\($0), \(name)" } ?? name
  }
}

extension HTTPField.Name {
  static let requestID = HTTPField.Name("X-Request-Id")!
  static let referrerPolicy = HTTPField.Name("Referrer-Policy")!
  static let xFrameOptions = HTTPField.Name("X-Frame-Options")!
  static let xForwardedFor = HTTPField.Name("X-Forwarded-For")!
  static let xForwardedProto = HTTPField.Name("X-Forwarded-Proto")!
}
