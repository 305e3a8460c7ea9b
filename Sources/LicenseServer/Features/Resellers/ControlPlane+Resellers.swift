import Core
import Security
import Web

/// Everything about resellers and brands, put together.
extension ControlPlane {
  var resellers: ResellerRegister {
    ResellerRegister(database: database, mail: mail, renewals: resellerRenewals, clock: clock)
  }

  private var resellerRenewals: ResellerRenewals {
    ResellerRenewals(database: database, clock: clock, logger: logger)
  }

  var resellerSales: ResellerSales { ResellerSales(database: database, box: box, mail: mail, clock: clock) }

  var resellerJobs: ResellerJobs {
    ResellerJobs(
      renewals: resellerRenewals, statements: ResellerStatements(database: database, mail: mail, clock: clock))
  }

  private var brandDesk: BrandDesk { BrandDesk(database: database, hosts: hostBrands, clock: clock) }
  var brandEditor: BrandEditor { BrandEditor(database: database, desk: brandDesk) }

  var resellerStaffAPI: ResellerStaffAPI {
    ResellerStaffAPI(
      database: database, register: resellers, hasher: entrance.hasher, publicURL: configuration.publicURL,
      clock: clock)
  }

  func registerResellers(in tables: inout APITables) {
    BrandFilesAPI(database: database).register(in: &tables.root)
    resellerStaffAPI.register(in: &tables.staff)
    ResellerAPI(database: database, sales: resellerSales, brands: brandDesk, clock: clock)
      .register(in: &tables.reseller)
    ResellerTenantAPI(desk: resellerTenants).register(in: &tables.reseller)
  }

  var resellerTenants: ResellerTenantDesk { ResellerTenantDesk(database: database, tenants: hosting.tenants) }

  func registerResellerPages(in table: inout StaffTable, _ layout: Layout) {
    ResellerStaffPages(database: database, api: resellerStaffAPI, layout: layout, clock: clock).register(in: &table)
  }

  func resellerPages(_ layout: Layout) -> ResellerTable {
    var table = ResellerTable()
    let entrance = ResellerEntrance(
      database: database, hasher: entrance.hasher, failures: entrance.failures, clock: clock)
    let licenses = ResellerLicensePages(database: database, sales: resellerSales, layout: layout, clock: clock)
    ResellerEntrancePages(entrance: entrance, database: database, layout: layout).register(in: &table)
    ResellerCustomerPages(database: database, sales: resellerSales, licenses: licenses, layout: layout)
      .register(in: &table)
    licenses.register(in: &table)
    ResellerTenantPages(database: database, desk: resellerTenants, layout: layout, clock: clock)
      .register(in: &table)
    ResellerPricePages(database: database, sales: resellerSales, layout: layout).register(in: &table)
    ResellerMarginPages(database: database, layout: layout).register(in: &table)
    ResellerBrandPages(editor: brandEditor, layout: layout).register(in: &table)
    OwnWebhookPages(
      rules: .init(
        mount: "/reseller", read: .resellerRead(.team), write: .resellerWrite(.team),
        owner: { .reseller($0.resellerID) }, actor: { $0.actor }, page: { layout.resellerPage($0, $1, $2) },
        types: VendorEventType.ofResellers), database: database, desk: webhookDesk, layout: layout
    ).register(in: &table)
    ResellerTeamPages(database: database, layout: layout, clock: clock).register(in: &table)
    HelpPages(layout: layout).register(in: &table)
    return table
  }

  /// The host with its brand.
  var locateBrand: @Sendable (RequestHead) async throws -> Vendor {
    { [hostBrands, publicURL = configuration.publicURL] head in
      Vendor(publicURL: publicURL, host: try await hostBrands.brand(of: head.host))
    }
  }

  /// Of what stands below no prefix only the installer has a brand; the health checks must not ask the database for one.
  var locateRoot: @Sendable (RequestHead) async throws -> Vendor {
    { [locateBrand, publicURL = configuration.publicURL] head in
      head.path == "/install.sh" ? try await locateBrand(head) : Vendor(publicURL: publicURL)
    }
  }

  var resellerHooks: RouteHooks<Vendor, ResellerSession> {
    RouteHooks(
      locate: locateBrand,
      authenticate: { [database, clock] head, _ in
        guard let token = head.bearerToken else { return nil }
        return try await ResellerSessionStore(database).find(key: token, at: clock.now())
      },
      idempotency: IdempotencyStore(database: database, clock: clock, box: box).hooks())
  }

  /// On another reseller's host nobody is signed in.
  func resellerPageHooks(_ layout: Layout, _ csrf: CSRFGuard) -> RouteHooks<Vendor, ResellerSession> {
    RouteHooks(
      locate: locateBrand,
      authenticate: { [database, clock] head, place in
        guard let token = ResellerEntrancePages.cookie.token(in: head),
          let session = try await ResellerSessionStore(database).find(cookie: token, at: clock.now()),
          place.host.resellerID == nil || place.host.resellerID == session.reseller.id
        else { return nil }
        return session
      },
      pages: PageRules(
        cookie: ResellerEntrancePages.cookie, csrf: csrf, signInPath: "\(ResellerEntrancePages.prefix)/login",
        renderProblem: { problem, _, place, _ in
          layout.refusal(problem, home: ResellerEntrancePages.prefix, host: place?.host ?? .ours)
        }))
  }
}
