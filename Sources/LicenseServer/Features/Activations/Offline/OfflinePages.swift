import Core
import Database
import Web

/// Where staff, and customers for their own licences, hand in request files.
struct OfflinePages: Sendable {
  let database: ConnectionPool
  let desk: OfflineActivationDesk

  func register(in table: inout StaffTable) {
    table.action(
      "/licenses/{id}/offline-lease", .write(.licences), "Signs a lease file for a tracker without network",
      bodyLimit: OfflineActivationForm.bodyLimit
    ) { call in
      let (request, days) = try OfflineActivationForm.read(call.form)
      let issued = try await desk.issue(request, for: call.id(), days: days, by: call.actor)
      return OfflineActivationForm.download(issued)
    }
  }

  func register(in table: inout PortalTable) {
    table.action(
      "/licenses/{id}/offline-lease", .portalWrite(.licences), "Signs a lease file for a tracker without network",
      bodyLimit: OfflineActivationForm.bodyLimit
    ) { call in
      let license = try await LicenseStore(database).own(call)
      let (request, days) = try OfflineActivationForm.read(call.form)
      let issued = try await desk.issue(request, for: license.id, days: days, by: call.actor)
      return OfflineActivationForm.download(issued)
    }
  }
}
