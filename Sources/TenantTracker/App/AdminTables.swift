import Core
import Database
import Security
import Web

/// The admin API's routes, one feature after the other.
struct AdminAPI: Sendable {
  let tracker: Tracker
  let directory: TenantDirectory
  let resolver: NameResolver

  static let prefix = "/admin/api"

  func table() -> TrackerTable {
    var table = TrackerTable()
    AccessAPI(accounts: tracker.accounts).register(in: &table)
    UsersAPI(
      accounts: tracker.accounts, seats: tracker.seats, roles: RoleStore(), audit: tracker.audit, clock: tracker.clock
    ).register(in: &table)
    TenantLicenseAPI(keeper: tracker.licenses, audit: tracker.audit).register(in: &table)
    SettingsAPI(store: tracker.settings, writer: tracker.writer).register(in: &table)
    let resources = Resources(tracker)
    resources.campaigns.register(in: &table)
    resources.offers.register(in: &table)
    resources.landings.register(in: &table)
    resources.sources.register(in: &table)
    resources.networks.register(in: &table)
    resources.domains.register(in: &table)
    domainVerification.register(in: &table, domains: resources.domains)
    return table
  }

  private var domainVerification: DomainVerification {
    DomainVerification(
      store: DomainStore(), catalog: tracker.catalog, directory: directory,
      publicHost: tracker.configuration.publicHost,
      resolve: { [resolver] host in (try? await resolver.addresses(host)) ?? [] }, clock: tracker.clock)
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
    campaigns = .init(
      store: CampaignStore(), writer: writer, settings: settings, schema: Campaign.schema, itemSchema: Campaign.schema)
    offers = .init(
      store: OfferStore(), writer: writer, settings: settings, schema: Offer.schema, itemSchema: Offer.schema)
    landings = .init(
      store: LandingStore(), writer: writer, settings: settings, schema: Landing.schema, itemSchema: Landing.schema)
    sources = .init(
      store: TrafficSourceStore(), writer: writer, settings: settings, schema: TrafficSource.schema,
      itemSchema: TrafficSource.schema)
    networks = .init(
      store: NetworkStore(), writer: writer, settings: settings, schema: Network.schema, itemSchema: Network.schema)
    domains = .init(
      store: DomainStore(), writer: writer, settings: settings, schema: Domain.schema, itemSchema: Domain.schema)
  }
}
