import ArgumentParser
import Core
import Database
import Foundation

/// What commands begin with and how they end.
enum CommandLineServer {
  private static let failed: Int32 = 1
  private static let misconfigured: Int32 = 78

  /// Runs a command's work on the server that the environment describes, and says in a line what went wrong.
  static func run(_ body: (ControlPlane) async throws -> Void) async throws {
    let server = try make()
    do {
      try await body(server)
    } catch {
      await server.database.close()
      throw exit(for: error)
    }
    await server.database.close()
  }

  /// The same for work on licences, which needs an up-to-date database.
  static func runMigrated(_ body: (ControlPlane) async throws -> Void) async throws {
    try await run { server in
      guard try await !server.migrator.status().contains(where: \.isBehind) else { throw DatabaseBehind() }
      try await body(server)
    }
  }

  private static func make() throws -> ControlPlane {
    let environment = ProcessInfo.processInfo.environment
    do {
      let configuration = try Configuration(environment: environment)
      var reader = EnvironmentReader(environment)
      let logging = Configuration.readLogging(&reader)
      LogSetup.bootstrap(level: logging.level, format: logging.format)
      guard let home = Home(environment: environment) else {
        throw ConfigurationError(problems: [
          "TRACKILY_HOME is missing: it must be the folder that holds migrations/ and assets/"
        ])
      }
      return ControlPlane(configuration, home: home)
    } catch {
      throw exit(for: error)
    }
  }

  /// Says the error on standard error and turns it into the documented exit code.
  static func exit(for error: any Error) -> ExitCode {
    switch error {
    case let code as ExitCode: return code
    case let error as ConfigurationError: return exit(error.problems, misconfigured)
    case let error as FirstAccountMissing: return exit([error.description], misconfigured)
    case let problem as Problem:
      let lines = problem.errors.map { "\($0.field): \($0.message)" }
      return exit(lines.isEmpty ? [problem.detail ?? problem.title] : lines, failed)
    default:
      guard let problem = ErrorTranslation.problem(for: error) else { return exit(["\(error)"], failed) }
      return exit(for: problem)
    }
  }

  private static func exit(_ lines: [String], _ code: Int32) -> ExitCode {
    FileHandle.standardError.write(Data((lines.joined(separator: "\n") + "\n").utf8))
    return ExitCode(code)
  }

  static func say(_ line: String) { FileHandle.standardOutput.write(Data("\(line)\n".utf8)) }
}
