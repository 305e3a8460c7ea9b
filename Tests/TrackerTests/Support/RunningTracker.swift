import Core
import Database
import Foundation
import Security
import ServiceLifecycle
import TestSupport
import Testing

@testable import Licensing
@testable import TenantTracker

/// A whole tracker on a free port, with a database, a state directory and a clock of its own.
final class RunningTracker: Sendable {
  static let adminEmail = "admin@example.com"
  static let password = "correct horse battery staple"
  /// Argon2 as cheap as it gets: tests sign in by the hundred.
  static let passwordCosts = PasswordHasher.Parameters(memoryKiB: 64, iterations: 1)

  let parts: ServingParts
  let clock: TestClock
  let port: Int
  let database: TestDatabase
  let tenant: Tenant
  private let vendor: SigningKeyRing

  fileprivate init(parts: ServingParts, clock: TestClock, port: Int, database: TestDatabase) throws {
    self.parts = parts
    self.clock = clock
    self.port = port
    self.database = database
    tenant = try #require(parts.directory.defaultTenant)
    vendor = try #require(SigningKeyRing([SigningKey.generate(at: clock.now())]))
  }

  var tracker: Tracker { parts.tracker }
  /// The default tenant's data, on its own login.
  var scope: TenantScope { get throws { try tracker.scope(of: tenant) } }

  // Clients

  /// Somebody without a token.
  var visitor: TestHTTPClient { TestHTTPClient(port: port) }

  func client(token: String) -> TestHTTPClient {
    TestHTTPClient(port: port, headers: [("Authorization", "Bearer \(token)")])
  }

  /// The first admin, signed in at the API.
  func admin() async throws -> TestHTTPClient { try await signedIn(Self.adminEmail) }

  func signedIn(_ email: String, _ password: String = password) async throws -> TestHTTPClient {
    client(token: try await token(email, password))
  }

  func token(_ email: String, _ password: String = password) async throws -> String {
    let answer = try await logIn(email, password)
    return try #require(answer.json["token"]?.stringValue, "\(answer.text)")
  }

  /// Asks for a token, each time as a new client.
  func logIn(_ email: String, _ password: String = password, totp: String? = nil) async throws -> TestHTTPAnswer {
    var body: JSONObject = ["email": .string(email), "password": .string(password)]
    if let totp { body["totp"] = .string(totp) }
    return try await visitor.post("/admin/api/login", json: .object(body))
  }

  // People

  /// Adds a user through the API, who can sign in at once.
  @discardableResult
  func addUser(
    _ email: String, _ role: Role = .viewer, _ permissions: JSONValue? = nil, by client: TestHTTPClient
  ) async throws -> Int64 {
    var body: JSONObject = [
      "email": .string(email), "role": .string(role.rawValue), "password": .string(Self.password),
    ]
    if let permissions { body["permissions"] = permissions }
    let answer = try await client.post("/admin/api/users", json: .object(body))
    try #require(answer.status == 201, "\(answer.text)")
    return try #require(answer.json["id"]?.intValue)
  }

  // The licence

  /// A signed lease from a vendor of the test's own: so many seats, nil for unlimited. The licence server itself is
  /// out of reach.
  func license(users limit: Int?) async throws {
    let scope = try scope
    let now = clock.now()
    var record = try await LicenseRecord.loadOrMake(scope, at: now)
    record.keys = vendor.publicKeys(at: now)
    let claims = LeaseClaims(
      licenseID: "1", id: "lease", sequence: 1, issuedAt: now, fingerprint: record.instanceID, status: .active,
      entitlements: Entitlements(plan: "pro", features: Feature.allCases.map(\.rawValue), userLimit: limit))
    let lease = try LeaseVerifier(keys: record.keys).lease(
      try LeaseSigner(vendor).sign(claims), fingerprint: record.instanceID)
    record.state = LeaseState()
    _ = record.state.accept(lease, from: .file, at: now)
    record.sealedKey = try tracker.secrets.seal("a-key", for: "license-key:\(scope.schema)")
    record.keyLastFour = "-key"
    try await record.save(scope, at: now)
    try await tracker.licenses.tick(scope)
  }
}

/// Runs a tracker while `body` talks to it, then stops it gracefully.
///
/// - Parameters:
///   - environment: variables beside the ones every tracker needs.
///   - isLicensed: whether it has unlimited seats, from a vendor that is never reached.
///   - change: the last word on what it is made of.
func withTracker(
  _ environment: [String: String] = [:], clock: TestClock = TestClock(), isLicensed: Bool = true,
  change: @Sendable (inout ServingParts) -> Void = { _ in },
  _ body: (RunningTracker) async throws -> Void
) async throws {
  let database = try await TestPostgres.database(template: "tracker-control", migrate: TrackerDatabase.migrate)
  let folder = FileManager.default.temporaryDirectory.appending(path: "tracker-\(UUID().uuidString)")
  defer { try? FileManager.default.removeItem(at: folder) }
  let tracker = try TrackerDatabase.tracker(on: database, state: folder.path, environment, clock: clock)
  _ = try await tracker.migrate()
  var parts = try ServingParts(tracker, limits: VisitorWorld.patient)
  change(&parts)
  try await parts.prepare()
  let (ports, listening) = AsyncStream<Int>.makeStream()
  let services = ServiceGroup(
    configuration: .init(services: try parts.services { listening.yield($0) }, logger: .silent))
  try await withThrowingTaskGroup(of: Void.self) { tasks in
    tasks.addTask {
      defer { listening.finish() }
      try await services.run()
    }
    let port = await ports.first { _ in true }
    do {
      let port = try #require(port, "the tracker did not start")
      let running = try RunningTracker(parts: parts, clock: clock, port: port, database: database)
      if isLicensed { try await running.license(users: nil) }
      try await body(running)
    } catch {
      await services.triggerGracefulShutdown()
      throw error
    }
    await services.triggerGracefulShutdown()
    try await tasks.waitForAll()
  }
  withExtendedLifetime(database) {}
}
