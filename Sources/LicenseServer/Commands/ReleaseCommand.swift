import ArgumentParser
import Core

struct ReleaseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "release", abstract: "Publish what `ops/release` has put into RELEASES_DIR.",
    subcommands: [List.self, Publish.self, Withdraw.self])

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "List the releases, the newest first, and what could be published.")

    @Flag(help: "Print JSON, as GET /api/releases answers.")
    var json = false

    func run() async throws {
      try await CommandLineServer.runMigrated { server in
        let page = try await ReleaseStore(server.database).list(PageRequest(limit: 500))
        if json { return CommandLineServer.say(page.json(\.json).text) }
        for release in page.items { CommandLineServer.say(release.line) }
        for version in try await server.releases.candidates() { CommandLineServer.say("\(version)\tnot published") }
      }
    }
  }

  struct Publish: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "publish", abstract: "Check a version's signature and files, and give it to customers.")

    @Argument(help: "The version, such as 1.4.0.")
    var version: String

    @Option(help: "What is new, for customers.")
    var notes = ""

    @Flag(help: "Print JSON, as POST /api/releases answers.")
    var json = false

    func run() async throws {
      try await CommandLineServer.runMigrated { server in
        let release = try await server.releases.publish(version, notes: notes, by: .commandLine)
        CommandLineServer.say(json ? release.json.text : release.line)
      }
    }
  }

  struct Withdraw: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "withdraw", abstract: "Take a release back: nobody gets it any more.")

    @Argument(help: "The version.")
    var version: String

    @Option(help: "Why, for the audit log.")
    var reason: String

    func run() async throws {
      try await CommandLineServer.runMigrated { server in
        guard let found = try await ReleaseStore(server.database).find(version: version) else {
          throw Problem.notFound("release")
        }
        CommandLineServer.say(
          try await server.releases.withdraw(found.id, reason: reason, by: .commandLine).line)
      }
    }
  }
}

extension Release {
  fileprivate var line: String {
    "\(version)\t\(status.rawValue)\t\(manifest.channel.rawValue)\t\(publishedAt.rfc3339)"
  }
}
