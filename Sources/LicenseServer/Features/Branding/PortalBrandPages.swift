import Billing
import Core
import Database
import Licensing
import Web

/// The pages on which a customer with the white-label feature sets its brand.
struct PortalBrandPages: Sendable {
  static let path = "/portal/branding"

  let editor: BrandEditor
  let database: ConnectionPool
  let layout: Layout
  let clock: any WallClock

  func register(in table: inout PortalTable) {
    table.page("/branding", .portalWrite(.licences), "One's brands") { call in
      guard try await isEntitled(call) else {
        return page(
          call, "Branding",
          """
          <p>With the \(Feature.whiteLabel.plan.title) plan your trackers carry your own name, logo and colours. \
          None of your licences has it.</p>
          """)
      }
      return page(
        call, "Branding",
        try await editor.list(
          owner(call), call, path: Self.path, note: "Trackers on your licences with white label carry these brands."))
    }
    table.page("/branding/edit", .portalWrite(.licences), "The branding editor") { call in
      try await check(call)
      return page(call, "Brand", try await editor.form(owner(call), call, path: Self.path, rights: Self.rights, nil))
    }
    table.action("/branding", .portalWrite(.licences), "Saves a brand", bodyLimit: 262_144, handler: save)
    table.action("/branding/{id}/delete", .portalWrite(.licences), "Deletes a brand") { call in
      try await editor.desk.delete(call.id(), of: owner(call), by: call.actor)
      return .redirect(to: Self.path, flash: Flash(.success, "The brand is deleted."))
    }
  }

  private static let rights = BrandEditor.Rights(mayChange: true, mayHidePoweredBy: true)

  private func owner(_ call: PortalCall) throws(Problem) -> BrandOwner { .customer(try call.session.customer) }

  @Sendable private func save(_ call: PortalCall) async throws -> Reply {
    try await check(call)
    do {
      try await editor.save(owner(call), call, rights: Self.rights, by: call.actor)
      return .redirect(
        to: Self.path, flash: Flash(.success, "The brand is saved. Trackers follow with their next lease."))
    } catch let problem as Problem where [409, 422].contains(problem.status) {
      let form = try await editor.form(owner(call), call, path: Self.path, rights: Self.rights, problem)
      return page(call, "Brand", form, status: problem.status)
    }
  }

  private func check(_ call: PortalCall) async throws {
    guard try await isEntitled(call) else {
      throw Problem.featureNotLicensed(feature: Feature.whiteLabel.title, plan: Feature.whiteLabel.plan.title)
    }
  }

  /// What a reseller gives its customers is the reseller's brand: there the plan itself must have the feature.
  private func isEntitled(_ call: PortalCall) async throws -> Bool {
    let now = clock.now()
    let customer = try call.session.customer
    let isResold = try await ResellerCustomerStore(database).reseller(of: customer) != nil
    return try await LicenseStore(database).all(ofCustomers: [customer]).contains { license in
      [.active, .overdue].contains(license.status(at: now))
        && (isResold
          ? license.plan.features.contains(Feature.whiteLabel.rawValue)
          : license.entitlements.includes(.whiteLabel))
    }
  }

  private func page(_ call: PortalCall, _ title: String, _ content: HTML, status: Int = 200) -> Reply {
    var reply = layout.portalPage(
      Layout.Frame(title: title, current: Self.path, scripts: ["brand-preview.js"]), call, content)
    reply.status = status
    return reply
  }
}
