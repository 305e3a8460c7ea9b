import ArgumentParser
import Core

struct DemoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Fill the default tenant with believable campaigns and 30 days of traffic; once.",
    discussion:
      "Clicks and shop events go through the click path and a journal of their own, postbacks through the postback service."
  )

  @Option(help: "A licence key to activate.") var licenseKey: String?
  @Option(help: "Clicks of an average day.") var clicksPerDay: Int = 400

  func run() async throws {
    try await CommandLineTracker.run { tracker in
      let tenant = try await tracker.ensureDefaultTenant()
      let scope = try tracker.scope(of: tenant)
      if let licenseKey { try await tracker.licenses.adopt(key: licenseKey, for: scope) }
      let catalog = DemoCatalog(tracker: tracker, scope: scope)
      guard try await catalog.isMissing() else { return CommandLineTracker.say("The demo data is there already.") }
      let winners = try await catalog.make()
      let traffic = try await DemoTraffic(
        tracker: tracker, tenant: tenant, winners: winners, clicksPerDay: clicksPerDay)
      let made = try await traffic.run { day, days in CommandLineTracker.say("[\(day)/\(days)] days of traffic") }
      CommandLineTracker.say("\(made.clicks) clicks and \(made.conversions) conversions made.")
    }
  }
}
