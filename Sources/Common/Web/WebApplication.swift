public import Core
public import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
public import ServiceLifecycle

/// A program's HTTP side: tables of routes and assets at their prefixes, behind one edge that renders every error,
/// names every request, and finishes every answer. A service; on graceful shutdown it stops accepting and finishes
/// what runs.
public struct WebApplication: Service {
  private let application: Application<WebResponder>

  /// - Parameters:
  ///   - mounts: the longest prefix that fits a path answers; what none covers is 404.
  ///   - translate: what other layers' errors mean (a lost database is 503); nil is an internal error.
  ///   - observe: called after each answer, for metrics.
  ///   - server: another channel set-up than `WebChannel`'s plain one.
  ///   - onListening: called with the bound port.
  public init(
    settings: WebSettings, mounts: [Mount], logger: Logger,
    translate: @escaping @Sendable (any Error) -> Problem? = { _ in nil },
    observe: @escaping @Sendable (AnsweredRequest) -> Void = { _ in }, server: HTTPServerBuilder? = nil,
    onListening: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
  ) {
    let responder = WebResponder(
      settings: settings, mounts: mounts.sorted { $0.prefix.utf8.count > $1.prefix.utf8.count }, logger: logger,
      translate: translate, observe: observe)
    application = Application(
      responder: responder, server: server ?? .web(limits: settings.connection),
      configuration: ApplicationConfiguration(
        address: .hostname(settings.address, port: settings.port), backlog: 1_024,
        availableConnectionsDelegate: MaximumAvailableConnections(settings.maxConnections, logger: logger)),
      onServerRunning: { channel in await onListening(channel.localAddress?.port ?? settings.port) }, logger: logger)
  }

  public func run() async throws { try await application.run() }
}

/// One answered request, for metrics and logs.
public struct AnsweredRequest: Sendable {
  public let method: String
  /// The route's path with its prefix and placeholders, never a value out of a request: there are as many as routes.
  public let route: String
  public let status: Int
  public let duration: Duration
  /// As in the answer's `X-Request-Id`.
  public let requestID: String
  public let clientAddress: IPAddress
  /// Who was signed in; nil for nobody, and where nobody was asked for.
  public let actorID: String?
}
