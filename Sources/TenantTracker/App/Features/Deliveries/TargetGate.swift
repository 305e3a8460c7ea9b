import Core

/// What an attempt says of its target.
enum TargetSign: Sendable, Equatable {
  /// It answers, whatever it says.
  case answering
  /// No answer, or only somebody's in front of it (502 to 504).
  case failing
  /// It asks to be left alone for so long.
  case busy(Duration)
  /// The fault was ours.
  case unknown
}

/// How many postbacks each target may be sent at this moment: so many in flight, and for one that fails again and again
/// none for a while, then a single one to see.
struct TargetGate: Sendable {
  private struct Target: Sendable {
    var inFlight = 0
    var failures = 0
    /// Closed until then; afterwards one at a time until an answer comes.
    var closedUntil: Timestamp?
    var pause = TargetGate.firstPause

    var isIdle: Bool { inFlight == 0 && failures == 0 && closedUntil == nil }
  }

  /// In a row, before a target counts as down.
  static let tolerance = 5
  static let firstPause = Duration.seconds(5)
  static let longestPause = Duration.minutes(5)

  /// Targets that nobody visits any more are forgotten beyond so many.
  private static let memory = 5_000

  private let limit: Int
  private var targets: [String: Target] = [:]

  init(limit: Int) { self.limit = limit }

  /// Takes a slot; false when there is none.
  mutating func enter(_ host: String, at now: Timestamp) -> Bool {
    guard free(host, at: now) > 0 else { return false }
    targets[host, default: Target()].inFlight += 1
    return true
  }

  /// Gives the slot back with what was found.
  mutating func leave(_ host: String, _ sign: TargetSign, at now: Timestamp) {
    var target = targets[host] ?? Target()
    target.inFlight = max(0, target.inFlight - 1)
    switch sign {
    case .unknown: break
    case .answering:
      // What failures closed is open; who asked to be left alone still is, whatever it answers to those under way.
      if target.failures >= Self.tolerance || target.closedUntil.map({ $0 <= now }) ?? true { target.closedUntil = nil }
      target.failures = 0
      target.pause = Self.firstPause
    case .busy(let wanted): target.closedUntil = max(target.closedUntil ?? now, now + wanted)
    case .failing:
      target.failures += 1
      // Those that were in flight together fail together: only one of them lengthens the pause.
      if target.failures >= Self.tolerance, target.closedUntil.map({ $0 <= now }) ?? true {
        if target.closedUntil != nil { target.pause = min(target.pause * 2, Self.longestPause) }
        target.closedUntil = now + target.pause
      }
    }
    targets[host] = target.isIdle ? nil : target
    if targets.count > Self.memory { targets = targets.filter { $0.value.inFlight > 0 } }
  }

  func free(_ host: String, at now: Timestamp) -> Int {
    guard let target = targets[host] else { return limit }
    guard let closedUntil = target.closedUntil else { return max(0, limit - target.inFlight) }
    return closedUntil <= now && target.inFlight == 0 ? 1 : 0
  }

  /// Free slots of the targets of which something is known, no more than `share` each.
  func free(upTo share: Int, at now: Timestamp) -> [String: Int] {
    targets.reduce(into: [:]) { $0[$1.key] = min(share, free($1.key, at: now)) }
  }

  /// Whether something may wait for a slot or the end of a pause.
  var isRestricting: Bool { !targets.isEmpty }

  /// When the next pause ends.
  func nextOpening(after now: Timestamp) -> Timestamp? {
    targets.values.compactMap(\.closedUntil).filter { $0 > now }.min()
  }

  var closedCount: Int { targets.values.count { $0.closedUntil != nil } }
}
