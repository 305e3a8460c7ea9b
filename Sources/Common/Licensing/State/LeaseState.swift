public import Core

/// All that a tracker remembers of its licence from one heartbeat to the next, and the rules by which rights come and
/// go: only a signed word changes them, and time does when the signed word has run out.
///
/// A value: the caller stores ``json`` after each change.
public struct LeaseState: Sendable, Hashable {
  /// Whether a lease changed anything.
  public enum Acceptance: Sendable, Hashable {
    case accepted
    /// Older than what is known already: a lease or decision played again.
    case outdated
  }

  /// The newest lease of a licence that was given back.
  struct GivenBack: Sendable, Hashable {
    let licenseID: String
    let sequence: Int64
  }

  /// How a lease came here. One from the network was made just now, so it also tells the time.
  public enum Origin: Sendable { case network, file }

  public internal(set) var lease: VerifiedLease?
  /// The signed refusal that took the rights away, if one did.
  public internal(set) var refusal: VerifiedDecision?
  /// The last signed answer, on our clock.
  public internal(set) var lastContact: Timestamp?
  /// The latest time our clock has shown, so that setting it back gains nothing.
  public internal(set) var maxSeenTime: Timestamp?
  /// The server's clock minus ours, when they differ by more than the tolerance.
  public internal(set) var clockOffset: Duration
  public internal(set) var licenseExpiresAt: Timestamp?
  public internal(set) var clones: CloneWatch
  var givenBack: GivenBack?

  /// Never activated.
  public init() {
    clockOffset = .zero
    clones = CloneWatch()
  }

  /// Takes a fresh lease. It replaces what was there and lifts a refusal, unless it is older than either.
  public mutating func accept(
    _ fresh: VerifiedLease, from origin: Origin, at now: Timestamp, licenseExpiresAt: Timestamp? = nil,
    domainHash: String? = nil
  ) -> Acceptance {
    if let refusal = refusal?.decision, fresh.claims.issuedAt < refusal.issuedAt { return .outdated }
    if let known = lease?.claims {
      if known.licenseID != fresh.claims.licenseID {
        clones = CloneWatch()
      } else if fresh.claims.sequence <= known.sequence {
        return .outdated
      }
    }
    if case .file = origin, let givenBack, givenBack.licenseID == fresh.claims.licenseID,
      fresh.claims.sequence <= givenBack.sequence
    {
      return .outdated
    }
    clones.observe(domainHash: domainHash)
    lease = fresh
    refusal = nil
    self.licenseExpiresAt = licenseExpiresAt
    if case .network = origin { synchronize(serverTime: fresh.claims.issuedAt, at: now) } else { tick(at: now) }
    return .accepted
  }

  /// Takes the server's signed word on our last request. A refusal ends the rights at once.
  public mutating func accept(_ word: VerifiedDecision, at now: Timestamp) -> Acceptance {
    if let lease, word.decision.issuedAt < lease.claims.issuedAt { return .outdated }
    if let refusal, word.decision.issuedAt < refusal.decision.issuedAt { return .outdated }
    refusal = word.decision.isValid ? nil : word
    synchronize(serverTime: word.decision.issuedAt, at: now)
    return .accepted
  }

  /// The licence is given back. Its lease files are not taken again; the server may give a new one.
  public mutating func giveBack() {
    let former = lease.map { GivenBack(licenseID: $0.claims.licenseID, sequence: $0.claims.sequence) }
    let seen = maxSeenTime
    self = LeaseState()
    givenBack = former
    maxSeenTime = seen
  }

  /// The server has named this licence as used twice.
  public mutating func noteCloneSuspicion() { clones.adoptSuspicion() }

  /// Remembers how far the clock has come. To be called, and the state stored, about once an hour.
  public mutating func tick(at now: Timestamp) { maxSeenTime = max(now, maxSeenTime ?? now) }

  /// The server's clock is the judge: it corrects ours, also when ours once was far ahead.
  private mutating func synchronize(serverTime: Timestamp, at now: Timestamp) {
    let offset = serverTime - now
    clockOffset = offset.isWithin(LeaseTerms.clockTolerance) ? .zero : offset
    maxSeenTime = now
    lastContact = now
  }

  /// The time by which rights are judged: never earlier than what was seen, on the server's clock.
  func judgedTime(at now: Timestamp) -> Timestamp { max(now, maxSeenTime ?? now) + clockOffset }
}

extension Duration {
  /// At most `tolerance` to either side of zero.
  func isWithin(_ tolerance: Duration) -> Bool { self <= tolerance && .zero - self <= tolerance }
}
