import Core
import Database
import Foundation
import Jobs
import Licensing
import Security
import ServiceLifecycle
import Synchronization
import TestSupport
import Testing

@testable import LicenseServer

/// A license server on a free port, with a database, a key directory and a clock of its own. Mails stay here.
final class RunningServer: Sendable {
  static let vendorEmail = "vendor@example.com"
  static let vendorPassword = "correct horse battery staple"

  let plane: ControlPlane
  let clock: TestClock
  let keys: SigningKeys
  let port: Int
  private let outbox: Outbox

  fileprivate init(plane: ControlPlane, clock: TestClock, keys: SigningKeys, port: Int, outbox: Outbox) {
    self.plane = plane
    self.clock = clock
    self.keys = keys
    self.port = port
    self.outbox = outbox
  }

  /// Somebody without a token.
  var visitor: TestHTTPClient { TestHTTPClient(port: port) }

  func client(token: String) -> TestHTTPClient {
    TestHTTPClient(port: port, headers: [("Authorization", "Bearer \(token)")])
  }

  /// The vendor's first account, signed in at the API.
  func vendor() async throws -> TestHTTPClient {
    client(token: try await logIn(Self.vendorEmail, Self.vendorPassword))
  }

  func logIn(_ email: String, _ password: String) async throws -> String {
    let answer = try await visitor.post("/api/login", json: ["email": .string(email), "password": .string(password)])
    return try #require(answer.json["token"]?.stringValue, "\(answer.text)")
  }

  /// Does all jobs that are due: sends the mails that are owed.
  func doJobs() async throws { _ = try await plane.makeJobRunner().runDue() }

  /// The mails sent to an address, oldest first.
  func mails(to email: String) -> [MailMessage] {
    outbox.all.filter { $0.to.contains { $0.address.description == email } }
  }

  /// The path of the sign-in link in the newest mail to an address.
  func signInPath(for email: String) throws -> String {
    let text = try #require(mails(to: email).last?.text)
    let line = try #require(text.split(separator: "\n").first { $0.contains("/portal/link/") })
    return String(line[try #require(line.range(of: "/portal/")).lowerBound...])
  }

  /// A customer's browser, signed in by mail.
  func customer(_ email: String) async throws -> TestHTTPClient {
    let browser = visitor
    _ = try await browser.post("/portal/login", form: [("email", email)])
    try await doJobs()
    let answer = try await browser.post(try signInPath(for: email), form: [])
    #expect(answer.status == 303 && answer.header("Location") == "/portal")
    return browser
  }
}

/// What was sent.
private final class Outbox: Sendable {
  private let messages = Mutex<[MailMessage]>([])
  var all: [MailMessage] { messages.withLock { $0 } }
  func add(_ message: MailMessage) { messages.withLock { $0.append(message) } }
}

/// Runs a server while `body` talks to it, then stops it gracefully.
///
/// - Parameter environment: variables beside the ones every server needs.
func withServer(_ environment: [String: String] = [:], _ body: (RunningServer) async throws -> Void) async throws {
  let database = try await TestPostgres.database(template: "license", migrate: LicenseDatabase.migrate)
  let folder = FileManager.default.temporaryDirectory.appending(path: "license-server-\(UUID().uuidString)")
  defer { try? FileManager.default.removeItem(at: folder) }
  let clock = TestClock()
  let outbox = Outbox()
  let plane = try LicenseDatabase.plane(
    on: database, keys: folder.path, environment, clock: clock, deliver: { outbox.add($0) })
  let keys = try await plane.prepare()
  let (ports, listening) = AsyncStream<Int>.makeStream()
  let web = plane.application(keys: keys) { listening.yield($0) }
  let services = ServiceGroup(configuration: .init(services: [web], logger: .silent))
  try await withThrowingTaskGroup(of: Void.self) { tasks in
    tasks.addTask {
      defer { listening.finish() }
      try await services.run()
    }
    let port = await ports.first { _ in true }
    do {
      let port = try #require(port, "the server did not start")
      try await body(RunningServer(plane: plane, clock: clock, keys: keys, port: port, outbox: outbox))
    } catch {
      await services.triggerGracefulShutdown()
      throw error
    }
    await services.triggerGracefulShutdown()
    try await tasks.waitForAll()
  }
  await plane.database.close()
  withExtendedLifetime(database) {}
}
