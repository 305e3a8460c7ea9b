/// The routes below one prefix, declared before anything runs. A route cannot be registered without saying who may call
/// it, and the table describes itself: for the OpenAPI document and for a test of every route with every role.
///
/// - `Place`: what the request's host stands for (a tenant, the vendor), found before anything else.
/// - `Session`: who is signed in.
public struct RouteTable<Place: Sendable, Session: SignedInSession>: Sendable {
  public typealias OpenHandler = @Sendable (OpenCall<Place>) async throws -> Reply
  public typealias Handler = @Sendable (Call<Place, Session>) async throws -> Reply

  enum Run: Sendable {
    case open(OpenHandler)
    case protected(Handler)
  }

  struct Route: Sendable {
    let description: RouteDescription
    let parameterNames: [String]
    let run: Run
  }

  private(set) var entries: [Route] = []
  private(set) var trie = RouteTrie()
  private(set) var schemas: [(name: String, schema: Schema)] = []

  public init() {}

  public var routes: [RouteDescription] { entries.map(\.description) }

  /// Whether every route is open: such a table never asks who is there.
  public var isOpen: Bool { entries.allSatisfy { $0.description.access == .anyone } }

  /// Names a schema for `Schema.ref`.
  public mutating func define(_ name: String, _ schema: Schema) { schemas.append((name, schema)) }

  /// A route for everybody.
  public mutating func open(
    _ method: RouteMethod, _ path: String, _ summary: String, query: [QueryParameter] = [], body: BodyKind = .none,
    answer: Schema? = nil, status: Int = 200, creates: Bool = false, bodyLimit: Int = 1 << 20,
    handler: @escaping OpenHandler
  ) {
    register(
      RouteDescription(
        method: method, path: path, access: .anyone, summary: summary, feature: nil, query: query, body: body,
        answer: answer, status: status, creates: creates, bodyLimit: bodyLimit, whilePasswordMustChange: true),
      .open(handler))
  }

  /// A route for whoever has `access`.
  ///
  /// - Parameters:
  ///   - path: below the prefix, with `{names}` for whole segments: `/campaigns/{id}`. No trailing slash.
  ///   - feature: the licensed feature it belongs to; without it the answer is 402.
  ///   - status: of success, for the document; the handler's reply has its own.
  ///   - creates: honours `Idempotency-Key`.
  ///   - bodyLimit: bytes; more is 413.
  ///   - whilePasswordMustChange: answers even before the initial password is changed.
  public mutating func on(
    _ method: RouteMethod, _ path: String, _ access: Access, _ summary: String, feature: String? = nil,
    query: [QueryParameter] = [], body: BodyKind = .none, answer: Schema? = nil, status: Int = 200,
    creates: Bool = false, bodyLimit: Int = 1 << 20, whilePasswordMustChange: Bool = false, handler: @escaping Handler
  ) {
    precondition(access != .anyone, "\(path): an open route is registered with open(…)")
    register(
      RouteDescription(
        method: method, path: path, access: access, summary: summary, feature: feature, query: query, body: body,
        answer: answer, status: status, creates: creates, bodyLimit: bodyLimit,
        whilePasswordMustChange: whilePasswordMustChange),
      .protected(handler))
  }

  private mutating func register(_ description: RouteDescription, _ run: Run) {
    precondition(
      description.path == "/" || (description.path.hasPrefix("/") && !description.path.hasSuffix("/")),
      "\(description.path): a path begins with a slash and does not end in one")
    let pattern = PathPattern(description.path)
    let isNew = trie.insert(pattern, description.method, route: entries.count)
    precondition(isNew, "\(description.method.rawValue) \(description.path) is registered twice")
    entries.append(Route(description: description, parameterNames: pattern.parameterNames, run: run))
  }
}

extension RouteTable {
  /// A page for everybody, such as the sign-in.
  public mutating func openPage(_ path: String, _ summary: String, handler: @escaping OpenHandler) {
    open(.get, path, summary, handler: handler)
  }

  /// What a form of an open page posts to. A browser of another site cannot post here.
  public mutating func openAction(
    _ path: String, _ summary: String, bodyLimit: Int = 1 << 20, handler: @escaping OpenHandler
  ) {
    open(.post, path, summary, body: .form, status: 303, bodyLimit: bodyLimit, handler: handler)
  }

  /// A page for whoever has `access`.
  public mutating func page(
    _ path: String, _ access: Access, _ summary: String, feature: String? = nil, whilePasswordMustChange: Bool = false,
    handler: @escaping Handler
  ) {
    on(
      .get, path, access, summary, feature: feature, whilePasswordMustChange: whilePasswordMustChange, handler: handler)
  }

  /// What a page's form posts to. The form carries `call.csrfField`.
  public mutating func action(
    _ path: String, _ access: Access, _ summary: String, feature: String? = nil, bodyLimit: Int = 1 << 20,
    whilePasswordMustChange: Bool = false, handler: @escaping Handler
  ) {
    on(
      .post, path, access, summary, feature: feature, body: .form, status: 303, bodyLimit: bodyLimit,
      whilePasswordMustChange: whilePasswordMustChange, handler: handler)
  }
}
