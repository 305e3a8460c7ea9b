public import Core

/// Notices when one licence is used by two copies of a tracker at once.
///
/// Copies made from one database take turns: each finds that the numbers, or the domain, have moved on without it. One
/// such turn is a lost answer or a move to a new domain; two within a few heartbeats make a suspicion, which warns and
/// is reported but takes nothing away. The server sees the numbers (the `seq` that heartbeats present), the tracker the
/// domains, and the server tells the tracker what it suspects.
public struct CloneWatch: Sendable, Hashable {
  public private(set) var alternations: Int
  private var quietHeartbeats: Int
  private var domainHash: String?

  private static let suspicious = 2
  private static let forgivenAfter = 4

  public init() { self.init(alternations: 0, quietHeartbeats: 0, domainHash: nil) }

  private init(alternations: Int, quietHeartbeats: Int, domainHash: String?) {
    self.alternations = alternations
    self.quietHeartbeats = quietHeartbeats
    self.domainHash = domainHash
  }

  public var isSuspected: Bool { alternations >= CloneWatch.suspicious }

  /// One heartbeat: whether it came with the number it should have, and the domain's hash if known.
  public mutating func observe(isInTurn: Bool = true, domainHash: String?) {
    let hasMoved = domainHash != nil && self.domainHash != nil && domainHash != self.domainHash
    if let domainHash { self.domainHash = domainHash }
    if !isInTurn || hasMoved {
      alternations += 1
      quietHeartbeats = 0
    } else {
      quietHeartbeats += 1
      if quietHeartbeats >= CloneWatch.forgivenAfter { alternations = 0 }
    }
  }

  /// The other side's suspicion counts like our own.
  public mutating func adoptSuspicion() {
    alternations = max(alternations, CloneWatch.suspicious)
    quietHeartbeats = 0
  }

  public var json: JSONValue {
    [
      "alternations": .int(alternations), "quiet_heartbeats": .int(quietHeartbeats),
      "domain_hash": JSONValue(domainHash),
    ]
  }

  public init?(json: JSONValue) {
    guard let alternations = json["alternations"]?.intValue, let quiet = json["quiet_heartbeats"]?.intValue else {
      return nil
    }
    self.init(
      alternations: Int(clamping: alternations), quietHeartbeats: Int(clamping: quiet),
      domainHash: json["domain_hash"]?.stringValue)
  }
}
