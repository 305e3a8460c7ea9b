import Core
import Database
import Security

/// The key of a network's HMAC signatures. It is shown once; then only sealed.
struct NetworkSecret: Sendable {
  let text: String

  /// After a change the former key is good for this long.
  static let overlap = Duration.days(1)

  /// What a sealed key is bound to.
  static func context(_ networkID: Int64) -> String { "networks.postback_secret:\(networkID)" }

  static func random() -> NetworkSecret { NetworkSecret(text: RandomBytes.make(32).base64url) }
}

/// All SQL on the networks' keys.
struct NetworkSecretStore: Sendable {
  let secrets: SecretBox
  let clock: any WallClock

  /// Gives the network a new key; its former one is good for ``NetworkSecret/overlap`` longer.
  func rotate(
    _ networkID: Int64, to secret: NetworkSecret, of scope: TenantScope, in executor: any SQLExecutor
  ) async throws {
    let sealed = try secrets.seal(secret.text, for: NetworkSecret.context(networkID))
    let now = clock.now()
    try await executor.execute(
      """
      UPDATE \(scope.schema).networks SET former_postback_secret = postback_secret,
        former_secret_until = \(now + NetworkSecret.overlap), postback_secret = \(sealed), postback_secret_set_at = \(now),
        updated_at = \(now)
      WHERE id = \(networkID)
      """)
  }

  /// Its postbacks are taken unsigned from now on.
  func remove(_ networkID: Int64, of scope: TenantScope, in executor: any SQLExecutor) async throws {
    try await executor.execute(
      """
      UPDATE \(scope.schema).networks SET postback_secret = NULL, postback_secret_set_at = NULL,
        former_postback_secret = NULL, former_secret_until = NULL, updated_at = \(clock.now())
      WHERE id = \(networkID)
      """)
  }

  /// Ends the former keys whose time is over.
  func removeFormer(of scope: TenantScope) async throws {
    try await scope.execute(
      """
      UPDATE \(scope.schema).networks SET former_postback_secret = NULL, former_secret_until = NULL
      WHERE former_secret_until <= \(clock.now())
      """)
  }

  /// The keys a signature may be made with, sealed. ``removeFormer(of:)`` ends those of before.
  static func sealedSecrets(_ row: Row) throws(DatabaseError) -> [String] {
    guard let current = try row.get("postback_secret", as: String?.self) else { return [] }
    let former = try row.get("former_postback_secret", as: String?.self)
    return [current, former].compactMap(\.self)
  }
}
