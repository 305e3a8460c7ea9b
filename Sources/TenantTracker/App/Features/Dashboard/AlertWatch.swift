import ClickPath
import Conversions
import Core
import Database
import Foundation
import Geo
import Licensing
import Web

/// Gathers what the dashboard warns of: from the account's tables, and from what this process knows anyway.
struct AlertWatch: Sendable {
  let clock: any WallClock
  let snapshot: @Sendable () -> Snapshot
  let caps: OfferCaps
  /// Of this server.
  let machine: @Sendable () -> AlertSigns.Machine

  private let store = AlertStore()
  private static let hour = Duration.hours(1)
  private static let licenceNotice = Duration.days(14)

  init(_ parts: ServingParts) {
    let (tail, journal, library) = (parts.tail, parts.journal, parts.geoip.library)
    let (clock, directory) = (parts.tracker.clock, parts.tracker.configuration.stateDirectory)
    self.init(
      clock: clock, snapshot: { [snapshots = parts.snapshots] in snapshots.current }, caps: parts.caps,
      machine: {
        let figures = journal.figures
        let country = library.status().first { $0.slot == .city }
        return AlertSigns.Machine(
          waitingClicks: tail.count, lostRecords: figures.failed + figures.losses,
          freeBytes: Self.freeBytes(at: directory), lacksGeoIP: country?.state(at: clock.now()) == .missing)
      })
  }

  init(
    clock: any WallClock, snapshot: @escaping @Sendable () -> Snapshot, caps: OfferCaps,
    machine: @escaping @Sendable () -> AlertSigns.Machine
  ) {
    self.clock = clock
    self.snapshot = snapshot
    self.caps = caps
    self.machine = machine
  }

  /// - Parameter unconverted: of the report that is shown.
  func signs(unconverted: Int64, _ call: TrackerCall) async throws -> AlertSigns {
    let (scope, session, now) = (call.place.scope, call.session, clock.now())
    var refused = PostbackFilter()
    refused.period = (now - Self.hour)..<(now + .minutes(1))
    return AlertSigns(
      licence: licence(session.standing, at: now), macros: try await store.macros(at: now, of: scope),
      unmappedStatuses: session.unmappedStatuses, pendingReviews: session.pendingReviews,
      refusedPostbacks: try await PostbackLogStore().countFruitless(
        refused, through: UUIDv7(high: .max, low: .max), upTo: AlertStore.limit, of: scope),
      deadDeliveries: try await store.deadDeliveries(of: scope), cappedOffers: cappedOffers(of: scope, at: now),
      deadEnds: try await store.deadEnds(of: scope), unconverted: unconverted,
      machine: call.place.tenant.isDefault ? machine() : nil)
  }

  /// As the click path sees them.
  private func cappedOffers(of scope: TenantScope, at now: Timestamp) -> [NameStore.Name] {
    guard let tenant = snapshot().tenants[scope.tenantID] else { return [] }
    return tenant.offers.values.filter { caps.isCapped($0, of: tenant, at: now) }
      .map { NameStore.Name(id: $0.id, name: $0.name) }.sorted { $0.id < $1.id }
  }

  /// What the banner says already is not said twice.
  private func licence(_ standing: LicenseStanding, at now: Timestamp) -> String? {
    guard standing.banner == nil, let end = standing.expiresAt, end - now < Self.licenceNotice else { return nil }
    return "The licence ends on \(end.rfc3339.prefix(10))."
  }

  private static func freeBytes(at path: String) -> Int64? {
    let attributes = try? FileManager.default.attributesOfFileSystem(forPath: path)
    return (attributes?[.systemFreeSize] as? NSNumber)?.int64Value
  }
}
