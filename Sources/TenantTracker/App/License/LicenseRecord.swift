import Core
import Database
import Licensing

/// What a tenant's database keeps of its licence.
struct LicenseRecord: Sendable {
  /// Made once: who this installation of the tenant is to the licence server.
  var instanceID: String
  /// Sealed; nil without a licence.
  var sealedKey: String?
  var keyLastFour: String?
  var keys: JWKS
  /// Stored as JSON; every signature is checked again on reading.
  var state: LeaseState

  /// The only SQL on the licence row.
  /// - Parameter transaction: holds the row until its end.
  static func load(_ scope: TenantScope, in transaction: Connection? = nil) async throws -> LicenseRecord? {
    let executor: any SQLExecutor = transaction ?? scope
    let row = try await executor.query(
      """
      SELECT instance_uid, license_key, key_last_four, jwks, state FROM \(scope.schema).license WHERE id = 1
      \(transaction == nil ? "" : "FOR UPDATE" as SQL)
      """
    ).first
    guard let row else { return nil }
    let keys = try row.get("jwks", as: JSONValue?.self).flatMap { JWKS(json: $0) } ?? JWKS([])
    let instanceID = try row.get("instance_uid", as: String.self)
    return LicenseRecord(
      instanceID: instanceID, sealedKey: try row.get("license_key"), keyLastFour: try row.get("key_last_four"),
      keys: keys,
      state: LeaseState(
        json: try row.get("state", as: JSONValue.self), verifier: LeaseVerifier(keys: keys), fingerprint: instanceID))
  }

  /// The record, made with a fresh instance id if there is none; of several at once one id wins.
  static func loadOrMake(_ scope: TenantScope, at time: Timestamp) async throws -> LicenseRecord {
    if let record = try await load(scope) { return record }
    try await scope.execute(
      """
      INSERT INTO \(scope.schema).license (id, instance_uid, state, updated_at)
      VALUES (1, \(InstanceIdentity.generateID()), \(LeaseState().json), \(time)) ON CONFLICT (id) DO NOTHING
      """)
    guard let record = try await load(scope) else { throw TenancyError.corruptCatalog }
    return record
  }

  func save(_ scope: TenantScope, in transaction: Connection? = nil, at time: Timestamp) async throws {
    let executor: any SQLExecutor = transaction ?? scope
    try await executor.execute(
      """
      UPDATE \(scope.schema).license SET license_key = \(sealedKey), key_last_four = \(keyLastFour),
        jwks = \(keys.json), state = \(state.json), updated_at = \(time)
      WHERE id = 1
      """)
  }
}
