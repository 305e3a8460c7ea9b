import Core
import Database
import Security

/// What MaxMind knows this installation by. The key is stored sealed, and only its end is ever shown.
struct GeoIPAccount: Sendable {
  /// Without it, the key alone opens the download.
  var accountID: Int64?
  var sealedKey: String?
  var keyEnding: String?

  private static let secretContext = "settings.geoip.license_key"

  mutating func set(key: String?, secrets: SecretBox) throws {
    sealedKey = try key.map { try secrets.seal($0, for: Self.secretContext) }
    // Of a short text, the end would be too much of it.
    keyEnding = key.flatMap { $0.count >= 12 ? String($0.suffix(4)) : nil }
  }

  /// Nil when there is none, or it was sealed under another SECRET_KEY.
  func key(_ secrets: SecretBox) -> String? {
    sealedKey.flatMap { try? secrets.openText($0, for: Self.secretContext) }
  }

  /// As it may be shown and noted.
  var json: JSONValue {
    [
      "account_id": JSONValue(accountID), "license_key_set": .bool(sealedKey != nil),
      "license_key_last_four": JSONValue(keyEnding),
    ]
  }
}

/// The account, kept among the settings of the tenant that runs the installation.
struct GeoIPStore: Sendable {
  private static let key = "geoip"

  func account(of scope: TenantScope) async throws -> GeoIPAccount {
    let rows = try await scope.query("SELECT value FROM \(scope.schema).settings WHERE key = \(Self.key)")
    let value = try rows.first?.get("value", as: JSONValue.self)
    return GeoIPAccount(
      accountID: value?["account_id"]?.intValue, sealedKey: value?["license_key"]?.stringValue,
      keyEnding: value?["license_key_last_four"]?.stringValue)
  }

  func save(
    _ account: GeoIPAccount, at time: Timestamp, of scope: TenantScope, in executor: any SQLExecutor
  ) async throws {
    let value: JSONValue = [
      "account_id": JSONValue(account.accountID), "license_key": JSONValue(account.sealedKey),
      "license_key_last_four": JSONValue(account.keyEnding),
    ]
    try await executor.execute(
      """
      INSERT INTO \(scope.schema).settings (key, value, updated_at) VALUES (\(Self.key), \(value), \(time))
      ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value, updated_at = EXCLUDED.updated_at
      """)
  }
}
