import ArgumentParser
import Core
import Foundation
import Licensing

struct KeysCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keys", abstract: "The keys that sign leases.", subcommands: [Rotate.self])

  struct Rotate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "rotate",
      abstract: "Make a new signing key; the one before stays published until nothing it signed is in use.",
      discussion: """
        Works on SIGNING_KEYS_DIR alone and makes the first key in an empty one. A running server signs with the new
        key within seconds.
        """)

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
      do {
        var reader = EnvironmentReader(ProcessInfo.processInfo.environment)
        let path = Configuration.readSigningKeysDirectory(&reader)
        try reader.finish()
        guard let path else { return }
        let ring = try SigningKeyDirectory(path: path).rotate(at: SystemClock().now())
        let retired = ring.retired.map(\.id)
        let answer: JSONValue = ["kid": .string(ring.active.id), "retired": JSONValue(retired)]
        CommandLineServer.say(json ? answer.text : "Signing with \(ring.active.id); \(retired.count) retired.")
      } catch {
        throw CommandLineServer.exit(for: error)
      }
    }
  }
}
