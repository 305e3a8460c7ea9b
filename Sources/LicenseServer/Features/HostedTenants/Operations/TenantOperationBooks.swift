import Core
import Database

/// What operations mean for our own books. Everything here is a part of the transaction that moves the operation on.
struct TenantOperationBooks: Sendable {
  let connection: Connection

  /// Writes where the operation stands now and, when it has ended, what the tenant is.
  /// - Throws: ``TenantOperationRunner/Superseded`` when somebody else has moved it on since it was read.
  func write(
    _ next: TenantOperation, from operation: TenantOperation, _ tenant: HostedTenant, at now: Timestamp
  ) async throws {
    guard try await TenantOperationStore(connection).save(next, from: operation.position) else {
      throw TenantOperationRunner.Superseded()
    }
    if next.state != .running { try await conclude(next, tenant, at: now) }
  }

  /// What comes of the operation's present step, which was taken.
  func keep(_ operation: TenantOperation, _ tenant: HostedTenant, at now: Timestamp) async throws {
    let tenants = HostedTenantStore(connection)
    switch (operation.kind, operation.step) {
    case (_, .place):
      let trackers = try await TrackerStore(connection).lockAll()
      guard let chosen = RegisteredTracker.choose(among: trackers, at: now) else {
        throw TenantOperationRunner.NotYet(reason: "No tracker that answers has room for another tenant.")
      }
      try await tenants.set(tenant.id, tracker: chosen.id, at: now)
    case (.export, .export), (.delete, .export):
      if let archive = operation.archive {
        try await tenants.set(
          tenant.id,
          archive: .init(id: operation.archiveID, bytes: archive.bytes, sha256: archive.sha256, madeAt: now), at: now)
      }
    case (.move, .reserve):
      if let target = operation.targetID { try await tenants.removeLeftover(of: tenant.id, on: target) }
    case (.move, .switchOver):
      guard let target = operation.targetID, let source = operation.sourceID else {
        throw TenantOperationRunner.Superseded()
      }
      try await tenants.set(tenant.id, tracker: target, at: now)
      try await tenants.addLeftover(of: tenant.id, on: source, purgeAt: now + HostedTenantDesk.movedDataKept)
    case (.move, .clean): try await tenants.set(tenant.id, archive: nil, at: now)
    case (.delete, .retire):
      if let tracker = tenant.trackerID {
        try await tenants.addLeftover(of: tenant.id, on: tracker, purgeAt: now + HostedTenantDesk.deletedDataKept)
      }
    case (.purge, .purge):
      if let tracker = tenant.trackerID { try await tenants.removeLeftover(of: tenant.id, on: tracker) }
      try await tenants.set(tenant.id, archive: nil, at: now)
    default: break
    }
  }

  private func conclude(
    _ operation: TenantOperation, _ tenant: HostedTenant, at now: Timestamp
  ) async throws {
    let tenants = HostedTenantStore(connection)
    try await tenants.set(tenant.id, status: operation.outcome, at: now)
    if operation.outcome == .failed { try await tenants.set(tenant.id, tracker: nil, at: now) }
    guard let changed = try await tenants.find(tenant.id) else { throw TenantOperationRunner.Superseded() }
    try await AuditStore(connection).append(
      AuditEntry(
        action: "tenant.\(operation.kind.rawValue).\(operation.state.rawValue)", subject: "tenant:\(tenant.id)",
        before: ["status": .string(tenant.status.rawValue), "tracker_id": JSONValue(tenant.trackerID)],
        after: [
          "status": .string(changed.status.rawValue), "tracker_id": JSONValue(changed.trackerID),
          "failure": JSONValue(operation.failure),
        ]),
      by: Actor(name: "job", address: nil), at: now)
    guard operation.state == .done, let type = operation.kind.event else { return }
    try await VendorEventStore(connection).record(
      VendorEvent(type, customer: tenant.customerID, data: ["tenant": changed.eventJSON]), at: now)
  }
}

extension TenantOperation.Kind {
  fileprivate var event: VendorEventType? {
    switch self {
    case .provision: .tenantProvisioned
    case .suspend: .tenantSuspended
    case .resume: .tenantResumed
    case .delete: .tenantDeleted
    case .move, .export, .purge: nil
    }
  }
}

extension HostedTenant {
  /// What others are told of it.
  fileprivate var eventJSON: JSONValue {
    [
      "id": .int(id), "slug": .string(slug), "name": .string(name), "license_id": .int(licenseID),
      "address": JSONValue(address), "domains": JSONValue(domains), "status": .string(status.rawValue),
    ]
  }
}
