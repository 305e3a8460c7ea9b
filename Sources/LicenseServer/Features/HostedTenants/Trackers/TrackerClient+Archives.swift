import Core
import Security

/// How a tenant's data leaves one tracker and gets to another: through us, in pieces, so that neither has to reach the
/// other and no size is too large.
extension TrackerClient {
  /// Bytes of one piece.
  static let pieceSize = 4 << 20
  /// Dumping and reading in large tenants takes its time.
  private static let patient = OutboundLimits(totalTimeout: .minutes(60))
  private static let piece = OutboundLimits(
    totalTimeout: .minutes(5), responseSize: pieceSize + 1024, stallTimeout: .seconds(60))

  struct Archive: Sendable, Hashable {
    let bytes: Int64
    let sha256: String
  }

  /// Has the tracker make the archive, or finds the one that it made before under this id.
  func makeArchive(_ id: UUIDv7, of slug: String) async throws -> Archive {
    let answer = try await json(.put, "/tenants/\(slug)/archives/\(id)", limits: Self.patient)
    guard let bytes = answer["bytes"]?.intValue, let sha256 = answer["sha256"]?.stringValue, sha256.utf8.count == 64,
      bytes > 0
    else { throw TrackerFault.notATracker }
    return Archive(bytes: bytes, sha256: sha256)
  }

  /// How many bytes of the archive the tracker has.
  func received(_ id: UUIDv7) async throws -> Int64 {
    guard let bytes = try await json(.get, "/archives/\(id)")["bytes"]?.intValue else { throw TrackerFault.notATracker }
    return bytes
  }

  /// The bytes from `offset` on, at most ``pieceSize``; none at the end.
  func readPiece(_ id: UUIDv7, at offset: Int64) async throws -> [UInt8] {
    try await request(.get, "/archives/\(id)/piece?offset=\(offset)&length=\(Self.pieceSize)", nil, Self.piece).body
  }

  func writePiece(_ bytes: [UInt8], of id: UUIDv7, at offset: Int64) async throws {
    _ = try await request(
      .put, "/archives/\(id)/piece?offset=\(offset)", (bytes, "application/octet-stream"), Self.piece)
  }

  func removeArchive(_ id: UUIDv7) async throws {
    _ = try await request(.delete, "/archives/\(id)", nil, OutboundLimits(totalTimeout: .seconds(30)))
  }

  func importTenant(_ slug: String, from id: UUIDv7, sha256: String) async throws {
    _ = try await json(
      .post, "/tenants/\(slug)/import", ["archive": .string(id.description), "sha256": .string(sha256)],
      limits: Self.patient)
  }
}
