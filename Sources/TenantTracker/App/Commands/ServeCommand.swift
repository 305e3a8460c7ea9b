import ArgumentParser

struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Serve visitors, the dashboard and the APIs until SIGTERM.")

  @Option(
    help: """
      What this process does: click (visitors and postbacks), admin (dashboard and APIs), worker (licences, upkeep). \
      Separate several by commas.
      """)
  var roles = NodeRoles.all

  func run() async throws {
    let roles = roles
    try await CommandLineTracker.run { try await $0.serve(roles) }
  }
}
