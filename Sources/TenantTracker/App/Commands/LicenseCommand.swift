import ArgumentParser
import Core
import Database
import Foundation
import Licensing

struct LicenseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "license", abstract: "The tenant's licence: activate, import, status, refresh, deactivate.",
    subcommands: [Activate.self, Import.self, Status.self, Refresh.self, Deactivate.self])

  struct Options: ParsableArguments {
    @Option(help: "The tenant's slug.") var tenant: String = "default"
    @Flag(help: "Print JSON.") var json = false
  }

  struct Activate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Activate a licence key; it replaces the one before.",
      discussion: """
        With --offline nothing is sent: a request file is written, which the portal turns into a lease file for \
        `trackily license import`.
        """)
    @Argument(help: "The licence key.") var key: String
    @Flag(help: "Write a request file instead of asking the licence server.") var offline = false
    @Option(help: "Where the request file goes; with --offline.") var output = "trackily-request.json"
    @OptionGroup var options: Options

    func validate() throws {
      guard (1...100).contains(key.count) else { throw ValidationError("the licence key has 1 to 100 characters") }
    }

    func run() async throws {
      guard offline else {
        return try await LicenseCommand.run(options) { try await $0.activate(key: key, for: $1) }
      }
      try await UserCommand.inTenant(options.tenant) { tracker, scope in
        let request = try await tracker.licenses.offlineRequest(key: key, for: scope)
        try PrivateFile.replace(output, request.json.utf8)
        let answer: JSONValue = ["request_id": .string(request.id), "file": .string(output)]
        CommandLineTracker.say(
          options.json ? answer.text : "\(output) is written: hand it in at the portal, on the licence's page.")
      }
    }
  }

  struct Import: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Take a lease file that the portal has signed.")
    @Argument(help: "The lease file.") var file: String
    @Option(help: "The licence server's key set (jwks.json), where it was never reached.") var keys: String?
    @OptionGroup var options: Options

    func run() async throws {
      let lease = try OfflineLeaseFile(reading: Self.json(in: file, limit: OfflineLeaseFile.maxLength))
      let given = try keys.map { path in
        guard let keys = JWKS(json: try Self.json(in: path, limit: 65_536)) else {
          throw ValidationError("\(path) holds no key set of a licence server")
        }
        return keys
      }
      try await LicenseCommand.run(options) { try await $0.importLease(lease, keys: given, for: $1) }
    }

    private static func json(in path: String, limit: Int) throws -> JSONValue {
      guard let handle = FileHandle(forReadingAtPath: path) else { throw ValidationError("\(path) cannot be read") }
      defer { try? handle.close() }
      guard let bytes = try handle.read(upToCount: limit + 1), bytes.count <= limit,
        let json = try? JSONValue.parse(bytes, maxDepth: 8)
      else { throw ValidationError("\(path) is no file of the licence server") }
      return json
    }
  }

  struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Plan, features, limits and what stands in the way.")
    @OptionGroup var options: Options
    func run() async throws { try await LicenseCommand.run(options) { try await $0.standing(of: $1) } }
  }

  struct Refresh: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Ask the licence server now.")
    @OptionGroup var options: Options
    func run() async throws { try await LicenseCommand.run(options) { try await $0.refresh($1) } }
  }

  struct Deactivate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Give the licence back.")
    @OptionGroup var options: Options
    func run() async throws { try await LicenseCommand.run(options) { try await $0.deactivate($1) } }
  }

  private static func run(
    _ options: Options, _ ask: (LicenseKeeper, TenantScope) async throws -> LicenseStanding
  ) async throws {
    try await UserCommand.inTenant(options.tenant) { tracker, scope in
      let standing = try await ask(tracker.licenses, scope)
      if options.json {
        let api = TenantLicenseAPI(keeper: tracker.licenses, audit: tracker.audit)
        CommandLineTracker.say(try await api.json(standing, scope).text)
      } else {
        CommandLineTracker.say("\(standing.entitlements.planTitle): \(standing.status)")
        if let banner = standing.banner { CommandLineTracker.say(banner.message) }
        for warning in standing.warnings { CommandLineTracker.say(warning.message) }
      }
    }
  }
}
