import ArgumentParser
import Core
import Database
import Licensing

struct LicenseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "license", abstract: "The tenant's licence: activate, status, refresh, deactivate.",
    subcommands: [Activate.self, Status.self, Refresh.self, Deactivate.self])

  struct Options: ParsableArguments {
    @Option(help: "The tenant's slug.") var tenant: String = "default"
    @Flag(help: "Print JSON.") var json = false
  }

  struct Activate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Activate a licence key; it replaces the one before.")
    @Argument(help: "The licence key.") var key: String
    @OptionGroup var options: Options
    func run() async throws {
      try await LicenseCommand.run(options) { try await $0.activate(key: key, for: $1) }
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
