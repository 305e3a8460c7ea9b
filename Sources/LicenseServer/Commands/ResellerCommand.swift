import ArgumentParser
import Billing
import Core

struct ResellerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reseller", abstract: "Those who sell licences to customers of their own.",
    subcommands: [Create.self, List.self])

  struct Create: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "create",
      abstract: "Add a reseller that buys at a percentage off our prices. Its invitation link is printed only now.",
      discussion: "Fixed wholesale prices and price lists are agreed in the vendor's pages or by POST /api/resellers.")

    @Option(help: "What it is called.")
    var name: String

    @Option(help: "The owner's e-mail address; invoices go there too.")
    var email: EmailAddress

    @Option(help: "The currency it is billed in.")
    var currency = "USD"

    @Option(help: "Percent off our prices, such as 30 or 27.5.")
    var percentOff = "30"

    @Option(help: "The plans it may sell, separated by commas.")
    var plans = "starter,pro,enterprise"

    @Option(help: "How many licences of its customers may be in use at once, 0 to 1000000.")
    var maxLicenses: Int64 = 100

    @Option(help: "How many instances they may have together; as many as licences unless given.")
    var maxInstances: Int64?

    @Option(help: "How many hosted tenants they may have together.")
    var maxTenants: Int64 = 0

    @Option(help: "How many days its customers keep working when it is suspended, 1 to 365.")
    var graceDays: Int64 = 30

    @Option(help: "The host on which the portal is the reseller's.")
    var portalDomain: String?

    @Flag(help: "Its customers see its brand.")
    var whiteLabel = false

    @Flag(help: "And need not see whose product it is.")
    var mayHidePoweredBy = false

    @Flag(help: "Print JSON, as POST /api/resellers answers.")
    var json = false

    func validate() throws {
      let limits = [
        ("--max-licenses", maxLicenses), ("--max-instances", maxInstances ?? 0), ("--max-tenants", maxTenants),
      ]
      for (option, limit) in limits where !ResellerAgreement.limits.contains(limit) {
        throw ValidationError("\(option) must be 0 to \(ResellerAgreement.limits.upperBound).")
      }
      let days = ResellerAgreement.graceRange
      guard days.contains(graceDays) else {
        throw ValidationError("--grace-days must be \(days.lowerBound) to \(days.upperBound).")
      }
    }

    func run() async throws {
      try await CommandLineServer.runMigrated { server in
        var fields = try FieldReader(request)
        let (reseller, invitation) = try await server.resellerStaffAPI.create(&fields, by: .commandLine)
        let url = server.configuration.publicURL
        if json { return CommandLineServer.say(ResellerSchemas.created(reseller, invitation, url).text) }
        CommandLineServer.say(reseller.line)
        if let invitation { CommandLineServer.say(ResellerEntrancePages.invitation(invitation, url)) }
      }
    }

    private var request: JSONValue {
      [
        "name": .string(name), "email": .string(email.description), "currency": .string(currency),
        "wholesale": ["kind": "percentage", "percent_off": .string(percentOff)],
        "plans": JSONValue(plans.split(separator: ",").map(\.trimmed)), "max_licenses": .int(maxLicenses),
        "max_instances": JSONValue(maxInstances), "max_tenants": .int(maxTenants), "grace_days": .int(graceDays),
        "portal_domain": JSONValue(portalDomain), "white_label": .bool(whiteLabel),
        "may_hide_powered_by": .bool(mayHidePoweredBy),
      ]
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "List resellers, the newest first.")

    @Option(help: "How many at most, 1 to 500.")
    var limit = 100

    @Flag(help: "Print JSON, as GET /api/resellers answers.")
    var json = false

    func validate() throws {
      guard (1...500).contains(limit) else { throw ValidationError("--limit must be 1 to 500.") }
    }

    func run() async throws {
      try await CommandLineServer.runMigrated { server in
        let page = try await ResellerStore(server.database).list(PageRequest(limit: limit))
        if json { return CommandLineServer.say(page.json(\.json).text) }
        for reseller in page.items { CommandLineServer.say(reseller.line) }
      }
    }
  }
}

extension Reseller {
  /// One line of a list: id, status, plans, address, name.
  fileprivate var line: String {
    "\(id)\t\(status.rawValue)\t\(agreement.plans.joined(separator: ","))\t\(email)\t\(name)"
  }
}
