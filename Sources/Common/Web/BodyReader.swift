public import Core
import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1

/// A request's body as its route wants it.
public enum ParsedBody: Sendable {
  case none
  case json(JSONValue)
  case form(FormBody)
  case raw([UInt8])
}

/// The body of one request, unread until the route's checks have passed.
struct BodySource: Sendable {
  let body: RequestBody
  let fields: HTTPFields
  /// Tells the connection that somebody reads now, for `Expect: 100-continue`.
  let willRead: @Sendable () -> Void

  private var declaredLength: Int? { fields[.contentLength].flatMap { Int($0) } }
  private var hasBody: Bool { (declaredLength ?? 0) > 0 || fields[.transferEncoding] != nil }
  private var type: ContentType? { fields[.contentType].map { ContentType($0) } }

  /// Reads and parses. 415 for another type, 413 for more than `limit` bytes (without reading them all), 400 for what
  /// does not parse.
  func read(as kind: BodyKind, limit: Int) async throws -> (parsed: ParsedBody, bytes: [UInt8]) {
    guard kind != .none else { return (.none, []) }
    if let coding = fields[.contentEncoding], coding.lowercased() != "identity" {
      throw Problem.unsupportedMediaType("a body without Content-Encoding")
    }
    try checkType(for: kind)
    let bytes = try await collect(limit: limit)
    return (try parse(bytes, as: kind), bytes)
  }

  private func checkType(for kind: BodyKind) throws(Problem) {
    switch kind {
    case .optionalJSON where !hasBody: return
    case .json, .optionalJSON:
      guard hasBody else { throw .badRequest("A JSON body is required.", code: "malformed_json") }
      guard let type, type.essence == "application/json" || type.essence.hasSuffix("+json") else {
        throw .unsupportedMediaType()
      }
      let charset = type.parameter("charset")?.lowercased() ?? "utf-8"
      guard charset == "utf-8" || charset == "utf8" else { throw .unsupportedMediaType("application/json in UTF-8") }
    case .form:
      guard hasBody else { return }
      guard let type, type.essence == FormBody.urlencoded || type.essence == FormBody.multipart else {
        throw .unsupportedMediaType("\(FormBody.urlencoded) or \(FormBody.multipart)")
      }
    case .raw, .none: return
    }
  }

  private func parse(_ bytes: [UInt8], as kind: BodyKind) throws(Problem) -> ParsedBody {
    switch kind {
    case .none: return .none
    case .raw: return .raw(bytes)
    case .form: return .form(try FormBody(bytes, type: type ?? ContentType(FormBody.urlencoded)))
    case .optionalJSON where bytes.isEmpty: return .json([:])
    case .json, .optionalJSON:
      do throws(JSONParseError) {
        return .json(try JSONValue.parse(bytes))
      } catch {
        throw Problem(
          status: 400, code: "malformed_json", title: "Malformed JSON", detail: "\(error).",
          extra: ["position": .int(error.offset)])
      }
    }
  }

  private func collect(limit: Int) async throws -> [UInt8] {
    if let declaredLength, declaredLength > limit { throw Problem.tooLarge(limit: limit) }
    guard hasBody else { return [] }
    willRead()
    var bytes: [UInt8] = []
    bytes.reserveCapacity(min(declaredLength ?? 0, limit))
    do {
      for try await part in body {
        guard bytes.count + part.readableBytes <= limit else { throw Problem.tooLarge(limit: limit) }
        bytes.append(contentsOf: part.readableBytesView)
      }
    } catch is HTTPParserError {
      throw Problem.badRequest("The body is malformed.", code: "malformed_request")
    } catch is BodyTooSlow {
      throw Problem(status: 408, code: "request_timeout", title: "Too slow", detail: "The body did not arrive in time.")
    }
    if let declaredLength, bytes.count < declaredLength {
      throw Problem.badRequest("The body ended early.", code: "malformed_request")
    }
    return bytes
  }
}
