/// The methods routes are registered for. HEAD is answered by GET's route.
public enum RouteMethod: String, Sendable, Hashable, CaseIterable {
  case get = "GET"
  case post = "POST"
  case put = "PUT"
  case patch = "PATCH"
  case delete = "DELETE"
  /// What a browser asks before it sends what another origin's page wants to.
  case options = "OPTIONS"

  /// Whether the method must not change anything.
  public var isSafe: Bool { self == .get }
}

/// What a route reads from the request's body.
public enum BodyKind: Sendable, Hashable {
  case none
  /// `application/json`, required.
  case json(Schema)
  /// `application/json`, or nothing: read as an empty object.
  case optionalJSON(Schema)
  /// A form, urlencoded or multipart.
  case form
  /// The bytes as they came: uploads, webhooks whose signature covers them.
  case raw
}

/// A query parameter, for the document.
public struct QueryParameter: Sendable, Hashable {
  public let name: String
  public let schema: Schema
  public let description: String
  public let isRequired: Bool

  public init(_ name: String, _ schema: Schema, _ description: String, isRequired: Bool = false) {
    self.name = name
    self.schema = schema
    self.description = description
    self.isRequired = isRequired
  }
}

extension [QueryParameter] {
  /// What every list takes.
  public static let page: [QueryParameter] = [
    QueryParameter("limit", .integer, "How many items, 1 to 500; 50 if absent."),
    QueryParameter("cursor", .string, "`next_cursor` of the page before."),
    QueryParameter("sort", .string, "A field's name; a leading `-` sorts descending."),
    QueryParameter("q", .string, "Text to search for."),
  ]
}

/// All that is known of a route without calling it: for the document, the generated role test and the log.
public struct RouteDescription: Sendable, Hashable {
  public let method: RouteMethod
  /// Below the table's prefix, with its `{names}`: `/campaigns/{id}`.
  public let path: String
  public let access: Access
  public let summary: String
  /// The licensed feature the route belongs to.
  public let feature: String?
  public let query: [QueryParameter]
  public let body: BodyKind
  /// Nil if the answer has no body, or no JSON one.
  public let answer: Schema?
  /// The status of success.
  public let status: Int
  /// Whether `Idempotency-Key` is honoured.
  public let creates: Bool
  /// Bytes.
  public let bodyLimit: Int
  /// Whether it answers while the initial password must still be changed.
  public let whilePasswordMustChange: Bool

  /// The names in the path, in order.
  public var parameterNames: [String] { PathPattern(path).parameterNames }
}
