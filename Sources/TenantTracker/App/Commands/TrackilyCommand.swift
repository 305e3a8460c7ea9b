import ArgumentParser
import Core
import Database
import Foundation
import Logging
import Security

@main
struct TrackilyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trackily",
    abstract: "The affiliate tracker: clicks, flows, postbacks, reports.",
    discussion: """
      Settings come from the environment; see docs/operating.md.
      Exit codes: 0 done, 1 failed, 2 some tenants could not be migrated, 64 wrong arguments, 78 wrong configuration.
      """,
    version: Configuration.version,
    subcommands: [
      ServeCommand.self, MigrateCommand.self, TenantCommand.self, UserCommand.self, LicenseCommand.self,
      RollupsCommand.self,
      DemoCommand.self, HealthcheckCommand.self, DoctorCommand.self,
    ])
}

/// What every command that needs the tracker begins with.
enum CommandLineTracker {
  /// The tracker as the environment describes it. Problems go to standard error, a line each, with exit code 78.
  static func make() throws -> Tracker {
    let environment = ProcessInfo.processInfo.environment
    do {
      let configuration = try Configuration(environment: environment)
      var reader = EnvironmentReader(environment)
      let logging = Configuration.readLogging(&reader)
      LogSetup.bootstrap(level: logging.level, format: logging.format)
      return try Tracker(configuration, home: Home(environment: environment))
    } catch let error as ConfigurationError {
      throw fail(error.problems, code: 78)
    } catch let error as Home.NotFound {
      throw fail([error.description], code: 78)
    }
  }

  /// Runs a command's work with the pools alive, and says what went wrong in one line.
  static func run(_ body: (Tracker) async throws -> Void) async throws {
    let tracker = try make()
    do {
      try await body(tracker)
    } catch let error as ConfigurationError {
      throw fail(error.problems, code: 78)
    } catch let problem as Problem {
      throw fail([problem.detail ?? problem.title] + problem.errors.map { "\($0.field): \($0.message)" })
    } catch SecretBox.Fault.unknownKey {
      let key = "SECRET_KEY (or STATE_DIR's secret_key, without it)"
      throw fail(["\(key) is wrong: it must be the one that this database was set up with"], code: 78)
    } catch let code as ExitCode {
      throw code
    } catch {
      throw fail(["\(error)"])
    }
    await tracker.pools.close()
    await tracker.control.close()
  }

  static func fail(_ lines: [String], code: Int32 = 1) -> ExitCode {
    FileHandle.standardError.write(Data((lines.joined(separator: "\n") + "\n").utf8))
    return ExitCode(code)
  }

  static func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }
}
