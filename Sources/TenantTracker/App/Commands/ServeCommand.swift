import ArgumentParser

struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Serve visitors, the dashboard and the APIs until SIGTERM.")

  func run() async throws {
    try await CommandLineTracker.run { try await $0.serve() }
  }
}
