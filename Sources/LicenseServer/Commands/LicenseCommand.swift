public import ArgumentParser
import Billing
public import Core
import Licensing

struct LicenseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "license", abstract: "Issue, list, suspend and revoke licences.",
    subcommands: [Create.self, List.self, Suspend.self, Revoke.self])

  struct Create: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "create", abstract: "Issue a licence. Its key is printed in full, only now.")

    @Option(help: "starter, pro or enterprise.")
    var plan: String

    @Option(help: "The customer's e-mail address.")
    var email: EmailAddress

    @Option(help: "How many trackers may run on it.")
    var maxInstances = 1

    @Option(help: "When it ends, such as 2027-01-31T00:00:00Z; never unless given.")
    var expiresAt: Timestamp?

    @Flag(help: "Print JSON, as POST /api/licenses answers.")
    var json = false

    func validate() throws {
      guard (1...100_000).contains(maxInstances) else { throw ValidationError("--max-instances must be 1 to 100000.") }
    }

    func run() async throws {
      try await CommandLineServer.runMigrated { server in
        let issued = try await server.licenses.create(
          .init(plan: plan, customerEmail: email, expiresAt: expiresAt, maxInstances: maxInstances), by: .commandLine)
        let now = server.clock.now()
        CommandLineServer.say(json ? issued.json(at: now).text : "\(issued.license.line(at: now))\n\(issued.key.text)")
      }
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "List licences, the newest first, without their keys.")

    @Option(help: "Only those of the customer with this address.")
    var email: EmailAddress?

    @Option(help: "How many at most, 1 to 500.")
    var limit = 100

    @Flag(help: "Print JSON, as GET /api/licenses answers.")
    var json = false

    func validate() throws {
      guard (1...500).contains(limit) else { throw ValidationError("--limit must be 1 to 500.") }
    }

    func run() async throws {
      try await CommandLineServer.runMigrated { server in
        let now = server.clock.now()
        let filters = email.map { ["customer_email": $0.description] } ?? [:]
        let page = try await LicenseStore(server.database).list(PageRequest(limit: limit, filters: filters), at: now)
        if json { return CommandLineServer.say(page.json { $0.json(at: now) }.text) }
        for license in page.items { CommandLineServer.say(license.line(at: now)) }
      }
    }
  }

  struct Suspend: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "suspend", abstract: "Suspend a licence.")

    @OptionGroup var chosen: ChosenLicense

    func run() async throws {
      try await chosen.change { server, id in try await server.licenses.suspend(id, by: .commandLine) }
    }
  }

  struct Revoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "revoke", abstract: "Revoke a licence for good.")

    @OptionGroup var chosen: ChosenLicense

    func run() async throws {
      try await chosen.change { server, id in try await server.licenses.revoke(id, by: .commandLine) }
    }
  }

  /// The licence a command is about.
  struct ChosenLicense: ParsableArguments {
    @Argument(help: "The licence's id.")
    var id: Int64

    @Flag(help: "Print JSON.")
    var json = false

    func change(_ act: (ControlPlane, Int64) async throws -> License) async throws {
      try await CommandLineServer.runMigrated { server in
        let license = try await act(server, id)
        let now = server.clock.now()
        CommandLineServer.say(json ? license.json(at: now).text : license.line(at: now))
      }
    }
  }
}

extension License {
  /// One line of a list: id, plan, status, key's end, end, customer.
  fileprivate func line(at now: Timestamp) -> String {
    let end = grant.expiresAt.map { String($0.day) } ?? "never"
    return "\(id)\t\(grant.plan.slug)\t\(status(at: now).rawValue)\t…\(keyLastFour)\t\(end)\t\(customerEmail)"
  }
}

extension EmailAddress: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}

extension Timestamp: ExpressibleByArgument {
  public init?(argument: String) { self.init(rfc3339: argument) }
}
