import ArgumentParser

struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Serve the licence API, the vendor's pages and the portal until SIGTERM.")

  func run() async throws {
    try await CommandLineServer.run { try await $0.serve() }
  }
}
