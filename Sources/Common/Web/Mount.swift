import Core
import Logging

/// Something that answers every path below a prefix.
public struct Mount: Sendable {
  /// `/admin/api`; empty for the root.
  public let prefix: String
  let answer: @Sendable (RequestHead, BodySource, RequestEdge) async -> Answered

  /// A table of routes at a prefix.
  public init<Place, Session>(
    _ prefix: String, _ table: RouteTable<Place, Session>, _ hooks: RouteHooks<Place, Session>
  ) {
    precondition(prefix.isEmpty || (prefix.hasPrefix("/") && !prefix.hasSuffix("/")), "\(prefix) is no prefix")
    self.prefix = prefix
    let dispatcher = RouteDispatcher(prefix: prefix, table: table, hooks: hooks)
    answer = { await dispatcher.answer($0, $1, $2) }
  }

  /// The files of `assets` at their prefix.
  public init(_ assets: StaticAssets) {
    prefix = assets.prefix
    answer = { head, _, _ in
      Answered(reply: assets.reply(to: head), route: RouteName("\(assets.prefix)/*"))
    }
  }

  func covers(_ path: String) -> Bool {
    guard path.utf8.starts(with: prefix.utf8) else { return false }
    let rest = path.utf8.dropFirst(prefix.utf8.count)
    return rest.isEmpty || rest.first == UInt8(ascii: "/")
  }
}

/// An answer and the name of the route that gave it.
struct Answered: Sendable {
  var reply: Reply
  var route: RouteName
  /// Who was signed in.
  var actorID: String?
}

/// A route in logs and metrics.
struct RouteName: Sendable {
  /// With the placeholders.
  let template: String
  /// With the numbers in their place.
  let shown: String

  init(_ template: String, shown: String? = nil) {
    self.template = template
    self.shown = shown ?? template
  }
}

/// What every request has from the application.
struct RequestEdge: Sendable {
  let logger: Logger
  let translate: @Sendable (any Error) -> Problem?

  /// The refusal an error stands for. What nobody planned is logged here with the request's id, and told without
  /// details.
  func problem(for error: any Error) -> Problem {
    if let problem = error as? Problem { return problem }
    if let problem = translate(error) {
      logger.warning("request refused", metadata: ["code": "\(problem.code)", "error": "\(error)"])
      return problem
    }
    if let problem = FrameworkErrors.problem(for: error) { return problem }
    logger.error("request failed", metadata: ["error": "\(error)", "error_type": "\(type(of: error))"])
    return .internalError()
  }
}
