public import Core

/// How one of a library's databases stands.
public struct GeoStatus: Sendable {
  public enum State: String, Hashable, Sendable, CaseIterable {
    case ok
    /// There is no file for it.
    case missing
    /// The file can't be used, or its data was found damaged. What was loaded before stays in use.
    case corrupt
    /// In use, but its data is older than ``GeoStatus/freshness``.
    case old
  }

  /// MaxMind asks for data not older than this.
  public static let freshness = Duration.days(30)

  public let slot: GeoSlot
  /// The file's edition: the first there is, else the one that the download would fetch.
  public let edition: String
  /// Why the file can't be used.
  public let fault: GeoFault?
  /// What is in use now, which may have been loaded from the file as it was before.
  public let facts: GeoDatabaseFacts?
  public let loadedAt: Timestamp?
  /// Look-ups that met damaged data since it was loaded.
  public let damageCount: Int

  public func state(at now: Timestamp) -> State {
    if fault != nil || damageCount > 0 { return .corrupt }
    guard let facts else { return .missing }
    return now - facts.builtAt > Self.freshness ? .old : .ok
  }
}
