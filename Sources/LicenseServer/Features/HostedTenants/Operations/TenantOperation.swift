import Core
import Database
import Web

/// Something being done with a hosted tenant that takes several requests to trackers: a list of steps, each of which may
/// be taken again. What is kept is where it stands, so whoever is killed half-way, the next one goes on from there.
///
/// A step that cannot succeed turns the operation back: the steps taken so far are undone, and it ends as failed with
/// nothing half-made. Past the point where undoing would lose data it only goes forward.
struct TenantOperation: Sendable, Identifiable {
  enum Kind: String, CaseIterable, Sendable, SQLValue, SQLDecodable {
    case provision, suspend, resume, move, export, delete, purge
  }

  enum Step: String, CaseIterable, Sendable, SQLValue, SQLDecodable {
    // of making a tenant
    case place, check, create, welcome
    // of a tenant in its place
    case suspend, resume, export, retire, purge
    // of a move; `freeze` closes the dashboard so that nothing changes under the copy
    case reserve, freeze, transfer, readIn = "import", switchOver = "switch", settle, license, clean
    // of the way back
    case remove, reopen, sweep
  }

  enum Direction: String, Sendable, SQLValue, SQLDecodable { case forward, back }
  enum State: String, Sendable, SQLValue, SQLDecodable { case running, done, failed }

  let id: Int64
  let tenantID: Int64
  let kind: Kind
  var direction: Direction
  var state: State
  var step: Step
  /// How many steps are behind it. Rises with each, so that two runners never both take the same one.
  var position: Int
  /// The tenant's before it began, to go back to.
  let formerStatus: HostedTenant.Status
  /// Of a deletion: whether an archive is made first.
  let withExport: Bool
  let sourceID: Int64?
  let targetID: Int64?
  let archiveID: UUIDv7
  var archive: TrackerClient.Archive?
  /// Bytes of the archive that are at the target.
  var transferred: Int64
  /// Failed ones at the present step.
  var attempts: Int
  var lastError: String?
  /// Why it turned back.
  var failure: String?
  let requestedBy: String
  let startedAt: Timestamp
  var stepAt: Timestamp
  var finishedAt: Timestamp?
}

extension TenantOperation {
  /// The steps of an operation, in order.
  static func steps(of kind: Kind, withExport: Bool) -> [Step] {
    switch kind {
    case .provision: [.place, .check, .create, .welcome]
    case .suspend: [.suspend]
    case .resume: [.resume]
    case .move: [.reserve, .freeze, .export, .transfer, .readIn, .switchOver, .settle, .license, .retire, .clean]
    case .export: [.export]
    case .delete: withExport ? [.freeze, .export, .retire] : [.freeze, .retire]
    case .purge: [.purge]
    }
  }

  /// What undoes it when `step` cannot succeed; nil where there is no way but on.
  static func stepsBack(of kind: Kind, from step: Step) -> [Step]? {
    switch (kind, step) {
    // Before a request to make it was sent there is nothing to remove; the tenant may be on no tracker at all.
    case (.provision, .place), (.provision, .check): []
    case (.provision, .create): [.remove]
    case (.move, .reserve): []
    case (.move, .freeze), (.move, .export), (.move, .transfer): [.reopen, .sweep]
    case (.move, .readIn): [.remove, .reopen, .sweep]
    case (.delete, .freeze), (.delete, .export): [.reopen]
    case (.suspend, _), (.resume, _), (.export, _): []
    default: nil
    }
  }

  /// How often a step that may be undone is tried before it is given up. With ``retryDelay`` about a day for a tenant that
  /// is being made; where a customer waits before closed doors, about a quarter of an hour.
  static func patience(_ kind: Kind, _ step: Step) -> Int {
    switch kind {
    case .provision: 150
    case .move, .delete, .export: 12
    case .suspend, .resume, .purge: .max
    }
  }

  /// The wait after the given failed attempt, from 1: 2 s, 4 s, ... up to ten minutes.
  static func retryDelay(after attempt: Int) -> Duration {
    min(.seconds(2) * (1 << min(max(attempt - 1, 0), 12)), .minutes(10))
  }

  /// All steps of the way it is on.
  var way: [Step] {
    direction == .forward ? Self.steps(of: kind, withExport: withExport) : wayBack
  }

  /// The longest way back: where less is to be undone, it begins further on.
  private var wayBack: [Step] {
    switch kind {
    case .provision: [.remove]
    case .move: [.remove, .reopen, .sweep]
    case .delete: [.reopen]
    case .suspend, .resume, .export, .purge: []
    }
  }

  /// Whether there is still a way back.
  var canTurnBack: Bool { direction == .forward && Self.stepsBack(of: kind, from: step) != nil }

  /// The step was taken.
  mutating func advance(at now: Timestamp) {
    let way = way
    move(to: way.firstIndex(of: step).flatMap { $0 + 1 < way.count ? way[$0 + 1] : nil }, at: now)
  }

  /// From `check` to `place`: the tracker does not answer, so another one is looked for.
  mutating func placeAgain(at now: Timestamp) { move(to: .place, at: now) }

  /// The step failed. It will be tried again, or cannot succeed and the operation turns back.
  /// - Returns: how long to wait before the next attempt; nil to go on at once, on the way back or at the end.
  mutating func fail(_ reason: String, isPermanent: Bool, at now: Timestamp) -> Duration? {
    attempts += 1
    lastError = reason
    let isGivenUp = isPermanent || attempts >= Self.patience(kind, step)
    if isGivenUp, canTurnBack {
      turnBack(because: reason, at: now)
      return nil
    }
    return Self.retryDelay(after: attempts)
  }

  /// Undoes what was done so far. Only while ``canTurnBack``.
  mutating func turnBack(because reason: String, at now: Timestamp) {
    guard direction == .forward, let back = Self.stepsBack(of: kind, from: step) else { return }
    direction = .back
    failure = reason
    move(to: back.first, at: now)
  }

  private mutating func move(to next: Step?, at now: Timestamp) {
    position += 1
    attempts = 0
    lastError = nil
    stepAt = now
    guard let next else {
      state = direction == .forward ? .done : .failed
      finishedAt = now
      return
    }
    step = next
  }

  /// What the tenant is once this has ended.
  var outcome: HostedTenant.Status {
    guard state == .done else { return kind == .provision ? .failed : formerStatus }
    return switch kind {
    case .provision, .resume: .active
    case .suspend: .suspended
    case .move, .export: formerStatus
    case .delete: .deleted
    case .purge: .purged
    }
  }
}

extension TenantOperation {
  var json: JSONValue {
    [
      "id": .int(id), "kind": .string(kind.rawValue), "state": .string(state.rawValue),
      "direction": .string(direction.rawValue), "step": .string(step.rawValue),
      "steps": JSONValue(way.map(\.rawValue)), "attempts": .int(attempts), "last_error": JSONValue(lastError),
      "failure": JSONValue(failure), "source_tracker_id": JSONValue(sourceID), "target_tracker_id": JSONValue(targetID),
      "archive_bytes": JSONValue(archive?.bytes), "transferred": .int(transferred),
      "requested_by": .string(requestedBy), "started_at": JSONValue(startedAt), "step_at": JSONValue(stepAt),
      "finished_at": JSONValue(finishedAt),
    ]
  }

  static let schema = Schema.object([
    .required("id", .integer), .required("kind", .choice(Kind.allCases.map(\.rawValue))),
    .required("state", .choice(["running", "done", "failed"])), .required("direction", .choice(["forward", "back"])),
    .required("step", .string), .required("steps", .array(.string)), .required("attempts", .integer),
    .required("last_error", .string.nullable), .required("failure", .string.nullable),
    .required("source_tracker_id", .integer.nullable), .required("target_tracker_id", .integer.nullable),
    .required("archive_bytes", .integer.nullable), .required("transferred", .integer),
    .required("requested_by", .string), .required("started_at", .timestamp), .required("step_at", .timestamp),
    .required("finished_at", .timestamp.nullable),
  ])
}
