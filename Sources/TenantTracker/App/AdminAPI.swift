import Analytics
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

  init(parts: ServingParts) {
    tracker = parts.tracker
    tail = parts.tail
    resources = Resources(parts.tracker)
    domainVerification = DomainVerification(
      store: DomainStore(), catalog: tracker.catalog, directory: parts.directory,
      publicHost: tracker.configuration.publicHost,
      resolve: { [resolver = parts.resolver] host in (try? await resolver.addresses(host)) ?? [] }, clock: tracker.clock
    )
  }

  func table() -> TrackerTable {
    var table = TrackerTable()
    AccessAPI(accounts: tracker.accounts).register(in: &table)
    users.register(in: &table)
    licenses.register(in: &table)
    general.register(in: &table)
    resources.campaigns.register(in: &table)
    flows.register(in: &table)
    resources.offers.register(in: &table)
    resources.landings.register(in: &table)
    resources.sources.register(in: &table)
    resources.networks.register(in: &table)
    resources.domains.register(in: &table)
    domainVerification.register(in: &table, domains: resources.domains)
    stats.register(in: &table)
    clicks.register(in: &table)
    conversions.register(in: &table)
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
  var stats: StatsAPI { StatsAPI(engine: ReportEngine(clock: tracker.clock), settings: tracker.settings) }

  var clicks: ClicksAPI {
    ClicksAPI(
      clicks: ClickStore(), conversions: ConversionStore(), settings: tracker.settings, tail: tail,
      clock: tracker.clock)
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
  let networks: ResourceAPI<NetworkStore>
  let domains: ResourceAPI<DomainStore>

  init(_ tracker: Tracker) {
    let (writer, settings) = (tracker.writer, tracker.settings)
    campaigns = .init(store: CampaignStore(), writer: writer, settings: settings, schema: Campaign.schema)
    offers = .init(store: OfferStore(), writer: writer, settings: settings, schema: Offer.schema)
    landings = .init(store: LandingStore(), writer: writer, settings: settings, schema: Landing.schema)
    sources = .init(store: TrafficSourceStore(), writer: writer, settings: settings, schema: TrafficSource.schema)
    networks = .init(store: NetworkStore(), writer: writer, settings: settings, schema: Network.schema)
    domains = .init(
      store: DomainStore(), writer: writer, settings: settings, schema: Domain.schema,
      beforeDelete: { [catalog = tracker.catalog] domain, place in
        try await catalog.release(host: domain.draft.host, of: place.tenant.id)
        try await catalog.announceChange()
      })
  }
}
