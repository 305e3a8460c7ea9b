import Core
import HummingbirdCore
import Logging
import ServiceLifecycle
import TestSupport

@testable import Web

/// Runs a real application on a free port while `body` talks to it, then stops it gracefully.
func withServer<Result: Sendable>(
  _ mounts: [Mount], settings: WebSettings = WebSettings(address: "127.0.0.1", port: 0),
  logger: Logger = .silent,
  translate: @escaping @Sendable (any Error) -> Problem? = { _ in nil },
  observe: @escaping @Sendable (AnsweredRequest) -> Void = { _ in }, server: HTTPServerBuilder? = nil,
  _ body: (Int) async throws -> Result
) async throws -> Result {
  let (ports, listening) = AsyncStream<Int>.makeStream()
  let application = WebApplication(
    settings: settings, mounts: mounts, logger: logger, translate: translate, observe: observe, server: server,
    onListening: { listening.yield($0) })
  let services = ServiceGroup(configuration: .init(services: [application], logger: logger))
  return try await withThrowingTaskGroup(of: Void.self) { tasks in
    tasks.addTask {
      defer { listening.finish() }
      try await services.run()
    }
    guard let port = await ports.first(where: { _ in true }) else {
      try await tasks.waitForAll()
      throw TestHTTPError(description: "the server did not start")
    }
    do {
      let result = try await body(port)
      await services.triggerGracefulShutdown()
      try await tasks.waitForAll()
      return result
    } catch {
      await services.triggerGracefulShutdown()
      try await tasks.waitForAll()
      throw error
    }
  }
}
