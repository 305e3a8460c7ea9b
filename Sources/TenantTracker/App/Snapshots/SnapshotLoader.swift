import ClickPath
import Core
import Database
import Foundation

/// Reads the configuration of tenants as the click path needs it.
struct SnapshotLoader: Sendable {
  let directory: TenantDirectory
  let scopes: @Sendable (Tenant) throws -> TenantScope
  let settings: SettingsStore
  let clock: any WallClock

  /// What could be read of all tenants, and of whom it could not.
  struct Reading: Sendable {
    var records: [TenantRecord] = []
    /// Why, by tenant: a schema that is being migrated, a login that fails.
    var failures: [Int64: any Error] = [:]
  }

  /// All tenants whose clicks are taken: suspended ones too, for only their dashboard is closed. One that can't be read
  /// holds up nobody. Throws when none can.
  func load() async throws -> Reading {
    var reading = Reading()
    for tenant in directory.all where tenant.status != .deleted {
      do {
        reading.records.append(try await load(tenant))
      } catch {
        try Task.checkCancellation()
        reading.failures[tenant.id] = error
      }
    }
    if reading.records.isEmpty, let error = reading.failures.values.first { throw error }
    return reading
  }

  /// Everything that is not a tenant's own.
  func frame(_ tenants: [TenantRecord]) -> SnapshotRecords {
    SnapshotRecords(
      takenAt: clock.now(), isSingleTenant: directory.isSingleTenant, publicHosts: directory.publicHosts,
      tenants: tenants)
  }

  func load(_ tenant: Tenant) async throws -> TenantRecord {
    let scope = try scopes(tenant)
    var record = TenantRecord(id: tenant.id, slug: tenant.slug, isDefault: tenant.isDefault)
    record.hosts = directory.hosts(of: tenant.id).map {
      HostRecord(host: $0.host, servesDashboard: $0.servesDashboard)
    }
    let general = try await settings.all(of: scope)
    record.settings.currency = general.currency
    record.settings.timeZone = general.timeZone
    record.campaigns = try await campaigns(scope)
    record.flows = try await flows(scope)
    record.landings = try await landings(scope)
    record.offers = try await offers(scope)
    record.sources = try await sources(scope)
    record.networks = try await networks(scope)
    record.zones = record.zoneNames.sorted().compactMap(zone)
    return record
  }

  private func campaigns(_ scope: TenantScope) async throws -> [CampaignRecord] {
    try await scope.query(
      """
      SELECT id, slug, name, source_id, offer_id, cost_model, cost_micros, currency, append_click_param, status
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
    try await scope.query("SELECT id, name, html, url FROM \(scope.schema).landings WHERE archived_at IS NULL").map {
      row in
      let html = try row.get("html", as: String?.self)
      let url = try row.get("url", as: String?.self)
      return LandingRecord(
        id: try row.get("id"), name: try row.get("name"), content: html.map { .local(html: $0) } ?? .url(url ?? ""))
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
      SELECT id, name, url, network_id, payout_micros, currency FROM \(scope.schema).offers WHERE archived_at IS NULL
      """
    ).map { row in
      var record = OfferRecord(
        id: try row.get("id"), name: try row.get("name"), url: try row.get("url"), currency: try row.get("currency"))
      record.networkID = try row.get("network_id")
      record.payout = try row.get("payout_micros")
      record.geoPayouts = geo[record.id] ?? [:]
      return record
    }
  }

  private func sources(_ scope: TenantScope) async throws -> [SourceRecord] {
    try await scope.query(
      "SELECT id, name, click_id_param, cost_param, currency FROM \(scope.schema).sources WHERE archived_at IS NULL"
    ).map { row in
      var record = SourceRecord(id: try row.get("id"), name: try row.get("name"))
      record.clickIDParameter = try row.get("click_id_param")
      record.costParameter = try row.get("cost_param")
      record.currency = try row.get("currency")
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

  /// A zone's offset now and its changes of the next two years.
  private func zone(_ name: String) -> ZoneRecord? {
    guard let zone = TimeZone(identifier: name) else { return nil }
    let now = clock.now()
    var date = Date(timeIntervalSince1970: Double((now - .days(2)).seconds))
    let end = date.addingTimeInterval(2 * 366 * 86_400)
    let firstOffset = zone.secondsFromGMT(for: date)
    var changes: [ZoneRecord.Change] = []
    while let next = zone.nextDaylightSavingTimeTransition(after: date), next < end {
      changes.append(
        .init(at: Timestamp(seconds: Int64(next.timeIntervalSince1970)), offset: zone.secondsFromGMT(for: next)))
      date = next
    }
    return ZoneRecord(name: name, firstOffset: firstOffset, changes: changes)
  }
}
