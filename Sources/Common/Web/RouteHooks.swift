public import Core

/// What a program gives to a table to make it answer, in the order in which it is asked.
public struct RouteHooks<Place: Sendable, Session: SignedInSession>: Sendable {
  /// The place a request's host stands for; throws 404 when there is none.
  public var locate: @Sendable (RequestHead) async throws -> Place
  /// Who is signed in there; nil answers 401 (a page sends the browser to the sign-in).
  public var authenticate: @Sendable (RequestHead, Place) async throws -> Session?
  /// Throws 402 when the place has no licence for the feature.
  public var checkFeature: @Sendable (Place, String) async throws -> Void
  public var idempotency: Idempotency<Place, Session>?
  /// Makes the table one of pages: cookies, CSRF, refusals as pages.
  public var pages: PageRules<Place, Session>?

  public init(
    locate: @escaping @Sendable (RequestHead) async throws -> Place,
    authenticate: @escaping @Sendable (RequestHead, Place) async throws -> Session? = { _, _ in nil },
    checkFeature: @escaping @Sendable (Place, String) async throws -> Void = { _, _ in },
    idempotency: Idempotency<Place, Session>? = nil, pages: PageRules<Place, Session>? = nil
  ) {
    self.locate = locate
    self.authenticate = authenticate
    self.checkFeature = checkFeature
    self.idempotency = idempotency
    self.pages = pages
  }
}

/// What makes a table one of pages.
public struct PageRules<Place: Sendable, Session: SignedInSession>: Sendable {
  public var cookie: SessionCookie
  /// For CSRF tokens and flash messages.
  public var csrf: CSRFGuard
  /// Where the browser goes on 401; it gets the page it came for as `?return_to=`.
  public var signInPath: String
  /// Where the browser goes while the initial password must be changed.
  public var passwordPath: String?
  /// A refusal as a page; place and session as far as they were found.
  public var renderProblem: @Sendable (Problem, RequestHead, Place?, Session?) async -> HTML

  public init(
    cookie: SessionCookie, csrf: CSRFGuard, signInPath: String, passwordPath: String? = nil,
    renderProblem: @escaping @Sendable (Problem, RequestHead, Place?, Session?) async -> HTML
  ) {
    self.cookie = cookie
    self.csrf = csrf
    self.signInPath = signInPath
    self.passwordPath = passwordPath
    self.renderProblem = renderProblem
  }
}
