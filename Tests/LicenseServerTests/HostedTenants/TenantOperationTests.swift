import Core
import Testing

@testable import LicenseServer

@Suite struct TenantOperationTests {
  private let start = Timestamp(seconds: 1_795_255_200)

  private func operation(
    _ kind: TenantOperation.Kind, withExport: Bool = true, from status: HostedTenant.Status = .active
  ) throws -> TenantOperation {
    TenantOperation(
      id: 1, tenantID: 1, kind: kind, direction: .forward, state: .running,
      step: try #require(TenantOperation.steps(of: kind, withExport: withExport).first), position: 0,
      formerStatus: status, withExport: withExport, sourceID: 1, targetID: 2, archiveID: UUIDv7(at: start),
      archive: nil, transferred: 0, attempts: 0, lastError: nil, failure: nil, requestedBy: "test", startedAt: start,
      stepAt: start, finishedAt: nil)
  }

  /// The operation at each of its steps, in order.
  private func stages(of kind: TenantOperation.Kind, withExport: Bool = true) throws -> [TenantOperation] {
    var stages: [TenantOperation] = []
    var operation = try operation(kind, withExport: withExport)
    while operation.state == .running {
      stages.append(operation)
      operation.advance(at: start)
    }
    return stages
  }

  @Test(arguments: TenantOperation.Kind.allCases)
  func everyKindComesToItsEndStepByStep(_ kind: TenantOperation.Kind) throws {
    for withExport in [true, false] {
      let stages = try stages(of: kind, withExport: withExport)
      #expect(stages.map(\.step) == TenantOperation.steps(of: kind, withExport: withExport))
      #expect(stages.map(\.position) == Array(0..<stages.count))
      var last = try #require(stages.last)
      last.advance(at: start)
      #expect(last.state == .done && last.finishedAt == start && last.position == stages.count)
    }
  }

  @Test(arguments: TenantOperation.Kind.allCases)
  func fromEveryStepAFailureEitherUndoesItOrIsTriedAgain(_ kind: TenantOperation.Kind) throws {
    for stage in try stages(of: kind) {
      var failed = stage
      let wait = failed.fail("no", isPermanent: true, at: start)
      if stage.canTurnBack {
        #expect(wait == nil && failed.direction == .back && failed.failure == "no")
        var steps: [TenantOperation.Step] = []
        while failed.state == .running, steps.count < 10 {
          #expect(failed.way.contains(failed.step))
          steps.append(failed.step)
          failed.advance(at: start)
        }
        #expect(failed.state == .failed)
        #expect(steps == TenantOperation.stepsBack(of: kind, from: stage.step))
        #expect(failed.outcome == (kind == .provision ? .failed : .active))
      } else {
        #expect(wait != nil && failed.step == stage.step && failed.attempts == 1 && failed.state == .running)
      }
    }
  }

  @Test func afterTheSwitchAMoveOnlyGoesForward() throws {
    let stages = try stages(of: .move)
    let turning = stages.filter(\.canTurnBack).map(\.step)
    #expect(turning == [.reserve, .freeze, .export, .transfer, .readIn])
  }

  @Test func whatMayBeUndoneIsGivenUpInTheEnd() throws {
    var operation = try operation(.move)
    operation.advance(at: start)
    for attempt in 1..<TenantOperation.patience(.move, .freeze) {
      #expect(operation.fail("down", isPermanent: false, at: start) == TenantOperation.retryDelay(after: attempt))
    }
    #expect(operation.fail("down", isPermanent: false, at: start) == nil)
    #expect(operation.direction == .back && operation.step == .reopen && operation.attempts == 0)
  }

  @Test func theWayBackNeverGivesUp() throws {
    var operation = try operation(.delete)
    operation.turnBack(because: "changed my mind", at: start)
    for _ in 0..<1_000 { #expect(operation.fail("down", isPermanent: false, at: start) != nil) }
    #expect(operation.state == .running && operation.step == .reopen)
    operation.turnBack(because: "again", at: start)
    #expect(operation.failure == "changed my mind")
  }

  @Test func waitsGrowToTenMinutes() {
    #expect(TenantOperation.retryDelay(after: 1) == .seconds(2))
    #expect(TenantOperation.retryDelay(after: 5) == .seconds(32))
    #expect(TenantOperation.retryDelay(after: 1_000_000) == .minutes(10))
  }

  @Test func theLeastFilledHealthyTrackerIsChosen() {
    func tracker(
      _ id: Int64, _ tenants: Int, of capacity: Int, _ status: RegisteredTracker.Status = .active,
      seen: Duration = .zero,
      failing: Bool = false, reported: Int? = nil
    ) -> RegisteredTracker {
      RegisteredTracker(
        id: id, name: "\(id)", baseURL: "https://\(id).example", sealedToken: "", tokenHint: "", capacity: capacity,
        status: status, version: "1", reportedTenants: reported, makesArchives: true, lastSeenAt: start - seen,
        failingSince: failing ? start : nil, lastError: nil, tenants: tenants, createdAt: start)
    }
    func chosen(_ trackers: RegisteredTracker...) -> Int64? {
      RegisteredTracker.choose(among: trackers, at: start)?.id
    }
    #expect(chosen() == nil)
    #expect(chosen(tracker(1, 5, of: 10), tracker(2, 30, of: 100)) == 2)
    #expect(chosen(tracker(2, 1, of: 10), tracker(1, 1, of: 10)) == 1)
    #expect(chosen(tracker(1, 10, of: 10), tracker(2, 9, of: 9)) == nil)
    #expect(chosen(tracker(1, 0, of: 10, .draining), tracker(2, 9, of: 10)) == 2)
    #expect(chosen(tracker(1, 0, of: 10, failing: true), tracker(2, 9, of: 10)) == 2)
    #expect(chosen(tracker(1, 0, of: 10, seen: .minutes(11)), tracker(2, 9, of: 10)) == 2)
    #expect(chosen(tracker(1, 0, of: 10, reported: 10), tracker(2, 9, of: 10)) == 2)
  }
}
