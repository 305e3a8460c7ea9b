public import Core

/// Work to be done later, and surely: written in the same transaction as what it follows from.
public struct NewJob: Sendable {
  /// Client-made, so that a retried insert adds nothing.
  public let id: UUIDv7
  public var kind: String
  public var payload: JSONValue
  /// The tenant the work is for; handlers of tenant work refuse a job without one.
  public var tenantID: Int64?
  /// While a job of this kind and key waits or runs, another one is not added.
  public var uniqueKey: String?
  /// Not before this time; nil is at once.
  public var notBefore: Timestamp?
  /// How often it is tried before it is given up as dead.
  public var maxAttempts: Int

  public init(
    kind: String, payload: JSONValue = [:], tenantID: Int64? = nil, uniqueKey: String? = nil,
    notBefore: Timestamp? = nil, maxAttempts: Int = 10, id: UUIDv7? = nil
  ) {
    self.id = id ?? UUIDv7(at: SystemClock().now())
    self.kind = kind
    self.payload = payload
    self.tenantID = tenantID
    self.uniqueKey = uniqueKey
    self.notBefore = notBefore
    self.maxAttempts = maxAttempts
  }
}

/// A job that a runner has claimed: its own until the lease runs out.
public struct Job: Sendable {
  public let id: UUIDv7
  public let kind: String
  public let payload: JSONValue
  public let tenantID: Int64?
  /// This attempt included.
  public let attempt: Int
  public let maxAttempts: Int
  /// Proof of the claim.
  let lease: UUIDv7
}

/// A job that was given up.
public struct DeadJob: Sendable {
  public let id: UUIDv7
  public let kind: String
  public let payload: JSONValue
  public let tenantID: Int64?
  public let attempts: Int
  public let lastError: String?
  public let createdAt: Timestamp
  public let diedAt: Timestamp
}

/// How much there is to do.
public struct JobQueueDepth: Sendable, Hashable {
  public let due: Int
  public let scheduled: Int
  public let running: Int
  public let dead: Int
}

/// The claim is gone: the lease ran out and somebody else has the job, or it is done already.
public struct JobLeaseLost: Error, Sendable {}

/// What a handler throws to say what becomes of its job. Any other error means another try by the handler's policy.
public enum JobFailure: Error, Sendable {
  /// Trying again is no use.
  case permanent(String)
  /// Try again after this long, whatever the policy says (a `Retry-After`, say).
  case retry(after: Duration, String)
}
