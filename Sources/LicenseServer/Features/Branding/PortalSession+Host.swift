import Core
import Database

extension PortalSession {
  /// On a reseller's host the portal shows that reseller's customers only; on ours, all that the user belongs to.
  func shown(on host: HostBrand, in database: any SQLExecutor) async throws -> PortalSession {
    guard let reseller = host.resellerID else { return self }
    let visible = try await ResellerCustomerStore(database).visible(user.memberships.map(\.customerID), to: reseller)
    let memberships = user.memberships.filter { visible.contains($0.customerID) }
    let user = PortalUser(
      id: user.id, email: user.email, hasPassword: user.hasPassword, usesTOTP: user.usesTOTP, memberships: memberships)
    return PortalSession(
      id: id, user: user, tokenHash: tokenHash, verifiedAt: verifiedAt,
      membership: memberships.first { $0 == membership } ?? memberships.first)
  }
}
