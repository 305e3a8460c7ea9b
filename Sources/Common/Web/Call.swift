public import Core
public import Logging

/// A request that has passed every check of its route, body read and parsed.
public struct IncomingRequest: Sendable {
  public let head: RequestHead
  public let route: RouteDescription
  /// The values of the path's `{names}`, decoded, in order.
  public let parameters: [(name: String, value: String)]
  public let body: ParsedBody
  /// Carries the request id.
  public let logger: Logger
  /// For forms of a signed-in page; nil in tables without `PageRules`.
  public let csrfToken: String?
  /// What the page before had to say.
  public let flash: Flash?
}

/// What handlers of open and of protected routes share.
public protocol RouteCall: Sendable {
  associatedtype Place: Sendable
  var place: Place { get }
  var request: IncomingRequest { get }
}

/// A call of a route that needs nobody signed in.
public struct OpenCall<Place: Sendable>: RouteCall {
  public let place: Place
  public let request: IncomingRequest
}

/// A call of a protected route: there is a session, and it may do this.
public struct Call<Place: Sendable, Session: SignedInSession>: RouteCall {
  public let place: Place
  public let session: Session
  public let request: IncomingRequest
}

extension RouteCall {
  public var head: RequestHead { request.head }
  public var clientAddress: IPAddress { request.head.clientAddress }
  public var requestID: String { request.head.requestID }
  public var logger: Logger { request.logger }

  /// A path parameter's text; empty if the path has none of that name.
  public func parameter(_ name: String) -> String {
    request.parameters.first { $0.name == name }?.value ?? ""
  }

  /// A path parameter that is the id of a configured thing. Anything but a positive decimal number names nothing: 404.
  public func id(_ name: String = "id") throws(Problem) -> Int64 {
    let text = parameter(name)
    guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let id = Int64(text), id > 0 else {
      throw .notFound("resource")
    }
    return id
  }

  /// A path parameter that is the id of a click or conversion; 404 if it is no UUID.
  public func uuid(_ name: String = "id") throws(Problem) -> UUIDv7 {
    guard let id = UUIDv7(parameter(name)) else { throw .notFound("resource") }
    return id
  }

  /// The first query value of that name.
  public func query(_ name: String) -> String? { request.head.query(name) }

  /// `?limit=&cursor=&sort=&q=` and filters; 422 if the limit is no number of 1 to 500.
  public var page: PageRequest {
    get throws(Problem) { try PageRequest(query: request.head.queryItems) }
  }

  /// The list at `path` after `cursor`, with this call's filters, order, search and page size.
  public func address(of path: String, after cursor: String) -> String {
    request.head.address(of: path, after: cursor)
  }

  /// The JSON body; null if the route takes none.
  public var json: JSONValue {
    if case .json(let value) = request.body { value } else { .null }
  }

  /// A reader of the JSON body's fields; 422 if the body is no object.
  public func fields() throws(Problem) -> FieldReader { try FieldReader(json) }

  /// The submitted form; empty if the route takes none.
  public var form: FormBody {
    if case .form(let form) = request.body { form } else { FormBody() }
  }

  /// The body of a raw route, byte for byte.
  public var bytes: [UInt8] {
    if case .raw(let bytes) = request.body { bytes } else { [] }
  }

  /// The hidden field that every form with an unsafe method carries.
  public var csrfField: HTML {
    "<input type=\"hidden\" name=\"\(CSRFGuard.fieldName)\" value=\"\(request.csrfToken)\">"
  }
}
