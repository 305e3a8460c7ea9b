import Analytics
import Conversions
import Core
import Security
import Web

/// The dashboard's pages, one feature after the other.
struct AdminPages: Sendable {
  static let prefix = "/admin"
  /// Of the fetched libraries, those that no page loads; and the pixel, which has an address of its own.
  static let unusedAssets = ["icons/", "licences/", "htmx", "flatpickr", "tabler.min.js", PixelScript.fileName]

  private let api: AdminAPI
  private let layout: Layout
  private let csrf: CSRFGuard
  private let watch: AlertWatch
  private let cookie = SessionCookie(name: "tly_session", path: AdminPages.prefix, lifetime: Accounts.browserLifetime)

  init(parts: ServingParts, assets: StaticAssets) {
    let tracker = parts.tracker
    api = parts.adminAPI
    watch = AlertWatch(parts)
    layout = Layout(assets: assets, icons: IconSet(directory: tracker.home.icons))
    csrf = CSRFGuard(key: tracker.secretKey.derivedKey(for: "pages"))
  }

  func table() -> TrackerTable {
    var table = TrackerTable()
    let (tracker, resources, names) = (api.tracker, api.resources, NameStore())
    let settings = tracker.settings
    let site = SiteAddress(publicURL: tracker.configuration.publicURL)
    let access = AccessAPI(accounts: tracker.accounts)
    let flows = FlowPages(api: api.flows, names: names, layout: layout)

    AccessPages(accounts: tracker.accounts, cookie: cookie, layout: layout).register(in: &table)
    BrandFilePages().register(in: &table)
    AccountPages(api: access, settings: settings, layout: layout).register(in: &table)
    TwoFactorPages(api: access, layout: layout).register(in: &table)
    DashboardPages(
      engine: api.stats.engine, settings: settings, names: names, clock: tracker.clock, layout: layout, watch: watch,
      live: LiveCounter(clock: tracker.clock),
      steps: FirstStepsPages(
        sources: resources.sources.store, site: site, clock: tracker.clock, icons: layout.icons)
    ).register(in: &table)
    ReportPages(
      engine: api.stats.engine, settings: settings, names: names, reports: api.savedReports,
      templates: api.columnTemplates, clock: tracker.clock, layout: layout
    ).register(in: &table)
    FunnelPages(
      store: api.funnels.store, settings: settings, names: names, clock: tracker.clock, layout: layout
    ).register(in: &table)
    ABTestPages(desk: api.abTests.desk, names: names, layout: layout).register(in: &table)
    AttributionPages(desk: api.attribution.desk, layout: layout).register(in: &table)
    CostPages(api: api.costs, names: names, layout: layout).register(in: &table)
    ClickPages(api: api.clicks, log: api.clickLog, names: names, layout: layout).register(in: &table)
    ConversionPages(api: api.conversions, decisions: api.decisions, names: names, layout: layout).register(in: &table)
    BulkDecisionPages(api: api.decisions, settings: settings, layout: layout).register(in: &table)
    ReviewPages(api: api.conversions, rules: api.approvalRules, names: names, layout: layout).register(in: &table)
    CampaignPages(
      api: resources.campaigns, sources: resources.sources, names: names, engine: api.stats.engine, flows: flows,
      layout: layout, site: site
    ).register(in: &table)
    flows.register(in: &table)
    api.cloning.registerPage(in: &table)
    SimulationPages(api: api.simulation, settings: settings, layout: layout).register(in: &table)
    OfferPages(api: resources.offers, caps: api.offerCaps, names: names, layout: layout).register(in: &table)
    LandingPages(api: resources.landings, layout: layout).register(in: &table)
    LandingVersionPages(api: api.landingVersions, settings: settings, layout: layout).register(in: &table)
    LandingImportPages(api: api.landingImport, layout: layout).register(in: &table)
    let sources = SourcePages(
      api: resources.sources, more: api.sources, campaigns: resources.campaigns, names: names, settings: settings,
      layout: layout, site: site)
    sources.registerMore(in: &table)
    SourcePostbackPages(api: api.sourcePostbacks, layout: layout).register(in: &table)
    DeliveryPages(api: api.deliveries, names: names, layout: layout).register(in: &table)
    sources.register(in: &table)
    TrackingProfilePages(api: resources.profiles, layout: layout).register(in: &table)
    PostbackBuilderPages(api: api.postbackBuilder, names: names, layout: layout, site: site).register(in: &table)
    let networks = NetworkPages(
      api: resources.networks, secrets: api.networkSecrets, layout: layout, site: site)
    networks.registerMore(in: &table)
    networks.register(in: &table)
    UnmappedStatusPages(api: api.unmappedStatuses, settings: settings, layout: layout).register(in: &table)
    PostbackPages(api: api.postbacks, names: names, layout: layout).register(in: &table)
    ConversionRunPages(api: api.runs, layout: layout).register(in: &table)
    let payouts = StatementPages(api: api.payouts, names: names, settings: settings, layout: layout)
    payouts.register(in: &table)
    PublisherPages(api: resources.publishers, statements: payouts, layout: layout, site: site).register(in: &table)
    CommissionRulePages(
      api: resources.commissionRules, types: resources.conversionTypes, names: names, layout: layout
    ).register(in: &table)
    ConversionTypePages(api: resources.conversionTypes, layout: layout).register(in: &table)
    DomainPages(
      api: resources.domains, verification: api.domainVerification, settings: settings, names: names, layout: layout
    ).register(in: &table)
    UserPages(api: api.users, settings: settings, layout: layout).register(in: &table)
    RolePages(api: api.users, layout: layout).register(in: &table)
    LicensePages(api: api.licenses, settings: settings, layout: layout).register(in: &table)
    SettingsPages(api: api.general, layout: layout).register(in: &table)
    PortPages(exports: api.exports, imports: api.imports, layout: layout).register(in: &table)
    BlacklistPages(api: api.blacklist, layout: layout).register(in: &table)
    WebhookPages(api: api.webhooks, layout: layout, site: site).register(in: &table)
    PixelPages(api: api.pixel, names: names, layout: layout).register(in: &table)
    ProductPages(api: resources.products, layout: layout).register(in: &table)
    ProductImportPages(api: api.productImport, layout: layout).register(in: &table)
    ProductReportPages(api: api.productReport, names: names, layout: layout).register(in: &table)
    CustomerPages(api: api.customers, names: names, layout: layout).register(in: &table)
    CurrencyPages(api: api.currencies, layout: layout).register(in: &table)
    GeoIPPages(api: api.geoip, settings: settings, layout: layout).register(in: &table)
    SearchPages(api: api.search, layout: layout).register(in: &table)
    HelpPages(layout: layout).register(in: &table)
    AuditPages(audit: tracker.audit, settings: settings, layout: layout).register(in: &table)
    return table
  }

  /// Pages know a browser by its cookie; a bearer token is for the API alone.
  func hooks(_ places: PlaceResolver) -> RouteHooks<TrackerPlace, TrackerSession> {
    RouteHooks(
      locate: { try await places.page($0) },
      authenticate: { [cookie, accounts = api.tracker.accounts] head, place in
        var session = try await places.session(token: cookie.token(in: head), .browser, at: place, accounts)
        if session?.allows(.read(.reports)) ?? false {
          session?.pendingReviews = try await ConversionStore().count(
            ConversionFilter(review: .pending), limit: ReviewPages.countLimit, of: place.scope)
        }
        if session?.allows(.read(.networks)) ?? false {
          session?.unmappedStatuses = try await UnmappedStatusStore().count(of: place.scope)
        }
        return session
      },
      checkFeature: { try await places.checkFeature($0, $1) }, pages: pageRules)
  }

  private var pageRules: PageRules<TrackerPlace, TrackerSession> {
    let problems = ProblemPage(layout: layout, csrf: csrf, cookie: cookie)
    return PageRules(
      cookie: cookie, csrf: csrf, signInPath: AccessPages.signInPath, passwordPath: AccountPages.passwordPath,
      renderProblem: { problems.html($0, $1, $2, $3) })
  }
}

extension Home {
  /// Lucide's icons, inlined by ``IconSet``.
  var icons: String { "\(path)/.tools/assets/icons" }
}
