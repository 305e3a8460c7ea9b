import ArgumentParser
import Core
import Database
import Foundation
import Licensing
import Security

struct UserCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "user", abstract: "Add users and reset passwords from the command line.",
    subcommands: [Create.self, ResetPassword.self])

  struct Create: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Add a user; the answer is the link by which the user sets a password.")

    @Argument(help: "E-mail address.") var email: String
    @Option(help: "admin, manager or viewer.") var role: String = "viewer"
    @Option(help: "The tenant's slug.") var tenant: String = "default"
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      guard let address = EmailAddress(email) else { throw ValidationError("email must be an e-mail address") }
      guard let role = Role(rawValue: role), role != .custom else {
        throw ValidationError("--role must be admin, manager or viewer")
      }
      try await UserCommand.inTenant(tenant) { tracker, scope in
        let entitlements = try await tracker.licenses.standing(of: scope).entitlements
        let (id, token) = try await tracker.seats.withSeat(scope, entitlements) { connection in
          let id = try await tracker.accounts.users.insert(
            .init(email: address, name: "", role: role, mustChangePassword: false), at: tracker.clock.now(), of: scope,
            in: connection)
          guard let id else { throw Problem.conflict("There is a user with this e-mail address.", field: "email") }
          try await tracker.audit.append(
            .init(actor: "command line", action: "user.create", subject: "user:\(id)"), to: scope.schema, in: connection
          )
          return (id, try await tracker.accounts.invite(id, .invitation, of: scope, in: connection))
        }
        UserCommand.tell(id, address, token, asJSON: json)
      }
    }
  }

  struct ResetPassword: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "reset-password", abstract: "Print a link by which a user sets a new password.")

    @Argument(help: "E-mail address.") var email: String
    @Option(help: "The tenant's slug.") var tenant: String = "default"
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      guard let address = EmailAddress(email) else { throw ValidationError("email must be an e-mail address") }
      try await UserCommand.inTenant(tenant) { tracker, scope in
        guard let user = try await tracker.accounts.users.find(address, of: scope) else {
          throw Problem.notFound("user")
        }
        let token = try await scope.transaction { connection in
          try await tracker.audit.append(
            .init(actor: "command line", action: "user.password_reset", subject: "user:\(user.id)"), to: scope.schema,
            in: connection)
          return try await tracker.accounts.invite(user.id, .passwordReset, of: scope, in: connection)
        }
        UserCommand.tell(user.id, address, token, asJSON: json)
      }
    }
  }

  private static func tell(_ id: Int64, _ address: EmailAddress, _ token: SecretToken, asJSON: Bool) {
    let path = "/admin/invitation#\(token.text)"
    let answer: JSONValue = ["id": .int(id), "email": .string(address.description), "invitation_path": .string(path)]
    CommandLineTracker.say(asJSON ? answer.text : path)
  }

  static func inTenant(_ slug: String, _ body: (Tracker, TenantScope) async throws -> Void) async throws {
    try await CommandLineTracker.run { tracker in
      guard let tenant = try await tracker.catalog.find(slug: slug) else { throw Problem.notFound("tenant") }
      try await body(tracker, try tracker.scope(of: tenant))
    }
  }
}
