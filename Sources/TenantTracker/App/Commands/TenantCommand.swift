import ArgumentParser
import Core
import Database
import Security

struct TenantCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tenant", abstract: "Make, list, suspend, resume, move and delete tenants.",
    subcommands: [
      Create.self, List.self, Suspend.self, Resume.self, Export.self, Import.self, Delete.self,
    ])

  struct Create: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Make a tenant; by slug, so it can be run again.")

    @Argument(help: "Lower-case letters, digits and hyphens.") var slug: String
    @Option(help: "The tenant's name.") var name: String?
    @Option(help: "A host of the tenant's; may be given several times.") var domain: [String] = []
    @Option(help: "The first admin's e-mail address.") var adminEmail: String
    @Option(help: "A licence key to activate.") var licenseKey: String?
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      guard Tenant.isValidSlug(slug) else {
        throw ValidationError("slug must be lower-case letters, digits and hyphens")
      }
      guard let email = EmailAddress(adminEmail) else {
        throw ValidationError("--admin-email must be an e-mail address")
      }
      try await CommandLineTracker.run { tracker in
        let made = try await tracker.provisioner.provision(
          .init(slug: slug, name: name ?? slug, domains: domain.map { $0.lowercased() }, admin: (email, nil, false)))
        if let licenseKey { try await tracker.licenses.adopt(key: licenseKey, for: try tracker.scope(of: made.tenant)) }
        let answer: JSONValue = [
          "slug": .string(made.tenant.slug), "schema": .string(made.tenant.schema.description),
          "new": .bool(made.isNew),
          "admin_invitation_token": JSONValue(made.invitation?.text),
        ]
        if json {
          CommandLineTracker.say(answer.text)
        } else {
          CommandLineTracker.say("\(slug): \(made.isNew ? "made" : "was there already")")
          if let token = made.invitation { CommandLineTracker.say("Admin's link: /admin/invitation#\(token.text)") }
        }
      }
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "All tenants.")
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      try await CommandLineTracker.run { tracker in
        let tenants = try await tracker.catalog.all()
        if json {
          let items = tenants.map { tenant -> JSONValue in
            [
              "slug": .string(tenant.slug), "name": .string(tenant.name), "status": .string(tenant.status.rawValue),
              "schema": .string(tenant.schema.description), "default": .bool(tenant.isDefault),
            ]
          }
          CommandLineTracker.say(JSONValue.array(items).text)
        } else {
          for tenant in tenants { CommandLineTracker.say("\(tenant.slug)\t\(tenant.status.rawValue)\t\(tenant.name)") }
        }
      }
    }
  }

  struct Suspend: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Close a tenant's dashboard; its clicks go on.")
    @Argument var slug: String
    func run() async throws { try await TenantCommand.setStatus(.suspended, slug) }
  }

  struct Resume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Open a suspended tenant's dashboard again.")
    @Argument var slug: String
    func run() async throws { try await TenantCommand.setStatus(.active, slug) }
  }

  struct Delete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "End a tenant. With --purge its data is gone for good.")
    @Argument var slug: String
    @Flag(help: "Drop the schema and everything in it.") var purge = false

    func run() async throws {
      guard purge else { return try await TenantCommand.setStatus(.deleted, slug) }
      try await CommandLineTracker.run { tracker in
        let tenant = try await TenantCommand.find(slug, tracker)
        guard !tenant.isDefault else { throw Problem.conflict("The default tenant can't be deleted.") }
        if let scope = try? tracker.scope(of: tenant) { await tracker.licenses.release(scope) }
        try await tracker.provisioner.purge(tenant)
      }
    }
  }

  private static func find(_ slug: String, _ tracker: Tracker) async throws -> Tenant {
    guard let tenant = try await tracker.catalog.find(slug: slug) else { throw Problem.notFound("tenant") }
    return tenant
  }

  private static func setStatus(_ status: Tenant.Status, _ slug: String) async throws {
    try await CommandLineTracker.run { tracker in
      let tenant = try await find(slug, tracker)
      guard !tenant.isDefault || status != .deleted else {
        throw Problem.conflict("The default tenant can't be deleted.")
      }
      try await tracker.provisioner.setStatus(status, of: tenant)
    }
  }
}
