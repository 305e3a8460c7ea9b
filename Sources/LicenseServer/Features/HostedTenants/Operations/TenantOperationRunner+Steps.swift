import Core
import Database
import Licensing
import Security

// The requests of each step. All of them may be sent again.
extension TenantOperationRunner {
  func perform(_ operation: TenantOperation, on tenant: HostedTenant) async throws -> Result {
    let slug = tenant.slug
    switch operation.step {
    case .place, .welcome, .switchOver: return .done
    case .check: return try await check(operation, tenant)
    case .create:
      try await create(tenant, on: home(of: tenant))
    case .suspend, .freeze: try await home(of: tenant).suspend(slug)
    case .resume: try await home(of: tenant).resume(slug)
    case .export: return .archived(try await export(operation, tenant))
    case .reserve: try await reserve(operation, tenant)
    case .transfer: try await transfer(operation)
    case .readIn:
      guard let archive = operation.archive else { throw Superseded() }
      try await client(operation.targetID)
        .importTenant(slug, from: operation.archiveID, sha256: archive.sha256)
    case .license: try await bindLicense(of: tenant, on: client(operation.targetID))
    case .settle:
      let target = try await client(operation.targetID)
      operation.formerStatus == .suspended ? try await target.suspend(slug) : try await target.resume(slug)
    case .retire:
      let former = try await operation.kind == .move ? client(operation.sourceID) : home(of: tenant)
      try await former.delete(slug, purge: false)
    case .clean:
      try await sweep(operation)
      // An earlier export is the former tracker's, and goes.
      if let archive = tenant.archive { try await client(operation.sourceID).removeArchive(archive.id) }
    case .purge:
      let tracker = try await home(of: tenant)
      try await tracker.delete(slug, purge: true)
      if let archive = tenant.archive { try await tracker.removeArchive(archive.id) }
    case .remove: try await remove(operation, tenant)
    case .reopen:
      if operation.formerStatus == .active { try await home(of: tenant).resume(slug) }
    case .sweep: try await sweep(operation)
    }
    return .done
  }

  /// The tracker that the tenant is on.
  private func home(of tenant: HostedTenant) async throws -> TrackerClient { try await client(tenant.trackerID) }

  private func client(_ id: Int64?) async throws -> TrackerClient {
    guard let id else { throw TrackerFault.refused(status: 404, "The tenant is on no tracker.") }
    return try await fleet.client(for: id)
  }

  /// A tenant of that slug on the tracker is somebody else's: it must be neither adopted nor, should making ours fail,
  /// removed. A tracker that does not answer is passed over.
  private func check(_ operation: TenantOperation, _ tenant: HostedTenant) async throws -> Result {
    guard let id = tenant.trackerID, let tracker = try await TrackerStore(database).find(id) else { return .placeAgain }
    do {
      if try await fleet.client(for: tracker).find(tenant.slug) != nil {
        throw TrackerFault.refused(status: 409, "\(tracker.name) has a tenant with this slug already.")
      }
      return .done
    } catch let fault as TrackerFault where !fault.isPermanent {
      try await TrackerStore(database).noteFailure(tracker.id, fault.description, at: clock.now())
      return .placeAgain
    }
  }

  private func create(_ tenant: HostedTenant, on tracker: TrackerClient) async throws {
    try await tracker.create(
      slug: tenant.slug, name: tenant.name, licenseKey: key(of: tenant.licenseID), domains: tenant.domains,
      admin: tenant.adminEmail)
  }

  private func key(of license: Int64) async throws -> String {
    guard let sealed = try await LicenseStore(database).sealedKey(of: license) else {
      throw TrackerFault.refused(status: 404, "The licence has no key.")
    }
    return try fleet.box.openText(sealed, for: LicenseKey.sealingContext(license: license))
  }

  /// A tracker keeps one export of a tenant: the newest.
  private func export(_ operation: TenantOperation, _ tenant: HostedTenant) async throws -> TrackerClient.Archive {
    let tracker = try await home(of: tenant)
    let archive = try await tracker.makeArchive(operation.archiveID, of: tenant.slug)
    if operation.kind != .move, let former = tenant.archive, former.id != operation.archiveID {
      try await tracker.removeArchive(former.id)
    }
    return archive
  }

  /// The target must be there and have no such tenant, but for what we left there ourselves.
  private func reserve(_ operation: TenantOperation, _ tenant: HostedTenant) async throws {
    let target = try await client(operation.targetID)
    guard try await target.find(tenant.slug) != nil else { return }
    guard let id = operation.targetID, try await HostedTenantStore(database).hasLeftover(of: tenant.id, on: id) else {
      throw TrackerFault.refused(status: 409, "It has a tenant with this slug already.")
    }
    try await target.delete(tenant.slug, purge: true, keepingLicense: true)
  }

  /// Goes on after the bytes that the target has. Each piece is noted, so the page shows how far it is.
  private func transfer(_ operation: TenantOperation) async throws {
    guard let archive = operation.archive else { throw Superseded() }
    let (source, target) = (try await client(operation.sourceID), try await client(operation.targetID))
    var progress = operation
    progress.transferred = min(try await target.received(operation.archiveID), archive.bytes)
    while progress.transferred < archive.bytes {
      try Task.checkCancellation()
      let piece = try await source.readPiece(operation.archiveID, at: progress.transferred)
      guard !piece.isEmpty else { throw TrackerFault.busy(status: 200, "The archive ended early.") }
      try await target.writePiece(piece, of: operation.archiveID, at: progress.transferred)
      progress.transferred += Int64(piece.count)
      guard try await TenantOperationStore(database).save(progress, from: operation.position) else {
        throw Superseded()
      }
    }
  }

  /// Where both installations share a SECRET_KEY the licence came along. Else the new place activates it anew, for which
  /// the old one's slot is freed; that is our doing, so it is none of the customer's transfers.
  private func bindLicense(of tenant: HostedTenant, on target: TrackerClient) async throws {
    guard let license = try await LicenseStore(database).find(tenant.licenseID),
      [.active, .overdue].contains(license.status(at: clock.now()))
    else { return }
    do {
      try await create(tenant, on: target)
    } catch TrackerFault.refused {
      try await database.transaction { connection in
        guard try await LicenseStore(connection).lock(license.id) != nil else { return }
        let instances = InstanceStore(connection)
        for instance in try await instances.all(of: [license.id]) where instance.state == .active {
          try await instances.set(instance.id, state: .deactivated, slotHeldUntil: nil)
        }
      }
      try await create(tenant, on: target)
    }
  }

  /// Takes away what was made on the way forward. The slug was free there before, so what is there is ours.
  private func remove(_ operation: TenantOperation, _ tenant: HostedTenant) async throws {
    if operation.kind == .move {
      try await client(operation.targetID).delete(tenant.slug, purge: true, keepingLicense: true)
    } else {
      try await home(of: tenant).delete(tenant.slug, purge: true)
    }
  }

  private func sweep(_ operation: TenantOperation) async throws {
    for id in [operation.sourceID, operation.targetID] {
      try await client(id).removeArchive(operation.archiveID)
    }
  }
}
