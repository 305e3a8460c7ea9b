import Core
import Database
import Logging
import Security

/// Everything that hosting tenants takes, put together.
struct Hosting: Sendable {
  let fleet: TrackerFleet
  let trackers: TrackerDesk
  let tenants: HostedTenantDesk
  let jobs: HostedTenantJobs
  private let clock: any WallClock

  /// - Parameter send: how requests reach trackers; nil for real ones, within `policy`.
  init(
    database: ConnectionPool, box: SecretBox, mail: MailJobs, policy: DestinationPolicy,
    send: TrackerClient.Send? = nil,
    clock: any WallClock, logger: Logger
  ) {
    self.clock = clock
    fleet = TrackerFleet(
      database: database, box: box, send: send ?? Self.send(within: policy), clock: clock, logger: logger)
    trackers = TrackerDesk(database: database, box: box, fleet: fleet, clock: clock)
    tenants = HostedTenantDesk(database: database, box: box, fleet: fleet, queue: mail.queue, clock: clock)
    jobs = HostedTenantJobs(
      database: database,
      runner: TenantOperationRunner(
        database: database, fleet: fleet, mail: mail, clock: clock, logger: logger), fleet: fleet, desk: tenants,
      queue: mail.queue, clock: clock, logger: logger)
  }

  private static func send(within policy: DestinationPolicy) -> TrackerClient.Send {
    let client = OutboundHTTP(policy: policy)
    return { request, limits throws(OutboundError) in try await client.send(request, limits: limits) }
  }

  func register(in table: inout StaffTable) {
    TrackerAPI(database: fleet.database, desk: trackers, clock: clock).register(in: &table)
    HostedTenantAPI(database: fleet.database, desk: tenants).register(in: &table)
  }

  func registerPages(in table: inout StaffTable, _ layout: Layout) {
    HostedTenantPages(database: fleet.database, desk: tenants, layout: layout).register(in: &table)
    TrackerPages(database: fleet.database, desk: trackers, layout: layout, clock: clock).register(in: &table)
  }

  func registerWelcome(in table: inout PortalTable, _ layout: Layout) {
    TenantWelcomePages(database: fleet.database, fleet: fleet, layout: layout, clock: clock).register(in: &table)
  }
}
