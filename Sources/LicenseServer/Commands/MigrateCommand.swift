import ArgumentParser
import Database

struct MigrateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "migrate", abstract: "Bring the database up to date. Safe to run again, and beside a running server.")

  func run() async throws {
    try await CommandLineServer.run { server in
      let report = try await server.migrator.migrate(progress: { report in
        if report.finished == 0, let latest = report.latest { CommandLineServer.say(latest.file) }
      })
      try report.check()
      CommandLineServer.say(report.applied == 0 ? "Nothing to do." : "\(report.applied) migrations applied.")
    }
  }
}
