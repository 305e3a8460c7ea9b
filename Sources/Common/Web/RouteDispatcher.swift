import Core
import HTTPTypes
import Logging

/// Answers the requests below one table's prefix. The order of the checks is the same for every route:
/// path, place (404), session (401), initial password (403), permission (403), feature (402), body (415, 413, 400),
/// CSRF (403), idempotency (409, 422), handler.
struct RouteDispatcher<Place: Sendable, Session: SignedInSession>: Sendable {
  let prefix: String
  let table: RouteTable<Place, Session>
  let hooks: RouteHooks<Place, Session>

  func answer(_ head: RequestHead, _ source: BodySource, _ edge: RequestEdge) async -> Answered {
    var exchange = Exchange<Place, Session>()
    do {
      let reply = try await run(head, source, edge, &exchange)
      return exchange.answered(finished(reply, head, exchange), prefix)
    } catch {
      let problem = edge.problem(for: error)
      return exchange.answered(await refusal(problem, head, exchange), prefix)
    }
  }

  private func run(
    _ head: RequestHead, _ source: BodySource, _ edge: RequestEdge, _ exchange: inout Exchange<Place, Session>
  ) async throws -> Reply {
    let path = try RequestPath(head.path.dropFirst(prefix.utf8.count))
    let match = table.trie.find(path.segments, method: head.method.rawValue)
    if case .route = match, path.hasTrailingSlash, !(path.segments.isEmpty && prefix.isEmpty) {
      guard let target = ReturnPath(head.targetWithoutTrailingSlash) else { throw Problem.notFound("path") }
      return .moved(to: target.description)
    }
    let place = try await hooks.locate(head)
    exchange.place = place
    guard case .route(let index) = match else { return try await miss(match, head, place, &exchange) }
    let route = table.entries[index]
    exchange.route = route.description
    exchange.parameters = zip(route.parameterNames, route.values(in: path)).map { ($0, $1) }

    switch route.run {
    case .open(let handler):
      if hooks.pages != nil { try CSRFGuard.checkOrigin(head) }
      let (request, idempotent) = try await read(head, source, edge, exchange)
      return try await once(idempotent, place, nil, edge) {
        try await handler(OpenCall(place: place, request: request))
      }
    case .protected(let handler):
      let session = try await signedIn(head, place, route.description)
      exchange.session = session
      if hooks.pages != nil { try CSRFGuard.checkOrigin(head) }
      try checkAccess(session, route.description)
      if let feature = route.description.feature { try await hooks.checkFeature(place, feature) }
      let (request, idempotent) = try await read(head, source, edge, exchange)
      try checkToken(head, request)
      return try await once(idempotent, place, session, edge) {
        try await handler(Call(place: place, session: session, request: request))
      }
    }
  }

  /// Paths and methods that do not exist are told only to who is signed in, except in open tables.
  private func miss(
    _ match: RouteTrie.Match, _ head: RequestHead, _ place: Place, _ exchange: inout Exchange<Place, Session>
  ) async throws -> Reply {
    if !table.isOpen {
      guard let session = try await hooks.authenticate(head, place) else { throw Problem.unauthorized() }
      exchange.session = session
    }
    guard case .methods(let methods) = match else { throw Problem.notFound(hooks.pages == nil ? "path" : "page") }
    exchange.allowed = methods
    throw Problem.methodNotAllowed(methods)
  }

  private func signedIn(_ head: RequestHead, _ place: Place, _ route: RouteDescription) async throws -> Session {
    guard let session = try await hooks.authenticate(head, place) else { throw Problem.unauthorized() }
    if session.mustChangePassword && !route.whilePasswordMustChange { throw Problem.passwordChangeRequired() }
    return session
  }

  private func checkAccess(_ session: Session, _ route: RouteDescription) throws(Problem) {
    guard !session.allows(route.access) else { return }
    guard case .section(let section, let level) = route.access else {
      throw Problem(
        status: 403, code: "sign_in_required", title: "Sign-in required",
        detail: "This is for who has signed in; an API key cannot do it.")
    }
    throw .permissionDenied(section: section, access: level.rawValue)
  }

  private func read(
    _ head: RequestHead, _ source: BodySource, _ edge: RequestEdge, _ exchange: Exchange<Place, Session>
  ) async throws -> (IncomingRequest, IdempotentRequest?) {
    guard let route = exchange.route else { throw Problem.internalError() }
    let body = try await source.read(as: route.body, limit: route.bodyLimit)
    let sessionToken = exchange.session == nil ? nil : hooks.pages?.cookie.token(in: head)
    let request = IncomingRequest(
      head: head, route: route, parameters: exchange.parameters, body: body.parsed, logger: edge.logger,
      csrfToken: sessionToken.flatMap { hooks.pages?.csrf.token(for: $0) }, flash: flashCookie?.read(head))
    return (request, route.creates && hooks.idempotency != nil ? try IdempotentRequest(head, body: body.bytes) : nil)
  }

  private func checkToken(_ head: RequestHead, _ request: IncomingRequest) throws(Problem) {
    guard let pages = hooks.pages, !head.isSafe else { return }
    var token = head.header(CSRFGuard.headerName)
    if token == nil, case .form(let form) = request.body { token = form[CSRFGuard.fieldName] }
    guard let session = pages.cookie.token(in: head), pages.csrf.accepts(token, for: session) else {
      throw CSRFGuard.refused
    }
  }

  /// Runs the handler at most once per idempotency key.
  private func once(
    _ request: IdempotentRequest?, _ place: Place, _ session: Session?, _ edge: RequestEdge,
    _ handler: () async throws -> Reply
  ) async throws -> Reply {
    guard let request, let idempotency = hooks.idempotency else { return try await handler() }
    switch try await idempotency.begin(place, session, request) {
    case .first: break
    case .replay(let stored): return stored.reply
    case .inFlight: throw Problem.conflict("A request with this Idempotency-Key is still being answered.")
    case .reused:
      throw Problem(
        status: 422, code: "idempotency_key_reused", title: "Idempotency-Key reused",
        detail: "This Idempotency-Key came with another request before.")
    }
    do {
      let reply = try await handler()
      if (200..<300).contains(reply.status), let stored = StoredReply(reply) {
        do {
          try await idempotency.finish(place, session, request, stored)
        } catch {
          // The effect is there and so is the answer; only a retry with this key will not find it.
          edge.logger.error("idempotent answer not kept", metadata: ["error": "\(error)"])
        }
      } else {
        try await idempotency.abandon(place, session, request)
      }
      return reply
    } catch {
      try? await idempotency.abandon(place, session, request)
      throw error
    }
  }
}

/// What is known of a request so far, also when it ends in a refusal.
struct Exchange<Place: Sendable, Session: SignedInSession> {
  var place: Place?
  var session: Session?
  var route: RouteDescription?
  var parameters: [(name: String, value: String)] = []
  var allowed: [String] = []

  func answered(_ reply: Reply, _ prefix: String) -> Answered {
    Answered(reply: reply, route: routeName(prefix), actorID: session?.actorID)
  }

  /// Values in paths may be secrets (a reset link's token), so only numbers are ever shown.
  func routeName(_ prefix: String) -> RouteName {
    guard let route else { return RouteName("\(prefix)/*") }
    if route.path == "/" && !prefix.isEmpty { return RouteName(prefix) }
    let path = PathPattern(route.path).filled { name in
      let value = parameters.first { $0.name == name }?.value ?? ""
      return Int64(value) == nil ? "{\(name)}" : value
    }
    return RouteName(prefix + route.path, shown: prefix + path)
  }
}

extension RouteTable.Route {
  func values(in path: RequestPath) -> [String] {
    zip(PathPattern(description.path).segments, path.segments).compactMap { segment, value in
      if case .parameter = segment { value } else { nil }
    }
  }
}

extension RequestHead {
  var targetWithoutTrailingSlash: String {
    var path = path[...]
    while path.hasSuffix("/") { path = path.dropLast() }
    return (path.isEmpty ? "/" : String(path)) + (rawQuery.isEmpty ? "" : "?\(rawQuery)")
  }
}
