import ArgumentParser
import Core
import Database
import Foundation

extension TenantCommand {
  struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write a tenant to one file, to be kept or imported elsewhere.",
      discussion: """
        The file holds users with their password hashes, everything configured, clicks and conversions; it is readable \
        by its owner only. Clicks of the last seconds that are still in the journal are not in it. Needs the Debian \
        package postgresql-client.
        """)

    @Argument(help: "The tenant's slug.") var slug: String
    @Argument(help: "The file to write; it must not be there yet.", completion: .file()) var file: String
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      try await CommandLineTracker.run { tracker in
        let manifest = try await TenantArchive(tracker: tracker).export(slug: slug, to: URL(filePath: file))
        let size = try FileManager.default.attributesOfItem(atPath: file)[.size] as? Int
        let answer: JSONValue = [
          "slug": .string(manifest.slug), "file": .string(file), "bytes": JSONValue(size.map(Int64.init)),
          "schema_version": .int(manifest.schemaVersion),
        ]
        CommandLineTracker.say(json ? answer.text : "\(slug): written to \(file), \(size ?? 0) bytes")
      }
    }
  }

  struct Import: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make a tenant of a file that `tenant export` wrote.",
      discussion: """
        All or nothing: an import that fails leaves nothing and can be run again. Licence and two-factor secrets come \
        along only with the same SECRET_KEY; what did not come along is said. A file from an older version is migrated. \
        The file is run as SQL with the database owner's rights: import only what you exported yourself. Needs the \
        Debian package postgresql-client.
        """)

    @Argument(help: "The file to read.", completion: .file(extensions: [])) var file: String
    @Option(help: "Another slug than the one it had.") var slug: String?
    @Option(help: "A host beside those it had; may be given several times.") var domain: [String] = []
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      try await CommandLineTracker.run { tracker in
        let made = try await TenantArchive(tracker: tracker).importTenant(
          from: URL(filePath: file), slug: slug, domains: domain.map { $0.lowercased() })
        let domains = try await tracker.catalog.domains(of: made.tenant.id)
        let answer: JSONValue = [
          "slug": .string(made.tenant.slug), "name": .string(made.tenant.name),
          "schema": .string(made.tenant.schema.description), "domains": JSONValue(domains),
          "warnings": JSONValue(made.warnings),
        ]
        if json { return CommandLineTracker.say(answer.text) }
        CommandLineTracker.say("\(made.tenant.slug): imported")
        for warning in made.warnings { CommandLineTracker.say("note: \(warning)") }
      }
    }
  }
}
