import ArgumentParser
import Database

struct MigrateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "migrate", abstract: "Bring the database up to date: control schema and every tenant.")

  func run() async throws {
    try await CommandLineTracker.run { tracker in
      let report = try await tracker.migrate { report in
        guard let latest = report.latest else { return }
        CommandLineTracker.say("[\(report.finished)/\(report.targets)] \(latest.target) \(latest.file)")
      }
      for failure in report.failures { CommandLineTracker.say("\(failure.target): \(failure.error)") }
      CommandLineTracker.say(report.applied == 0 ? "Nothing to do." : "\(report.applied) migrations applied.")
      if !report.failures.isEmpty { throw ExitCode(2) }
    }
  }
}
