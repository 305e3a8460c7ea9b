import ArgumentParser
import Billing
import Core

struct PlanCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "What is sold.", subcommands: [List.self])

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "List the plans with features, limits and prices.")

    @Flag(help: "Print JSON, as GET /api/plans answers.")
    var json = false

    func run() async throws {
      try await CommandLineServer.runMigrated { server in
        let store = PlanStore(server.database)
        let prices = try await store.activePrices()
        let plans = try await store.all()
        if json { return CommandLineServer.say(Page(items: plans).json { $0.json(prices: prices) }.text) }
        for plan in plans {
          let own = prices.filter { $0.planID == plan.id }.map { "\($0.amount) a \($0.period.rawValue)" }
          let users = plan.users.map { $0 == 1 ? "1 user" : "\($0) users" } ?? "unlimited users"
          CommandLineServer.say("\(plan.slug)\t\(users)\t\(own.joined(separator: ", "))")
        }
      }
    }
  }
}
