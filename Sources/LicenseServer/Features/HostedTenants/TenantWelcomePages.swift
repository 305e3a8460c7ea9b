import Core
import Database
import Security
import Web

/// From the mail to the tenant: the tracker makes the password link when it is asked for, so none lies in a queue or a
/// mailbox.
struct TenantWelcomePages: Sendable {
  let database: ConnectionPool
  let fleet: TrackerFleet
  let layout: Layout
  let clock: any WallClock

  static func path(_ token: SecretToken) -> String { "/portal/hosted/\(token.text)" }

  func register(in table: inout PortalTable) {
    table.openPage("/hosted/{token}", "Where a hosted tenant's first admin begins") { call in
      let tenant = try await found(call)
      return .html(
        layout.plain(
          "Welcome to \(tenant.name)",
          """
          <p>Choose a password for \(tenant.adminEmail), and you are in.</p>
          <form method="post" action="\(href: "/portal/hosted/\(call.parameter("token"))")">
          <button class="btn btn-primary w-100">Choose a password</button></form>
          """))
    }
    table.openAction("/hosted/{token}", "Leads on to the tenant's own page", handler: lead)
  }

  @Sendable private func lead(_ call: OpenCall<Vendor>) async throws -> Reply {
    let tenant = try await found(call)
    guard let tracker = tenant.trackerID, let address = tenant.address else { throw Problem.notFound("invitation") }
    let path: String
    do {
      path = try await fleet.client(for: tracker).passwordLink(tenant.slug, for: tenant.adminEmail)
    } catch let fault as TrackerFault {
      throw fault.problem
    }
    guard try await TenantWelcomeStore(database).redeem(token: call.parameter("token"), at: clock.now()) else {
      throw Problem.notFound("invitation")
    }
    // A link and no redirect: the page's policy lets forms go nowhere but here.
    return .html(
      layout.plain(
        "Nearly there",
        """
        <p>Go on to \(address) and choose your password.</p>
        <p><a class="btn btn-primary w-100" href="\(href: "\(address)\(path)")" rel="noreferrer">Go on</a></p>
        """))
  }

  private func found(_ call: OpenCall<Vendor>) async throws -> HostedTenant {
    let token = call.parameter("token")
    guard let id = try await TenantWelcomeStore(database).tenant(token: token, at: clock.now()),
      let tenant = try await HostedTenantStore(database).find(id), tenant.status.isLive
    else { throw Problem.notFound("invitation") }
    return tenant
  }
}
