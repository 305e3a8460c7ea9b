import ClickPath
import Conversions
import Core
import NIOCore
import NIOHTTP1

/// An answer as it goes to the connection: all fields but what the connection itself adds.
struct VisitorAnswer: Sendable {
  let status: HTTPResponseStatus
  private var fields: [(String, String)]
  let body: [UInt8]

  var headers: HTTPHeaders { HTTPHeaders(fields) }

  private init(_ status: HTTPResponseStatus, _ fields: [(String, String)], body: [UInt8]) {
    self.status = status
    var fields = fields
    fields.append(("Content-Length", body.isEmpty ? "0" : String(body.count)))
    self.fields = fields
    self.body = body
  }

  private init(_ status: HTTPResponseStatus, unframed fields: [(String, String)]) {
    self.status = status
    self.fields = fields
    body = []
  }

  /// - Parameter date: in the form of RFC 9110, as ``HTTPDate`` writes it.
  init(_ answer: TrackingAnswer, date: String) {
    var fields: [(String, String)] = []
    fields.reserveCapacity(answer.headers.count + 2)
    fields.append(("Date", date))
    for field in answer.headers { fields.append((field.name, field.value)) }
    self.init(answer.status == 302 ? .found : HTTPResponseStatus(statusCode: answer.status), fields, body: answer.body)
  }

  init(_ reply: PostbackReply, date: String) {
    var fields = VisitorAnswer.fields(date, reply.contentType)
    // A body that echoes what was asked for is text, whatever a browser makes of it.
    fields.append(("X-Content-Type-Options", "nosniff"))
    if let id = reply.conversionID { fields.append(("X-Conversion-Id", id.description)) }
    self.init(HTTPResponseStatus(statusCode: reply.status), fields, body: Array(reply.body.utf8))
  }

  init(_ problem: Problem, date: String, allow: [String] = []) {
    var fields = VisitorAnswer.fields(date, "application/problem+json")
    if let seconds = problem.retryAfter { fields.append(("Retry-After", String(seconds))) }
    if !allow.isEmpty { fields.append(("Allow", allow.joined(separator: ", "))) }
    self.init(HTTPResponseStatus(statusCode: problem.status), fields, body: problem.json.utf8)
  }

  init(_ json: JSONValue, status: Int = 200, date: String) {
    self.init(
      HTTPResponseStatus(statusCode: status), VisitorAnswer.fields(date, "application/json"), body: json.utf8)
  }

  init(text: String, date: String) {
    self.init(.ok, VisitorAnswer.fields(date, "text/plain; charset=utf-8"), body: Array(text.utf8))
  }

  init(redirectTo url: String, date: String) {
    self.init(.found, [("Date", date), ("Cache-Control", "no-store"), ("Location", url)], body: [])
  }

  /// Done, and nothing to say: no body, and so no length of one (RFC 9110, 8.6).
  static func noContent(date: String) -> VisitorAnswer {
    VisitorAnswer(.noContent, unframed: [("Date", date), ("Cache-Control", "no-store")])
  }

  /// A transparent picture of one pixel, for pages that can only load pictures.
  static func picture(date: String) -> VisitorAnswer {
    VisitorAnswer(.ok, fields(date, "image/gif"), body: onePixel)
  }

  private static let onePixel: [UInt8] = [
    0x47, 0x49, 0x46, 0x38, 0x39, 0x61, 1, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0x21, 0xF9, 4, 1, 0, 0, 0, 0, 0x2C, 0,
    0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0, 0x3B,
  ]

  /// The answer to a browser that asks whether a page of another origin may send what it wants to.
  static func preflight(_ methods: [String], date: String) -> VisitorAnswer {
    var answer = VisitorAnswer.noContent(date: date)
    answer.fields += [
      ("Access-Control-Allow-Methods", methods.joined(separator: ", ")),
      ("Access-Control-Allow-Headers", "Content-Type"), ("Access-Control-Max-Age", "86400"),
    ]
    return answer
  }

  /// The same, for a page of that origin to read. Without credentials: nothing here depends on a cookie.
  func shared(with origin: String?) -> VisitorAnswer {
    var answer = self
    answer.fields.append(("Vary", "Origin"))
    if let origin { answer.fields.append(("Access-Control-Allow-Origin", origin)) }
    return answer
  }

  private static func fields(_ date: String, _ contentType: String) -> [(String, String)] {
    [("Date", date), ("Cache-Control", "no-store"), ("Content-Type", contentType)]
  }
}

extension VisitorAnswer {
  /// As the bytes of an HTTP/1.1 answer.
  /// - Parameter isLast: Whether the connection ends after it.
  func write(to bytes: inout ByteBuffer, isLast: Bool) {
    bytes.writeStaticString("HTTP/1.1 ")
    bytes.writeString(status.code == 302 ? "302 Found" : "\(status.code) \(status.reasonPhrase)")
    bytes.writeStaticString("\r\n")
    for (name, value) in fields {
      bytes.writeString(name)
      bytes.writeStaticString(": ")
      bytes.writeString(value)
      bytes.writeStaticString("\r\n")
    }
    if isLast { bytes.writeStaticString("Connection: close\r\n") }
    bytes.writeStaticString("\r\n")
    bytes.writeBytes(body)
  }
}
