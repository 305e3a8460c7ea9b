public import Core
public import HTTPTypes

/// An answer. Made by handlers, finished (security headers, compression, request id) by the application.
public struct Reply: Sendable {
  public enum Body: Sendable {
    case empty
    case bytes([UInt8])
    /// Written piece by piece, chunked. An error half-way ends the connection, so the client sees a broken answer.
    case stream(@Sendable (ReplyWriter) async throws -> Void)
  }

  public var status: Int
  public var fields: HTTPFields
  public var body: Body
  /// Shown by the next page of the same browser. Only in tables with `PageRules`.
  public var flash: Flash?

  public init(status: Int = 200, fields: HTTPFields = [:], body: Body = .empty) {
    self.status = status
    self.fields = fields
    self.body = body
  }

  /// Bytes of a stated type.
  public init(status: Int = 200, type: ContentType, bytes: [UInt8]) {
    self.init(status: status, fields: [.contentType: type.value], body: .bytes(bytes))
  }
}

extension Reply {
  public static func json(_ value: JSONValue, status: Int = 200) -> Reply {
    Reply(status: status, type: .json, bytes: value.utf8)
  }

  /// 201 with the new thing's address.
  public static func created(_ value: JSONValue, location: String) -> Reply {
    var reply = json(value, status: 201)
    reply.fields[.location] = location
    return reply
  }

  public static var noContent: Reply { Reply(status: 204) }

  public static func html(_ html: HTML, status: Int = 200) -> Reply {
    Reply(status: status, type: .html, bytes: Array(html.text.utf8))
  }

  public static func text(_ text: String, status: Int = 200) -> Reply {
    Reply(status: status, type: .text, bytes: Array(text.utf8))
  }

  /// 303: the browser fetches `location` with GET.
  public static func redirect(to location: String, flash: Flash? = nil) -> Reply {
    var reply = Reply(status: 303, fields: [.location: location])
    reply.flash = flash
    return reply
  }

  /// 308: the same request belongs at `location`, for good.
  public static func moved(to location: String) -> Reply {
    Reply(status: 308, fields: [.location: location])
  }

  public static func problem(_ problem: Problem) -> Reply {
    var reply = Reply(status: problem.status, type: .problem, bytes: problem.json.utf8)
    reply.addFields(of: problem)
    return reply
  }

  /// A body too long to hold: `write` is called until it returns. `filename` makes it a download.
  public static func stream(
    type: ContentType, filename: String? = nil, _ write: @escaping @Sendable (ReplyWriter) async throws -> Void
  ) -> Reply {
    var reply = Reply(fields: [.contentType: type.value], body: .stream(write))
    if let filename { reply.offerDownload(filename) }
    return reply
  }

  /// Makes the browser save the body under that name. Characters that a header cannot carry become `_`.
  public mutating func offerDownload(_ filename: String) {
    let safe = String(filename.map { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) ? $0 : "_" })
    fields[.contentDisposition] = "attachment; filename=\"\(safe)\""
  }

  public func with(header name: HTTPField.Name, _ value: String) -> Reply {
    var reply = self
    reply.fields[name] = value
    return reply
  }

  public mutating func set(_ cookie: SetCookie) {
    fields.append(HTTPField(name: .setCookie, value: cookie.headerValue))
  }

  public func with(_ cookie: SetCookie) -> Reply {
    var reply = self
    reply.set(cookie)
    return reply
  }

  mutating func addFields(of problem: Problem) {
    if let seconds = problem.retryAfter { fields[.retryAfter] = String(seconds) }
    // What is left of the body is not worth reading: the connection ends with this answer.
    if problem.status == 413 || problem.status == 408 { fields[.connection] = "close" }
  }
}
