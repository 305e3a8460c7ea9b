import CMaxMindDB
public import Core

/// What a database's file says of itself.
public struct GeoDatabaseFacts: Hashable, Sendable {
  /// `GeoLite2-City`, `GeoLite2-ASN`...
  public let type: String
  public let builtAt: Timestamp
  /// Nodes of the search tree.
  public let nodeCount: Int
  /// 4: knows IPv4 alone; 6: both.
  public let ipVersion: Int
  /// Bytes of the file.
  public let size: Int
  /// SHA-256 of the file in hex.
  public let checksum: String

  init(_ metadata: MMDB_metadata_s, size: Int, checksum: String) {
    type = GeoText.clean(metadata.database_type.map { String(cString: $0) }) ?? "unknown"
    builtAt = Timestamp(seconds: Int64(clamping: min(metadata.build_epoch, UInt64(1) << 40)))
    nodeCount = Int(metadata.node_count)
    ipVersion = Int(metadata.ip_version)
    self.size = size
    self.checksum = checksum
  }
}
