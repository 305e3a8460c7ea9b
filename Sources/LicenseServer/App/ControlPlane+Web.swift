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
      translate: ErrorTranslation.problem,
      observe: { [requestLog] request in
        metrics.observe(request)
        requestLog.note(request)
      }, onListening: onListening)
  }

  private func mounts(keys: SigningKeys, layout: Layout, metrics: ServerMetrics) -> [Mount] {
    let csrf = CSRFGuard(key: configuration.secretKey.derivedKey(for: "csrf"))
    let tables = apiTables(keys: keys, metrics: metrics)
    return [
      Mount("", tables.root, RouteHooks(locate: locateRoot)),
      Mount(ActivationAPI.prefix, tables.activation, RouteHooks(locate: locate)),
      Mount(Self.apiPrefix, tables.staff, staffHooks),
      Mount(StaffPages.prefix, staffPages(layout, keys), staffPageHooks(layout, csrf)),
      Mount(PortalEntrancePages.prefix, portalPages(layout, keys), portalHooks(layout, csrf)),
      Mount(ResellerEntrancePages.prefix, resellerPages(layout), resellerPageHooks(layout, csrf)),
      Mount(ResellerAPI.prefix, tables.reseller, resellerHooks),
      Mount(layout.assets),
    ]
  }

  static let apiPrefix = "/api"

  /// The tables that the OpenAPI document tells of, which one of them serves.
  struct APITables: Sendable {
    var root: RouteTable<Vendor, NoSession>
    var activation: RouteTable<Vendor, NoSession>
    var staff: StaffTable
    var reseller: ResellerTable
  }

  func apiTables(keys: SigningKeys, metrics: ServerMetrics) -> APITables {
    var tables = APITables(
      root: RouteTable(), activation: RouteTable(), staff: StaffTable(), reseller: ResellerTable())
    OperationsAPI(database: database, keys: keys, metrics: metrics, metricsToken: configuration.metricsToken)
      .register(in: &tables.root)
    ReleaseDownloads(database: database, desk: releases, script: InstallScript(home: home)).register(in: &tables.root)
    registerStripe(in: &tables.root)
    let limits = LicenseLimits(
      perAddress: configuration.limits.licensePerAddress, perKey: configuration.limits.licensePerKey, clock: clock)
    ActivationAPI(desk: desk, keys: keys, limits: limits, metrics: metrics, clock: clock)
      .register(in: &tables.activation)
    StaffAPI(database: database, entrance: entrance, team: staffTeam, publicURL: configuration.publicURL)
      .register(in: &tables.staff)
    StaffAccountAPI(account: staffAccount).register(in: &tables.staff)
    PlanAPI(desk: PlanDesk(database: database, clock: clock)).register(in: &tables.staff)
    CustomerAPI(database: database, clock: clock).register(in: &tables.staff)
    LicenseStaffAPI(
      database: database, licenses: licenses, subscriptions: subscriptions, stripe: stripe, clock: clock
    ).register(in: &tables.staff)
    InstanceAPI(database: database, licenses: licenses, clock: clock).register(in: &tables.staff)
    LicenseBulkAPI(licenses: licenses, clock: clock).register(in: &tables.staff)
    LicenseNoteAPI(database: database, licenses: licenses, clock: clock).register(in: &tables.staff)
    LicenseHistoryAPI(database: database).register(in: &tables.staff)
    CloneAlarmAPI(database: database, alarms: cloneAlarms).register(in: &tables.staff)
    OfflineActivationAPI(desk: offlineDesk(keys)).register(in: &tables.staff)
    OrderAPI(desk: orders, limiter: orderLimiter).register(in: &tables.staff)
    registerBilling(in: &tables.staff)
    SettingsAPI(database: database, clock: clock).register(in: &tables.staff)
    SellerAPI(database: database, clock: clock).register(in: &tables.staff)
    AuditAPI(database: database).register(in: &tables.staff)
    SearchAPI(database: database).register(in: &tables.staff)
    registerEvents(in: &tables.staff)
    hosting.register(in: &tables.staff)
    ReleaseAPI(database: database, desk: releases).register(in: &tables.staff)
    registerResellers(in: &tables)
    OpenAPIRoute.register(in: &tables)
    return tables
  }

  private func staffPages(_ layout: Layout, _ keys: SigningKeys) -> StaffTable {
    var table = StaffTable()
    StaffPages(database: database, entrance: entrance, layout: layout).register(in: &table)
    StaffInvitationPages(team: staffTeam, layout: layout).register(in: &table)
    StaffAccountPages(account: staffAccount, layout: layout).register(in: &table)
    StaffTeamPages(database: database, team: staffTeam, layout: layout, publicURL: configuration.publicURL)
      .register(in: &table)
    registerLicensePages(in: &table, layout, keys)
    CustomerPages(database: database, layout: layout, clock: clock).register(in: &table)
    registerBilling(in: &table, layout: layout)
    SellerPages(api: SellerAPI(database: database, clock: clock), layout: layout).register(in: &table)
    registerResellerPages(in: &table, layout)
    AuditPages(database: database, layout: layout, clock: clock).register(in: &table)
    SearchPages(api: SearchAPI(database: database), layout: layout).register(in: &table)
    registerEventPages(in: &table, layout)
    hosting.registerPages(in: &table, layout)
    ReleasePages(database: database, desk: releases, layout: layout).register(in: &table)
    HelpPages(layout: layout).register(in: &table)
    return table
  }

  private func portalPages(_ layout: Layout, _ keys: SigningKeys) -> PortalTable {
    var table = PortalTable()
    registerPortal(in: &table, layout)
    PortalBrandPages(editor: brandEditor, database: database, layout: layout, clock: clock).register(in: &table)
    hosting.registerWelcome(in: &table, layout)
    registerStripe(in: &table)
    OfflinePages(database: database, desk: offlineDesk(keys)).register(in: &table)
    HelpPages(layout: layout).register(in: &table)
    return table
  }

  var orderLimiter: RateLimiter<IPAddress>? {
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
      authenticate: { [database, clock, apiKeys] head, _ in
        guard let token = head.bearerToken else { return nil }
        if token.hasPrefix(APIKey.prefix) { return try await apiKeys.session(token: token) }
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
      locate: locateBrand,
      authenticate: { [database, clock] head, place in
        guard let token = PortalEntrancePages.cookie.token(in: head) else { return nil }
        return try await PortalSessionStore(database).find(token: token, at: clock.now())?
          .shown(on: place.host, in: database)
      },
      pages: PageRules(
        cookie: PortalEntrancePages.cookie, csrf: csrf, signInPath: "/portal/login",
        renderProblem: { problem, _, place, _ in
          layout.refusal(problem, home: "/portal", host: place?.host ?? .ours)
        }))
  }
}
