public import ArgumentParser
import Core
public import Security

struct AuditCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "What staff, customers and commands did.", subcommands: [Verify.self])

  struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "verify", abstract: "Check that no entry of the audit log was changed, dropped or put in.",
      discussion: """
        Reads the database; no server needs to run. Prints the log's head: written down elsewhere and given as --noted
        the next time, it also shows whether entries were cut off the end. Exit codes: 0 intact, 1 not.
        """)

    @Option(help: "A head that an earlier run printed, such as 1204:9f86d0….")
    var noted: AuditChain.Head?

    @Flag(help: "Print JSON, as GET /api/audit-log/verify answers.")
    var json = false

    func run() async throws {
      try await CommandLineServer.runMigrated { server in
        let verdict = try await AuditStore(server.database).verify(expecting: noted)
        if json {
          CommandLineServer.say(verdict.json.text)
        } else if let fault = verdict.fault {
          CommandLineServer.say("Entry \(fault.sequence) is not as it was written: \(fault.kind.rawValue).")
        } else {
          CommandLineServer.say("\(verdict.entries) entries, intact. Head: \(verdict.head?.text ?? "none")")
        }
        guard verdict.isIntact else { throw ExitCode(1) }
      }
    }
  }
}

extension AuditChain.Head: ExpressibleByArgument {
  public init?(argument: String) { self.init(text: argument) }
}
