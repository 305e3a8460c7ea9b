import Core
import Crypto
import Database

/// All SQL on the files of landings.
struct LandingAssetStore: Sendable {
  func insert(
    _ asset: LandingAsset, landing: Int64, version: Int, of scope: TenantScope, in executor: any SQLExecutor
  ) async throws {
    try await executor.execute(
      """
      INSERT INTO \(scope.schema).landing_assets (landing_id, version, path, content_type, sha256, bytes)
      VALUES (\(landing), \(Int32(clamping: version)), \(asset.path), \(asset.type.value),
        \(Array(SHA256.hash(data: asset.bytes))), \(asset.bytes))
      """)
  }

  func find(_ key: LandingAssets.Key, of scope: TenantScope) async throws -> LandingAssets.Stored? {
    try await scope.query(
      """
      SELECT content_type, sha256, bytes FROM \(scope.schema).landing_assets
      WHERE landing_id = \(key.landingID) AND version = \(Int32(clamping: key.version)) AND path = \(key.path)
      """
    ).first.map { row in
      LandingAssets.Stored(
        type: try row.get("content_type"), tag: try row.get("sha256", as: [UInt8].self).prefix(8).hexText,
        bytes: try row.get("bytes"))
    }
  }
}

extension ArraySlice<UInt8> {
  fileprivate var hexText: String { Array(self).hex }
}
