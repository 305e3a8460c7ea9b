import Licensing

/// The wiring of licences and instances.
extension ControlPlane {
  func offlineDesk(_ keys: SigningKeys) -> OfflineActivationDesk {
    OfflineActivationDesk(database: database, desk: desk, keys: keys, box: box, clock: clock)
  }

  func registerLicensePages(in table: inout StaffTable, _ layout: Layout, _ keys: SigningKeys) {
    let pages = LicensePages(database: database, licenses: licenses, layout: layout, clock: clock)
    LicenseListPages(database: database, licenses: licenses, layout: layout, clock: clock).register(in: &table)
    LicenseFormPages(database: database, licenses: licenses, pages: pages).register(in: &table)
    pages.register(in: &table)
    InstancePages(database: database, alarms: cloneAlarms, layout: layout, clock: clock).register(in: &table)
    OfflinePages(database: database, desk: offlineDesk(keys)).register(in: &table)
  }
}
