import Core
import Licensing
import Security
import Web

/// The HTTP side: tables of routes, each below its prefix.
extension ControlPlane {
  func application(
    keys: SigningKeys, onListening: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
  ) -> WebApplication {
    let metrics = ServerMetrics(database: database)
    let layout = Layout(directories: home.assets)
    var settings = WebSettings(port: configuration.port, trustedProxies: configuration.trustedProxies)
    if configuration.publicURL.hasPrefix("https://"), let host = WebURL.host(of: configuration.publicURL) {
      settings.httpsHosts = [host]
    }
    return WebApplication(
      settings: settings, mounts: mounts(keys: keys, layout: layout, metrics: metrics), logger: logger,
      translate: ErrorTranslation.problem, observe: metrics.observe, onListening: onListening)
  }

  private func mounts(keys: SigningKeys, layout: Layout, metrics: ServerMetrics) -> [Mount] {
    let csrf = CSRFGuard(key: configuration.secretKey.derivedKey(for: "csrf"))
    let tables = apiTables(keys: keys, metrics: metrics)
    return [
      Mount("", tables.root, RouteHooks(locate: locate)),
      Mount(ActivationAPI.prefix, tables.activation, RouteHooks(locate: locate)),
      Mount(Self.apiPrefix, tables.staff, staffHooks),
      Mount(StaffPages.prefix, staffPages(layout), staffPageHooks(layout, csrf)),
      Mount(PortalEntrancePages.prefix, portalPages(layout), portalHooks(layout, csrf)),
      Mount(layout.assets),
    ]
  }

  static let apiPrefix = "/api"

  /// The tables that the OpenAPI document tells of, which one of them serves.
  struct APITables: Sendable {
    var root: RouteTable<Vendor, NoSession>
    var activation: RouteTable<Vendor, NoSession>
    var staff: StaffTable
  }

  func apiTables(keys: SigningKeys, metrics: ServerMetrics) -> APITables {
    var tables = APITables(root: RouteTable(), activation: RouteTable(), staff: StaffTable())
    OperationsAPI(database: database, keys: keys, metrics: metrics, metricsToken: configuration.metricsToken)
      .register(in: &tables.root)
    let limits = LicenseLimits(
      perAddress: configuration.limits.licensePerAddress, perKey: configuration.limits.licensePerKey, clock: clock)
    ActivationAPI(desk: desk, keys: keys, limits: limits, metrics: metrics, clock: clock)
      .register(in: &tables.activation)
    StaffAPI(database: database, entrance: entrance, clock: clock).register(in: &tables.staff)
    PlanAPI(database: database).register(in: &tables.staff)
    CustomerAPI(database: database, clock: clock).register(in: &tables.staff)
    LicenseStaffAPI(database: database, licenses: licenses, clock: clock).register(in: &tables.staff)
    InstanceAPI(database: database, licenses: licenses).register(in: &tables.staff)
    OrderAPI(desk: orders, limiter: orderLimiter).register(in: &tables.staff)
    SubscriptionAPI(database: database).register(in: &tables.staff)
    InvoiceAPI(database: database, cashier: cashier, clock: clock).register(in: &tables.staff)
    SettingsAPI(database: database, clock: clock).register(in: &tables.staff)
    AuditAPI(database: database).register(in: &tables.staff)
    OpenAPIRoute.register(in: &tables)
    return tables
  }

  private func staffPages(_ layout: Layout) -> StaffTable {
    var table = StaffTable()
    StaffPages(database: database, entrance: entrance, layout: layout).register(in: &table)
    LicensePages(database: database, licenses: licenses, layout: layout, clock: clock).register(in: &table)
    CustomerPages(database: database, layout: layout, clock: clock).register(in: &table)
    InvoicePages(database: database, cashier: cashier, layout: layout).register(in: &table)
    AuditPages(database: database, layout: layout).register(in: &table)
    return table
  }

  private func portalPages(_ layout: Layout) -> PortalTable {
    var table = PortalTable()
    PortalEntrancePages(
      database: database, mail: mail, layout: layout, limiter: orderLimiter,
      perMailbox: RateLimiter(limit: 5, window: .minutes(15), clock: clock), clock: clock
    ).register(in: &table)
    PortalPages(database: database, licenses: licenses, box: box, layout: layout, clock: clock).register(in: &table)
    return table
  }

  private var orderLimiter: RateLimiter<IPAddress>? {
    let limit = configuration.limits.ordersPerAddress
    return limit == 0 ? nil : RateLimiter(limit: limit, window: .minutes(1), clock: clock)
  }
}

/// Who is there, for each table.
extension ControlPlane {
  private var locate: @Sendable (RequestHead) async throws -> Vendor {
    let vendor = Vendor(publicURL: configuration.publicURL)
    return { _ in vendor }
  }

  private var staffHooks: RouteHooks<Vendor, StaffSession> {
    RouteHooks(
      locate: locate,
      authenticate: { [database, clock] head, _ in
        guard let token = head.bearerToken else { return nil }
        return try await StaffSessionStore(database).find(token: token, kind: .bearer, at: clock.now())
      },
      idempotency: IdempotencyStore(database: database, clock: clock, box: box).hooks())
  }

  private func staffPageHooks(_ layout: Layout, _ csrf: CSRFGuard) -> RouteHooks<Vendor, StaffSession> {
    RouteHooks(
      locate: locate,
      authenticate: { [database, clock] head, _ in
        guard let token = StaffPages.cookie.token(in: head) else { return nil }
        return try await StaffSessionStore(database).find(token: token, kind: .browser, at: clock.now())
      },
      pages: PageRules(
        cookie: StaffPages.cookie, csrf: csrf, signInPath: "/admin/login", passwordPath: "/admin/password",
        renderProblem: { problem, _, _, _ in layout.refusal(problem, home: "/admin") }))
  }

  private func portalHooks(_ layout: Layout, _ csrf: CSRFGuard) -> RouteHooks<Vendor, PortalSession> {
    RouteHooks(
      locate: locate,
      authenticate: { [database, clock] head, _ in
        guard let token = PortalEntrancePages.cookie.token(in: head) else { return nil }
        return try await PortalSessionStore(database).find(token: token, at: clock.now())
      },
      pages: PageRules(
        cookie: PortalEntrancePages.cookie, csrf: csrf, signInPath: "/portal/login",
        renderProblem: { problem, _, _, _ in layout.refusal(problem, home: "/portal") }))
  }
}
