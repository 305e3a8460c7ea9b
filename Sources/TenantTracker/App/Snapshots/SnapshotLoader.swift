import ClickPath
import Core
import Database

/// Reads the configuration of tenants as the click path needs it.
struct SnapshotLoader: Sendable {
  let directory: TenantDirectory
  let control: ConnectionPool
  let scopes: @Sendable (Tenant) throws -> TenantScope
  let settings: SettingsStore
  /// The features that a tenant's licence grants now.
  let features: @Sendable (TenantScope) async throws -> Set<String>
  let clock: any WallClock

  /// A tenant's record and which of its revisions it is at least.
  struct Loaded: Sendable {
    let record: TenantRecord
    let revision: Int64
  }

  /// What could be read of tenants, and of whom it could not.
  struct Reading: Sendable {
    var loaded: [Loaded] = []
    /// Why, by tenant: a schema that is being migrated, a login that fails.
    var failures: [Int64: any Error] = [:]
  }

  /// Tenants read at the same time: of hundreds, enough to hide the way to the database, not so many that visitors and
  /// admins feel it.
  private static let atOnce = 4

  /// All tenants whose clicks are taken: suspended ones too, for only their dashboard is closed.
  var tenants: [Tenant] { directory.all.filter { $0.status != .deleted } }

  /// One that can't be read holds up nobody. Throws when none can.
  func load(_ tenants: [Tenant]) async throws -> Reading {
    var reading = Reading()
    for (tenant, result) in await EachTenant.run(tenants, atOnce: Self.atOnce, { try await load($0) }) {
      switch result {
      case .success(let loaded): reading.loaded.append(loaded)
      case .failure(let error): reading.failures[tenant.id] = error
      }
    }
    try Task.checkCancellation()
    if reading.loaded.isEmpty, let error = reading.failures.values.first { throw error }
    return reading
  }

  /// The tenants' present revisions, without those that can't be read. Asked on the owner's login, which has a connection
  /// already, where each tenant's own would need one.
  func revisions(of tenants: [Tenant]) async -> [Int64: Int64] {
    let outcomes = await EachTenant.run(tenants, atOnce: Self.atOnce) { tenant in
      try await control.query("SELECT revision FROM \(tenant.schema).configuration WHERE id = 1").first?
        .get("revision", as: Int64.self)
    }
    var revisions: [Int64: Int64] = [:]
    for case (let tenant, .success(let revision?)) in outcomes { revisions[tenant.id] = revision }
    return revisions
  }

  /// Everything that is not a tenant's own.
  func frame(_ tenants: [TenantRecord]) -> SnapshotRecords {
    SnapshotRecords(
      takenAt: clock.now(), isSingleTenant: directory.isSingleTenant, publicHosts: directory.publicHosts,
      tenants: tenants)
  }

  func load(_ tenant: Tenant) async throws -> Loaded {
    let scope = try scopes(tenant)
    // Before anything else: what is committed meanwhile is read again.
    let revision = try await scope.query("SELECT revision FROM \(scope.schema).configuration WHERE id = 1").first?
      .get("revision", as: Int64.self)
    var record = TenantRecord(id: tenant.id, slug: tenant.slug, isDefault: tenant.isDefault)
    record.hosts = try await hosts(of: tenant, scope)
    let general = try await settings.all(of: scope)
    record.settings.currency = general.currency
    record.settings.timeZone = general.timeZone
    record.settings.uniquenessHours = Int(general.uniquenessHours)
    record.settings.anonymizesAddresses = general.anonymizesAddresses
    record.features = try await features(scope)
    record.campaigns = try await campaigns(scope)
    record.flows = try await flows(scope)
    record.landings = try await landings(scope)
    record.offers = try await offers(scope)
    record.sources = try await sources(scope)
    record.networks = try await networks(scope)
    record.profiles = try await TrackingProfileStore().records(of: scope)
    record.blacklist = try await BlacklistStore(clock: clock).records(of: scope)
    record.zones = record.zoneNames.sorted().compactMap { ZoneRecord.around(clock.now(), $0) }
    record.capCounts = try await capCounts(record, scope)
    return Loaded(record: record, revision: revision ?? 0)
  }

  private func campaigns(_ scope: TenantScope) async throws -> [CampaignRecord] {
    try await scope.query(
      """
      SELECT id, slug, name, source_id, offer_id, cost_model, cost_micros, currency, append_click_param, status,
        bot_filter, bot_redirect_url, cap_limit, cap_hours, cap_redirect_url, cap_key, tracking_profile_id, pixels
      FROM \(scope.schema).campaigns WHERE archived_at IS NULL
      """
    ).map { row in
      var record = CampaignRecord(
        id: try row.get("id"), slug: try row.get("slug"), name: try row.get("name"), currency: try row.get("currency"))
      record.sourceID = try row.get("source_id")
      record.offerID = try row.get("offer_id")
      record.costModel = CostModel(rawValue: try row.get("cost_model")) ?? .none
      record.cost = try row.get("cost_micros")
      record.appendsClickParameter = try row.get("append_click_param")
      record.isPaused = try row.get("status", as: String.self) == "paused"
      record.botFilter = try CampaignStore.botFilter(row)
      record.frequencyCap = try CampaignStore.frequencyCap(row)
      record.profileID = try row.get("tracking_profile_id")
      record.pixels = try CampaignStore.pixels(row)
      return record
    }
  }

  private func flows(_ scope: TenantScope) async throws -> [FlowRecord] {
    try await scope.query(
      """
      \(FlowStore.selection(scope)) JOIN \(scope.schema).campaigns c ON c.id = f.campaign_id
      WHERE c.archived_at IS NULL ORDER BY f.campaign_id, f.position, f.id
      """
    ).map { try FlowStore.flow($0).record }
  }

  private func landings(_ scope: TenantScope) async throws -> [LandingRecord] {
    try await scope.query(
      "SELECT id, name, html, url, status, protected FROM \(scope.schema).landings WHERE archived_at IS NULL"
    ).map { row in
      let html = try row.get("html", as: String?.self)
      let url = try row.get("url", as: String?.self)
      var record = LandingRecord(
        id: try row.get("id"), name: try row.get("name"), content: html.map { .local(html: $0) } ?? .url(url ?? ""))
      record.isProtected = try row.get("protected")
      record.isPaused = try row.get("status", as: String.self) == "paused"
      return record
    }
  }

  private func offers(_ scope: TenantScope) async throws -> [OfferRecord] {
    let payouts = try await scope.query("SELECT offer_id, country, payout_micros FROM \(scope.schema).offer_payouts")
    var geo: [Int64: [String: Micros]] = [:]
    for row in payouts {
      geo[try row.get("offer_id"), default: [:]][try row.get("country")] = try row.get("payout_micros", as: Micros.self)
    }
    return try await scope.query(
      """
      SELECT id, name, url, network_id, payout_micros, currency, cap_daily, cap_total, status
      FROM \(scope.schema).offers WHERE archived_at IS NULL
      """
    ).map { row in
      var record = OfferRecord(
        id: try row.get("id"), name: try row.get("name"), url: try row.get("url"), currency: try row.get("currency"))
      record.networkID = try row.get("network_id")
      record.payout = try row.get("payout_micros")
      record.geoPayouts = geo[record.id] ?? [:]
      record.capDaily = try row.get("cap_daily", as: Int32?.self).map(Int.init)
      record.capTotal = try row.get("cap_total", as: Int32?.self).map(Int.init)
      record.isPaused = try row.get("status", as: String.self) == "paused"
      return record
    }
  }

  /// Of offers with a cap.
  private func capCounts(_ record: TenantRecord, _ scope: TenantScope) async throws -> [Int64: OfferCaps.Count] {
    let zone = record.zones.first { $0.name == record.settings.timeZone }
    var counts: [Int64: OfferCaps.Count] = [:]
    for offer in record.offers where offer.capDaily != nil || offer.capTotal != nil {
      counts[offer.id] = try await OfferCapStore().count(
        offer: offer.id, capDaily: offer.capDaily, capTotal: offer.capTotal,
        on: zone.map { LocalClock($0) } ?? .utc, at: clock.now(), of: scope)
    }
    return counts
  }

  private func sources(_ scope: TenantScope) async throws -> [SourceRecord] {
    try await scope.query(
      """
      SELECT id, name, template, parameters, click_id_param, cost_param, postback_url, currency, notes
      FROM \(scope.schema).sources WHERE archived_at IS NULL
      """
    ).map { row in
      var record = SourceRecord(id: try row.get("id"), name: try row.get("name"))
      let draft = try TrafficSourceStore.draft(row)
      record.clickIDParameter = draft.clickIDParameter
      record.moreClickIDParameters = draft.moreClickIDParameters
      record.costParameter = draft.costParameter
      record.currency = draft.currency
      return record
    }
  }

  private func networks(_ scope: TenantScope) async throws -> [NetworkRecord] {
    try await scope.query(
      """
      SELECT id, name, postback_key, require_key, allowed_addresses FROM \(scope.schema).networks
      WHERE archived_at IS NULL
      """
    ).map { row in
      var record = NetworkRecord(
        id: try row.get("id"), name: try row.get("name"), postbackKey: try row.get("postback_key"))
      record.requiresKey = try row.get("require_key")
      record.allowedAddresses = try row.get("allowed_addresses")
      return record
    }
  }
}
