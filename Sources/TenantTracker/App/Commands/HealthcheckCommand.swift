import ArgumentParser
import Core
import Foundation
import Licensing
import Security

struct HealthcheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "healthcheck", abstract: "Ask the tracker on this machine whether it can serve; for containers.")

  func run() async throws {
    let port = ProcessInfo.processInfo.environment["PORT"].flatMap { Int($0) } ?? 3000
    let http = OutboundHTTP(
      policy: DestinationPolicy(allowedHosts: ["127.0.0.1"]), limits: OutboundLimits(totalTimeout: .seconds(3)))
    do {
      let response = try await http.send(OutboundRequest(.get, "http://127.0.0.1:\(port)/readyz"))
      guard response.isSuccess else { throw CommandLineTracker.fail(["not ready: status \(response.status)"]) }
    } catch let error as OutboundError {
      throw CommandLineTracker.fail(["not reachable on port \(port): \(error)"])
    }
  }
}

struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Check settings, database, migrations, state directory and licence.")

  @Flag(help: "Print JSON.") var json = false

  func run() async throws {
    try await CommandLineTracker.run { tracker in
      var findings: [(check: String, isGood: Bool, detail: String)] = []
      findings.append(("configuration", true, "all variables are well-formed"))
      let directory = tracker.configuration.stateDirectory
      findings.append(
        ("state directory", FileManager.default.isWritableFile(atPath: directory), "\(directory) must be writable"))
      do {
        let behind = try await tracker.migrations.isControlBehind()
        findings.append(("database", true, "reachable"))
        findings.append(("control schema", !behind, behind ? "run `trackily migrate`" : "up to date"))
        if !behind {
          let tenants = try await tracker.catalog.all()
          let late = try await tracker.migrations.behind(tenants.map(\.schema))
          findings.append(("tenants", late.isEmpty, "\(tenants.count) tenants, \(late.count) behind"))
          let keys = try await tracker.licenses.client.keys().keys.count
          findings.append(("license server", keys > 0, "\(keys) signing keys published"))
        }
      } catch {
        findings.append(("database or license server", false, "\(error)"))
      }
      if json {
        let items = findings.map { finding -> JSONValue in
          ["check": .string(finding.check), "ok": .bool(finding.isGood), "detail": .string(finding.detail)]
        }
        CommandLineTracker.say(JSONValue.array(items).text)
      } else {
        for finding in findings {
          CommandLineTracker.say("\(finding.isGood ? "ok  " : "FAIL") \(finding.check): \(finding.detail)")
        }
      }
      if findings.contains(where: { !$0.isGood }) { throw ExitCode(1) }
    }
  }
}
