import Analytics
import ClickPath
import Core
import Database
import Security
import Web

/// The admin API's routes, one feature after the other.
struct AdminAPI: Sendable {
  static let prefix = "/admin/api"

  let tracker: Tracker
  let resources: Resources
  let domainVerification: DomainVerification
  let tail: ClickTail
  private let importer: LandingImporter
  let geoip: GeoIPAPI
  let simulation: SimulationAPI
  let currencies: CurrencyRatesAPI
  let bulkDecider: BulkDecider
  let runner: ConversionRunner
  let postbackBuilder: PostbackBuilderAPI

  init(parts: ServingParts) {
    tracker = parts.tracker
    tail = parts.tail
    bulkDecider = parts.bulkDecider
    runner = parts.runner
    postbackBuilder = PostbackBuilderAPI(
      networks: Resources(parts.tracker).networks, postbacks: parts.postbacks, directory: parts.directory)
    importer = parts.landings.importer
    geoip = GeoIPAPI(
      keeper: parts.geoip, secrets: tracker.secrets, audit: tracker.audit, clock: tracker.clock)
    resources = Resources(parts.tracker)
    currencies = CurrencyRatesAPI(
      settings: tracker.settings, keeper: parts.rates, audit: tracker.audit, clock: tracker.clock)
    simulation = SimulationAPI(
      campaigns: resources.campaigns, flows: FlowStore(), names: NameStore(),
      simulator: FlowSimulator(parts.visitors.pipeline, caps: parts.caps),
      snapshot: { [snapshots = parts.snapshots] in snapshots.current }, clock: tracker.clock)
    domainVerification = DomainVerification(
      store: DomainStore(clock: tracker.clock), catalog: tracker.catalog, directory: parts.directory,
      inspection: DomainInspection(
        dns: parts.dns, certificates: parts.certificates, publicHost: tracker.configuration.publicHost,
        clock: tracker.clock),
      writer: tracker.writer, logger: tracker.logger)
  }

  func table() -> TrackerTable {
    var table = TrackerTable()
    AccessAPI(accounts: tracker.accounts).register(in: &table)
    users.register(in: &table)
    licenses.register(in: &table)
    general.register(in: &table)
    geoip.register(in: &table)
    resources.campaigns.register(in: &table)
    cloning.register(in: &table)
    flows.register(in: &table)
    simulation.register(in: &table)
    resources.offers.register(in: &table)
    offerCaps.register(in: &table)
    resources.landings.register(in: &table)
    landingVersions.register(in: &table)
    landingImport.register(in: &table)
    resources.sources.register(in: &table)
    sources.register(in: &table)
    sourcePostbacks.register(in: &table)
    deliveries.register(in: &table)
    resources.profiles.register(in: &table)
    postbackBuilder.register(in: &table)
    resources.networks.register(in: &table)
    networkSecrets.register(in: &table)
    unmappedStatuses.register(in: &table)
    runs.register(in: &table)
    postbacks.register(in: &table)
    resources.domains.register(in: &table)
    domainVerification.register(in: &table, domains: resources.domains)
    stats.register(in: &table)
    savedReports.register(in: &table)
    columnTemplates.register(in: &table)
    clicks.register(in: &table)
    clickLog.register(in: &table)
    costs.register(in: &table)
    conversions.register(in: &table)
    decisions.register(in: &table)
    approvalRules.register(in: &table)
    EventsAPI().register(in: &table)
    search.register(in: &table)
    blacklist.register(in: &table)
    resources.publishers.register(in: &table)
    resources.commissionRules.register(in: &table)
    resources.conversionTypes.register(in: &table)
    CommissionsAPI().register(in: &table)
    payouts.register(in: &table)
    webhooks.register(in: &table)
    currencies.register(in: &table)
    pixel.register(in: &table)
    resources.products.register(in: &table)
    productImport.register(in: &table)
    productReport.register(in: &table)
    customers.register(in: &table)
    funnels.register(in: &table)
    abTests.register(in: &table)
    attribution.register(in: &table)
    exports.register(in: &table)
    imports.register(in: &table)
    let document = table.openAPI(title: "Trackily admin API", version: Configuration.version, serverPath: Self.prefix)
    table.open(.get, "/openapi.json", "This document", answer: .any) { _ in .json(document) }
    return table
  }

  var users: UsersAPI {
    UsersAPI(
      accounts: tracker.accounts, seats: tracker.seats, roles: RoleStore(), audit: tracker.audit, clock: tracker.clock)
  }

  var licenses: TenantLicenseAPI { TenantLicenseAPI(keeper: tracker.licenses, audit: tracker.audit) }
  var general: SettingsAPI { SettingsAPI(store: tracker.settings, writer: tracker.writer) }
  var flows: FlowsAPI { FlowsAPI(store: FlowStore(), campaigns: resources.campaigns, writer: tracker.writer) }
  var sources: SourcesAPI { SourcesAPI(sources: resources.sources) }
  var sourcePostbacks: SourcePostbacksAPI { SourcePostbacksAPI(sources: resources.sources) }

  var deliveries: DeliveriesAPI {
    DeliveriesAPI(
      queue: DeliveryQueue(clock: tracker.clock, settings: tracker.configuration.deliveries),
      settings: tracker.settings,
      writer: tracker.writer)
  }

  var cloning: CampaignCloning { CampaignCloning(campaigns: resources.campaigns, flows: FlowStore()) }
  var stats: StatsAPI {
    let rates = CurrencyRateStore()
    let engine = ReportEngine(clock: tracker.clock) { try await rates.clickRates($0, into: $1, in: $2, schema: $3) }
    return StatsAPI(engine: engine, settings: tracker.settings)
  }

  var savedReports: PersonalAPI<SavedReport> { PersonalAPI(audit: tracker.audit, clock: tracker.clock) }
  var columnTemplates: PersonalAPI<ColumnTemplate> { PersonalAPI(audit: tracker.audit, clock: tracker.clock) }

  var landingVersions: LandingVersionsAPI { LandingVersionsAPI(landings: resources.landings) }
  var landingImport: LandingImportAPI { LandingImportAPI(landings: resources.landings, importer: importer) }

  var blacklist: BlacklistAPI {
    BlacklistAPI(store: BlacklistStore(clock: tracker.clock), settings: tracker.settings, writer: tracker.writer)
  }

  var pixel: PixelAPI {
    PixelAPI(
      store: PixelStore(), site: SiteAddress(publicURL: tracker.configuration.publicURL), clock: tracker.clock)
  }

  var productImport: ProductImportAPI { ProductImportAPI(products: resources.products) }
  var productReport: ProductReportAPI {
    ProductReportAPI(engine: stats.engine, settings: tracker.settings, clock: tracker.clock)
  }
  var customers: CustomersAPI { CustomersAPI(settings: tracker.settings, clock: tracker.clock) }

  var funnels: FunnelAPI { FunnelAPI(store: FunnelStore(), settings: tracker.settings, clock: tracker.clock) }

  var abTests: ABTestAPI {
    ABTestAPI(
      desk: ABTestDesk(
        engine: stats.engine, store: ABTestStore(), settings: tracker.settings, clock: tracker.clock))
  }

  var attribution: AttributionAPI {
    AttributionAPI(
      desk: AttributionDesk(
        store: AttributionStore(), settings: tracker.settings, names: NameStore(), clock: tracker.clock))
  }

  var webhooks: WebhooksAPI {
    WebhooksAPI(
      settings: tracker.settings, finder: InboundClickFinder(tail: tail), secrets: tracker.secrets,
      audit: tracker.audit, clock: tracker.clock)
  }

  var offerCaps: OfferCapsAPI {
    OfferCapsAPI(offers: resources.offers, settings: tracker.settings, clock: tracker.clock)
  }

  var clicks: ClicksAPI {
    ClicksAPI(
      clicks: ClickStore(clock: tracker.clock), conversions: ConversionStore(), settings: tracker.settings, tail: tail,
      clock: tracker.clock)
  }

  var search: SearchAPI { SearchAPI(clicks: clicks) }

  var payouts: StatementsAPI {
    StatementsAPI(desk: StatementDesk(settings: tracker.settings, audit: tracker.audit, clock: tracker.clock))
  }

  var costs: ClickCostAPI {
    ClickCostAPI(clicks: clicks, settings: tracker.settings, audit: tracker.audit, clock: tracker.clock)
  }

  var clickLog: ClickLogAPI { ClickLogAPI(clicks: clicks) }

  var networkSecrets: NetworkSecretAPI {
    NetworkSecretAPI(
      networks: resources.networks, store: NetworkSecretStore(secrets: tracker.secrets, clock: tracker.clock))
  }

  var runs: ConversionRunsAPI { ConversionRunsAPI(runner: runner) }
  var unmappedStatuses: UnmappedStatusesAPI { UnmappedStatusesAPI(networks: resources.networks, runs: runs) }

  var postbacks: PostbacksAPI {
    PostbacksAPI(runs: runs, settings: tracker.settings, audit: tracker.audit, clock: tracker.clock)
  }

  var decisions: DecisionsAPI { DecisionsAPI(conversions: conversions, decider: bulkDecider) }
  var approvalRules: ApprovalRulesAPI { ApprovalRulesAPI(writer: tracker.writer) }

  var exports: ExportsAPI { ExportsAPI(settings: tracker.settings, clock: tracker.clock) }

  var imports: ImportsAPI {
    ImportsAPI(runner: ImportRunner(resources: resources, settings: tracker.settings, writer: tracker.writer))
  }

  var conversions: ConversionsAPI {
    ConversionsAPI(conversions: ConversionStore(), settings: tracker.settings, clock: tracker.clock)
  }
}

/// One API per kind of configured thing; pages use them too, so a rule has one home.
struct Resources: Sendable {
  let campaigns: ResourceAPI<CampaignStore>
  let offers: ResourceAPI<OfferStore>
  let landings: ResourceAPI<LandingStore>
  let sources: ResourceAPI<TrafficSourceStore>
  let profiles: ResourceAPI<TrackingProfileStore>
  let networks: ResourceAPI<NetworkStore>
  let domains: ResourceAPI<DomainStore>
  let publishers: ResourceAPI<PublisherStore>
  let commissionRules: ResourceAPI<CommissionRuleStore>
  let conversionTypes: ResourceAPI<ConversionTypeStore>
  let products: ResourceAPI<ProductStore>

  init(_ tracker: Tracker) {
    let (writer, settings) = (tracker.writer, tracker.settings)
    campaigns = .init(store: CampaignStore(), writer: writer, settings: settings, schema: Campaign.schema)
    offers = .init(store: OfferStore(), writer: writer, settings: settings, schema: Offer.schema)
    landings = .init(
      store: LandingStore(), writer: writer, settings: settings, schema: Landing.schema,
      alongside: LandingVersionsAPI.keeper)
    sources = .init(
      store: TrafficSourceStore(), writer: writer, settings: settings, schema: TrafficSource.schema,
      alongside: SourcePostbacksAPI.keeper)
    profiles = .init(
      store: TrackingProfileStore(), writer: writer, settings: settings, schema: TrackingProfile.schema,
      beforeDelete: { profile, _ in try TrackingProfileStore.refuseDefault(profile) })
    networks = .init(
      store: NetworkStore(), writer: writer, settings: settings, schema: Network.schema,
      alongside: UnmappedStatusesAPI.follow(clock: tracker.clock))
    publishers = .init(store: PublisherStore(), writer: writer, settings: settings, schema: Publisher.schema)
    commissionRules = .init(
      store: CommissionRuleStore(), writer: writer, settings: settings, schema: CommissionRuleEntry.schema)
    conversionTypes = .init(
      store: ConversionTypeStore(), writer: writer, settings: settings, schema: ConversionTypeEntry.schema,
      beforeDelete: { type, _ in try ConversionTypeStore.refusePredefined(type) })
    products = .init(store: ProductStore(), writer: writer, settings: settings, schema: Product.schema)
    domains = .init(
      store: DomainStore(clock: tracker.clock), writer: writer, settings: settings, schema: Domain.schema,
      beforeDelete: { [catalog = tracker.catalog] domain, place in
        try await catalog.release(host: domain.draft.host, of: place.tenant.id)
        try await catalog.announceChange()
      })
  }
}
