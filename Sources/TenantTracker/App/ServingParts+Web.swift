import ClickPath
import Core
import Database
import Security
import Web

extension ServingParts {
  /// The dashboard, the APIs, the assets, and on the same port the visitors.
  /// - Parameter onListening: called with the bound port.
  func webApplication(
    onListening: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
  ) throws -> WebApplication {
    let configuration = tracker.configuration
    let assets = try StaticAssets(directories: tracker.home.assets, excluding: AdminPages.unusedAssets)
    let places = PlaceResolver(
      directory: directory, pools: tracker.pools, coordinates: tracker.coordinates, licenses: tracker.licenses)
    // Merchants' pages find them on every node that visitors reach.
    var mounts = [try PixelScript(home: tracker.home).mount(knows: isHost), breachCheck.mount(knows: isHost)]
    if roles.contains(.admin) {
      mounts += [Mount(assets), rootMount, Mount(AdminAPI.prefix, adminAPI.table(), apiHooks(places))]
      let pages = AdminPages(parts: self, assets: assets)
      mounts.append(Mount(AdminPages.prefix, pages.table(), pages.hooks(places)))
      mounts += landings.service.mounts
    }
    if roles.contains(.admin), let token = configuration.controlToken {
      var table = ControlAPI.Table()
      controlAPI.register(in: &table)
      mounts.append(Mount("/control/v1", table, ControlAPI.hooks(token: token)))
    }
    if let token = configuration.metricsToken { mounts.append(metricsMount(token)) }
    let settings = WebSettings(
      port: configuration.port, trustedProxies: configuration.trustedProxies,
      httpsHosts: configuration.publicURL?.hasPrefix("https://") == true
        ? Set([configuration.publicHost].compactMap { $0 }) : [])
    return WebApplication(
      settings: settings, mounts: mounts, logger: tracker.logger, translate: DatabaseError.problem(for:),
      server: .web(limits: settings.connection, handlers: { [visitors] in visitors.handlers($0) }),
      onListening: onListening)
  }

  /// Whether a host is a tenant's, as the click path sees it: tracking domains are among them.
  private var isHost: @Sendable (String) -> Bool { { [snapshots] in snapshots.current.place(forHost: $0) != nil } }

  private var breachCheck: BreachCheck {
    let configuration = tracker.configuration
    return BreachCheck(
      client: configuration.breachKey.map { BreachClient(baseURL: configuration.breachBaseURL, key: $0) },
      perMinute: configuration.breachesPerMinute, secretKey: tracker.secretKey, clock: tracker.clock,
      logger: tracker.logger)
  }

  var adminAPI: AdminAPI { AdminAPI(parts: self) }

  private func apiHooks(_ places: PlaceResolver) -> RouteHooks<TrackerPlace, TrackerSession> {
    RouteHooks(
      locate: { try await places.place($0) },
      authenticate: { [accounts = tracker.accounts] head, place in
        try await places.session(token: head.bearerToken, .bearer, at: place, accounts)
      },
      checkFeature: { try await places.checkFeature($0, $1) },
      idempotency: IdempotencyStore(clock: tracker.clock, secrets: tracker.secrets).hooks)
  }

  private var controlAPI: ControlAPI {
    ControlAPI(
      provisioner: tracker.provisioner, directory: directory, licenses: tracker.licenses,
      scopes: { [tracker] in try tracker.scope(of: $0) },
      schemaVersion: { [tracker] in try await tracker.migrations.version(of: $0) },
      archives: ControlArchives(tracker: tracker, directory: directory))
  }

  /// `/` is the dashboard.
  private var rootMount: Mount {
    var table = RouteTable<ControlAPI.Everything, NoSession>()
    table.open(.get, "/", "The dashboard", status: 303) { _ in .redirect(to: AdminPages.prefix) }
    return Mount("", table, RouteHooks(locate: { _ in ControlAPI.Everything() }))
  }

  private func metricsMount(_ token: String) -> Mount {
    var table = ControlAPI.Table()
    table.on(.get, "/", .signedIn, "Prometheus metrics") { [metrics] _ in .text(metrics.prometheusText()) }
    return Mount("/metrics", table, ControlAPI.hooks(token: token))
  }
}
