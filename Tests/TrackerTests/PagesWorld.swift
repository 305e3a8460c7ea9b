import Core
import Database
import Foundation
import Logging
import Security
import ServiceLifecycle
import TestSupport
import Testing
import Web

@testable import Licensing
@testable import TenantTracker

/// A whole dashboard on a database of its own, answering on a free port: the default tenant, and another one at
/// `other.test`.
struct PagesWorld: Sendable {
  static let email = "admin@example.com"
  static let password = "correct horse battery staple 9"
  static let otherHost = "other.test"
  static let home = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

  let parts: ServingParts
  let pages: AdminPages
  let port: Int

  var tracker: Tracker { parts.tracker }

  var scope: TenantScope {
    get throws { try tracker.scope(of: try #require(parts.directory.defaultTenant)) }
  }

  /// Runs the dashboard while `body` talks to it.
  /// - Parameters:
  ///   - mustChangePassword: the admin's password is only the initial one.
  ///   - plan: what both tenants are licensed for.
  static func with(
    mustChangePassword: Bool = false, plan: DocumentedPlan = .pro, _ body: (PagesWorld) async throws -> Void
  ) async throws {
    let database = try await TestPostgres.database()
    let state = NSTemporaryDirectory() + "trackily-pages-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: state) }
    let environment = [
      "DATABASE_URL": "postgresql://nobody@localhost/none", "ADMIN_EMAIL": email, "ADMIN_PASSWORD": password,
      "ADMIN_PASSWORD_CHANGE": mustChangePassword ? "required" : "never", "STATE_DIR": state, "PORT": "0",
      "SECRET_KEY": "the pages' own secret, long enough", "LICENSE_SERVER_URL": "http://127.0.0.1:1",
      "TRACKILY_HOME": home, "JOURNAL_SEGMENT_MB": "1",
    ]
    var configuration = try Configuration(environment: environment)
    configuration.databaseURL = database.dsn
    let tracker = try Tracker(
      configuration, home: Home(environment: environment), logger: .silent,
      passwordCosts: .init(memoryKiB: 64, iterations: 1))
    _ = try await tracker.migrate()
    _ = try await tracker.ensureDefaultTenant()
    _ = try await tracker.provisioner.provision(
      .init(
        slug: "other", name: "Other", domains: [otherHost],
        admin: (email: try #require(EmailAddress(email)), password: password, mustChangePassword: false)))
    try await serve(try ServingParts(tracker, limits: VisitorWorld.patient), plan, body)
    await tracker.pools.close()
    await tracker.control.close()
  }

  private static func serve(
    _ parts: ServingParts, _ plan: DocumentedPlan, _ body: (PagesWorld) async throws -> Void
  ) async throws {
    try await parts.directory.reload()
    let assets = try StaticAssets(directories: ["\(home)/assets"])
    let pages = AdminPages(parts: parts, assets: assets)
    let places = PlaceResolver(
      directory: parts.directory, pools: parts.tracker.pools, coordinates: parts.tracker.coordinates,
      licenses: parts.tracker.licenses)
    var hooks = pages.hooks(places)
    hooks.authenticate = { [authenticate = hooks.authenticate] head, place in
      var session = try await authenticate(head, place)
      session?.standing = .current(plan)
      return session
    }
    let (ports, listening) = AsyncStream<Int>.makeStream()
    let application = WebApplication(
      settings: WebSettings(address: "127.0.0.1", port: 0),
      mounts: [Mount(assets), Mount(AdminPages.prefix, pages.table(), hooks)], logger: .silent,
      translate: DatabaseError.problem(for:), onListening: { listening.yield($0) })
    let services = ServiceGroup(configuration: .init(services: [application], logger: .silent))
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask {
        defer { listening.finish() }
        try await services.run()
      }
      let port = try #require(await ports.first { _ in true })
      do { try await body(PagesWorld(parts: parts, pages: pages, port: port)) } catch {
        await services.triggerGracefulShutdown()
        try await tasks.waitForAll()
        throw error
      }
      await services.triggerGracefulShutdown()
      try await tasks.waitForAll()
    }
  }

  // People

  func browser(host: String = "127.0.0.1") -> PagesBrowser {
    PagesBrowser(client: TestHTTPClient(port: port, host: host))
  }

  /// A browser that is signed in as the admin, or as somebody added with ``addUser(_:_:)``.
  func signedIn(as email: String = email, host: String = "127.0.0.1") async throws -> PagesBrowser {
    let browser = browser(host: host)
    let answer = try await browser.signIn(email: email)
    #expect(answer.status == 303, "sign-in of \(email): \(answer.status)")
    return browser
  }

  /// An active user of the default tenant with the usual password.
  func addUser(_ email: String, _ role: Role, _ permissions: Permissions? = nil) async throws {
    let scope = try scope
    let hash = try await tracker.accounts.hasher.hash(Self.password)
    _ = try await tracker.accounts.users.insert(
      .init(
        email: try #require(EmailAddress(email)), name: "", role: role, roleID: nil, permissions: permissions,
        passwordHash: hash, mustChangePassword: false),
      at: tracker.clock.now(), of: scope, in: scope)
  }
}

/// A browser as far as forms go: cookies, the hidden token, redirects by hand.
struct PagesBrowser: Sendable {
  let client: TestHTTPClient

  func get(_ path: String) async throws -> TestHTTPAnswer { try await client.get(path) }

  func signIn(
    email: String = PagesWorld.email, password: String = PagesWorld.password, code: String? = nil,
    returnTo: String = ""
  ) async throws -> TestHTTPAnswer {
    let fields = [("email", email), ("password", password), ("return_to", returnTo)]
    return try await client.post("/admin/login", form: fields + (code.map { [("totp", $0)] } ?? []))
  }

  /// Submits a form as its page would, with the token that the start page carries.
  func post(_ path: String, _ form: [(String, String)] = []) async throws -> TestHTTPAnswer {
    try await client.post(path, form: form + [("_csrf", try await token())])
  }

  func token() async throws -> String {
    let page = try await client.get("/admin/account/password")
    return try #require(page.text.firstMatch(of: /name="_csrf" value="([^"]+)"/)).1.description
  }
}

extension LicenseStanding {
  /// A licence in good order.
  static func current(_ plan: DocumentedPlan, banner: Banner? = nil, warnings: [Warning] = []) -> LicenseStanding {
    LicenseStanding(
      phase: .current, entitlements: Entitlements(plan), code: .valid, licenseStatus: .active, expiresAt: nil,
      leaseExpiresAt: nil, graceUntil: nil, banner: banner, warnings: warnings)
  }
}
