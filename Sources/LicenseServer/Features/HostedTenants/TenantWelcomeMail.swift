import Core
import Database
import Security

/// To the first admin of a hosted tenant, once it is up.
struct TenantWelcomeMail: MailTemplate {
  static let kind = "tenant_welcome"
  static let purpose = "When a hosted tenant is ready, to its first admin"
  static let sample = TenantWelcomeMail(tenantID: 1, name: "Acme", address: "https://acme.example.com")

  let tenantID: Int64
  let name: String
  let address: String?

  func content(_ brand: MailBrand) -> MailContent {
    MailContent(
      subject: "\(name) is ready on \(brand.productName)",
      paragraphs: [
        "Your tracker is up and running.",
        "Choose a password to sign in. If its domain does not point to us yet, that has to be done first.",
      ],
      facts: address.map { [("Address", $0)] } ?? [], button: .secret("Choose a password"),
      note: "The link works for seven days.")
  }

  func secretPath(
    for recipient: EmailAddress, in database: any SQLExecutor, at now: Timestamp
  ) async throws -> String? {
    guard let tenant = try await HostedTenantStore(database).find(tenantID), tenant.status.isLive else { return nil }
    return TenantWelcomePages.path(try await TenantWelcomeStore(database).make(for: tenantID, at: now))
  }
}

extension TenantWelcomeMail {
  init(_ tenant: HostedTenant) {
    self.init(tenantID: tenant.id, name: tenant.name, address: tenant.address)
  }
}

/// All SQL on the links in those mails.
struct TenantWelcomeStore: Sendable {
  static let lifetime = Duration.days(7)

  private let database: any SQLExecutor

  init(_ database: any SQLExecutor) { self.database = database }

  func make(for tenant: Int64, at now: Timestamp) async throws(DatabaseError) -> SecretToken {
    try await database.execute("DELETE FROM license.tenant_welcomes WHERE expires_at <= \(now)")
    let token = SecretToken.make(prefix: "tly_welcome")
    try await database.execute(
      """
      INSERT INTO license.tenant_welcomes (token_hash, tenant_id, created_at, expires_at)
      VALUES (\(token.hash.bytes), \(tenant), \(now), \(now + Self.lifetime))
      """)
    return token
  }

  /// Which tenant it leads to, as long as it is good.
  func tenant(token: String, at now: Timestamp) async throws(DatabaseError) -> Int64? {
    try await database.first(
      """
      SELECT tenant_id FROM license.tenant_welcomes
      WHERE token_hash = \(TokenHash(of: token).bytes) AND expires_at > \(now)
      """
    )?.get("tenant_id")
  }

  /// Of several at once one gets it.
  func redeem(token: String, at now: Timestamp) async throws(DatabaseError) -> Bool {
    try await database.execute(
      """
      DELETE FROM license.tenant_welcomes WHERE token_hash = \(TokenHash(of: token).bytes) AND expires_at > \(now)
      """) == 1
  }
}
