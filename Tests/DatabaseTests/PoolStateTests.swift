import Testing

@testable import Database

/// The pool's decisions without a server or a clock.
@Suite struct PoolStateTests {
  private typealias State = PoolState<String>

  private let start = ContinuousClock.now
  private let gone = DatabaseError(.unreachable)

  private func state(total: Int = 3, perGroup: Int? = nil, minimum: Int = 0) -> State {
    State(
      limits: .init(
        total: total, perGroup: perGroup ?? total, minimum: minimum, idleTimeout: .seconds(60),
        maxLifetime: .seconds(1_000), verifyAfter: .seconds(30)))
  }

  private func at(_ seconds: Double) -> ContinuousClock.Instant { start + .seconds(seconds) }

  /// A state with connections 1...count of `group` lent.
  private func lent(_ count: Int, group: String = "a", in state: inout State) {
    for waiter in 1...count {
      for case .open(let id, _) in state.wait(1_000 + waiter, group: group, now: at(0)) {
        _ = state.opened(id, now: at(0))
      }
    }
  }

  @Test func theFirstWaiterOpensAConnection() {
    var state = state()
    #expect(state.wait(1, group: "a", now: at(0)) == [.open(1, "a")])
    #expect(state.opened(1, now: at(0)) == [.lend(1, to: 1)])
  }

  @Test func aReturnedConnectionIsLentAgainWithoutWaiting() {
    var state = state()
    lent(1, in: &state)
    #expect(state.giveBack(1, .reusable, now: at(1)) == [])
    #expect(state.takeIdle("a", now: at(2)) == 1)
    #expect(state.takeIdle("a", now: at(2)) == nil)
  }

  @Test func theMostRecentlyUsedIsLentFirst() {
    var state = state()
    lent(2, in: &state)
    _ = state.giveBack(2, .reusable, now: at(1))
    _ = state.giveBack(1, .reusable, now: at(2))
    #expect(state.takeIdle("a", now: at(3)) == 1)
  }

  @Test func neverMoreThanTheCap() {
    var state = state(total: 2)
    let opened = (1...10).flatMap { state.wait($0, group: "a", now: at(0)) }
    #expect(opened == [.open(1, "a"), .open(2, "a")])
    #expect(state.connectionCount == 2)
    #expect(state.waiterCount == 10)
  }

  @Test func waitersAreServedInOrder() {
    var state = state(total: 1)
    lent(1, in: &state)
    for waiter in 1...3 { #expect(state.wait(waiter, group: "a", now: at(0)) == []) }
    for waiter in 1...3 { #expect(state.giveBack(1, .reusable, now: at(1)) == [.lend(1, to: waiter)]) }
  }

  @Test func nobodyOvertakesAWaiter() {
    var state = state(total: 1)
    lent(1, in: &state)
    _ = state.wait(1, group: "a", now: at(0))
    #expect(state.takeIdle("a", now: at(0)) == nil)
  }

  @Test func aDismissedWaiterIsSkipped() {
    var state = state(total: 1)
    lent(1, in: &state)
    _ = state.wait(1, group: "a", now: at(0))
    _ = state.wait(2, group: "a", now: at(0))
    #expect(state.dismiss(1, gone) == [.fail(1, gone)])
    #expect(state.dismiss(1, gone) == [])
    #expect(state.giveBack(1, .reusable, now: at(1)) == [.lend(1, to: 2)])
    #expect(state.dismiss(2, gone) == [])
  }

  @Test func aConnectionOpenedForADismissedWaiterStaysIdle() {
    var state = state()
    _ = state.wait(1, group: "a", now: at(0))
    _ = state.dismiss(1, gone)
    #expect(state.opened(1, now: at(1)) == [])
    #expect(state.takeIdle("a", now: at(1)) == 1)
  }

  @Test func aBrokenConnectionIsReplacedForTheNextWaiter() {
    var state = state(total: 1)
    lent(1, in: &state)
    _ = state.wait(1, group: "a", now: at(0))
    #expect(state.giveBack(1, .broken, now: at(1)) == [.close(1), .open(2, "a")])
    #expect(state.opened(2, now: at(1)) == [.lend(2, to: 1)])
  }

  @Test func afterOneBreaksTheOthersAreChecked() {
    var state = state()
    lent(2, in: &state)
    _ = state.giveBack(1, .reusable, now: at(1))
    _ = state.giveBack(2, .broken, now: at(1))
    #expect(state.takeIdle("a", now: at(1)) == nil)
    #expect(state.wait(1, group: "a", now: at(1)) == [.verify(1)])
    #expect(state.verified(1, isAlive: true, now: at(1)) == [.lend(1, to: 1)])
  }

  @Test func aLongIdleConnectionIsCheckedFirst() {
    var state = state()
    lent(1, in: &state)
    _ = state.giveBack(1, .reusable, now: at(0))
    #expect(state.takeIdle("a", now: at(31)) == nil)
    #expect(state.wait(1, group: "a", now: at(31)) == [.verify(1)])
    #expect(state.verified(1, isAlive: false, now: at(32)) == [.close(1), .open(2, "a")])
  }

  @Test func aFailedConnectFailsAllWhoHaveNothingElseToWaitFor() {
    var state = state(total: 1)
    for waiter in 1...3 { _ = state.wait(waiter, group: "a", now: at(0)) }
    #expect(state.openFailed(1, gone, now: at(1)) == [.fail(1, gone), .fail(2, gone), .fail(3, gone)])
    #expect(state.isUnreachable("a"))
    #expect(state.connectionCount == 0)
  }

  @Test func whileAConnectionIsLentWaitersOutliveAFailedConnect() {
    var state = state(total: 2)
    lent(1, in: &state)
    #expect(state.wait(1, group: "a", now: at(0)) == [.open(2, "a")])
    #expect(state.openFailed(2, gone, now: at(1)) == [])
    #expect(state.giveBack(1, .reusable, now: at(1.1)) == [.lend(1, to: 1)])
  }

  @Test func whileUnreachableOneTryIsMadeAtATime() {
    var state = state(total: 3)
    _ = state.wait(1, group: "a", now: at(0))
    _ = state.openFailed(1, gone, now: at(0))
    #expect(state.wait(2, group: "a", now: at(0)) == [.open(2, "a")])
    #expect(state.wait(3, group: "a", now: at(0)) == [])
    #expect(state.wait(4, group: "a", now: at(10)) == [])
    #expect(state.opened(2, now: at(11)) == [.lend(2, to: 2), .open(3, "a"), .open(4, "a")])
    #expect(!state.isUnreachable("a"))
  }

  @Test func aFailedConnectBesideALentOneIsTriedAgainAfterAPause() {
    var state = state(total: 2)
    lent(1, in: &state)
    _ = state.wait(1, group: "a", now: at(0))
    _ = state.openFailed(2, gone, now: at(0))
    #expect(state.wait(2, group: "a", now: at(0.1)) == [])
    #expect(state.wait(3, group: "a", now: at(0.3)) == [.open(3, "a")])
  }

  @Test func oldConnectionsAreReplaced() {
    var state = state()
    lent(1, in: &state)
    #expect(state.giveBack(1, .reusable, now: at(1_000)) == [.close(1)])
    lent(1, in: &state)
    _ = state.giveBack(2, .reusable, now: at(1))
    #expect(state.tick(filler: nil, now: at(20)) == [])
    #expect(state.takeIdle("a", now: at(1_000)) == nil)
    #expect(state.wait(1, group: "a", now: at(1_000)) == [.close(2), .open(3, "a")])
  }

  @Test func idleConnectionsBeyondTheMinimumAreClosed() {
    var state = state(minimum: 1)
    lent(3, in: &state)
    for id in 1...3 { _ = state.giveBack(id, .reusable, now: at(Double(id))) }
    #expect(state.tick(filler: "a", now: at(20)) == [])
    let actions = state.tick(filler: "a", now: at(70))
    #expect(actions == [.close(1), .close(2), .verify(3)])
  }

  @Test func theFillerKeepsTheMinimumOpenWithGrowingPauses() {
    var state = state(minimum: 1)
    #expect(state.tick(filler: "a", now: at(0)) == [.open(1, "a")])
    #expect(state.tick(filler: "a", now: at(0)) == [])
    _ = state.openFailed(1, gone, now: at(0))
    #expect(state.tick(filler: "a", now: at(0.2)) == [])
    #expect(state.tick(filler: "a", now: at(0.3)) == [.open(2, "a")])
    _ = state.openFailed(2, gone, now: at(0.3))
    #expect(state.tick(filler: "a", now: at(0.7)) == [])
    #expect(state.tick(filler: "a", now: at(0.9)) == [.open(3, "a")])
    #expect(state.opened(3, now: at(1)) == [])
    #expect(state.connectionCount == 1)
  }

  @Test func aGroupHasItsOwnCap() {
    var state = state(total: 10, perGroup: 2)
    let opened = (1...4).flatMap { state.wait($0, group: "a", now: at(0)) }
    #expect(opened == [.open(1, "a"), .open(2, "a")])
    #expect(state.wait(5, group: "b", now: at(0)) == [.open(3, "b")])
  }

  @Test func aFullPoolClosesTheLongestIdleOfAnotherGroup() {
    var state = state(total: 3, perGroup: 2)
    lent(1, group: "a", in: &state)
    lent(1, group: "b", in: &state)
    lent(1, group: "c", in: &state)
    _ = state.giveBack(2, .reusable, now: at(1))
    _ = state.giveBack(1, .reusable, now: at(2))
    #expect(state.wait(1, group: "d", now: at(3)) == [.close(2), .open(4, "d")])
    #expect(state.connectionCount == 3)
  }

  @Test func aFullPoolHandsARoomToTheOldestWaiterOfAnyGroup() {
    var state = state(total: 1)
    lent(1, group: "a", in: &state)
    _ = state.wait(1, group: "b", now: at(0))
    _ = state.wait(2, group: "a", now: at(0))
    #expect(state.giveBack(1, .reusable, now: at(1)) == [.close(1), .open(2, "b")])
    #expect(state.opened(2, now: at(2)) == [.lend(2, to: 1)])
    #expect(state.giveBack(2, .reusable, now: at(3)) == [.close(2), .open(3, "a")])
  }

  @Test func anUnreachableGroupHarmsNoOther() {
    var state = state(total: 4, perGroup: 2)
    _ = state.wait(1, group: "a", now: at(0))
    _ = state.wait(2, group: "b", now: at(0))
    #expect(state.openFailed(1, gone, now: at(1)) == [.fail(1, gone)])
    #expect(state.opened(2, now: at(1)) == [.lend(2, to: 2)])
  }

  @Test func retiringAGroupClosesItsConnectionsAsTheyComeBack() {
    var state = state(total: 4)
    lent(2, group: "a", in: &state)
    lent(1, group: "b", in: &state)
    _ = state.giveBack(1, .reusable, now: at(1))
    let (actions, remaining) = state.retire { $0 == "a" }
    #expect(actions == [.close(1)])
    #expect(remaining == [2])
    #expect(state.giveBack(2, .reusable, now: at(2)) == [.close(2)])
    #expect(state.giveBack(3, .reusable, now: at(2)) == [])
    #expect(state.wait(9, group: "a", now: at(3)) == [.open(4, "a")])
  }

  @Test func closingRefusesWaitersAndWaitsForLentOnes() {
    var state = state(total: 2)
    lent(2, in: &state)
    _ = state.giveBack(1, .reusable, now: at(1))
    _ = state.takeIdle("a", now: at(1))
    _ = state.wait(7, group: "a", now: at(1))
    let (actions, remaining) = state.close()
    #expect(actions.count == 1)
    #expect(remaining == [1, 2])
    #expect(state.wait(8, group: "a", now: at(2)).count == 1)
    #expect(state.takeIdle("a", now: at(2)) == nil)
    #expect(state.giveBack(1, .reusable, now: at(2)) == [.close(1)])
    #expect(state.giveBack(2, .broken, now: at(2)) == [.close(2)])
    #expect(state.tick(filler: "a", now: at(3)) == [])
  }

  @Test func aConnectionThatArrivesAfterClosingIsClosed() {
    var state = state()
    _ = state.wait(1, group: "a", now: at(0))
    let (_, remaining) = state.close()
    #expect(remaining == [1])
    #expect(state.opened(1, now: at(1)) == [.close(1)])
    #expect(state.connectionCount == 0)
  }

  /// Random steps in any order: never above a cap, nobody served twice or forgotten.
  @Test(arguments: 1...20)
  func everyWaiterIsAnsweredOnceWhateverHappens(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var state = state(total: 5, perGroup: 3)
    var (opening, verifying, lent): ([Int], [Int], [Int]) = ([], [], [])
    var (waiting, time, lastWaiter): (Set<Int>, Double, Int) = ([], 0, 0)
    var groups: [Int: String] = [:]
    func apply(_ actions: [State.Action]) {
      for action in actions {
        switch action {
        case .open(let id, let group):
          opening.append(id)
          groups[id] = group
        case .verify(let id): verifying.append(id)
        case .lend(let id, let waiter):
          lent.append(id)
          #expect(waiting.remove(waiter) != nil)
        case .fail(let waiter, _): #expect(waiting.remove(waiter) != nil)
        case .close(let id): groups[id] = nil
        }
      }
    }
    func pick(_ ids: inout [Int]) -> Int? {
      ids.isEmpty ? nil : ids.remove(at: Int.random(in: 0..<ids.count, using: &random))
    }
    for _ in 0..<2_000 {
      time += Double.random(in: 0...5, using: &random)
      switch Int.random(in: 0..<9, using: &random) {
      case 0, 1, 2:
        lastWaiter += 1
        waiting.insert(lastWaiter)
        apply(state.wait(lastWaiter, group: ["a", "b", "c"].randomElement(using: &random) ?? "a", now: at(time)))
      case 3: if let id = pick(&opening) { apply(state.opened(id, now: at(time))) }
      case 4:
        if let id = pick(&opening) {
          groups[id] = nil
          apply(state.openFailed(id, gone, now: at(time)))
        }
      case 5:
        if let id = pick(&verifying) {
          apply(state.verified(id, isAlive: Bool.random(using: &random), now: at(time)))
        }
      case 6: if let id = pick(&lent) { apply(state.giveBack(id, .reusable, now: at(time))) }
      case 7: if let id = pick(&lent) { apply(state.giveBack(id, .broken, now: at(time))) }
      default: apply(state.tick(filler: nil, now: at(time)))
      }
      #expect(groups.count <= 5)
      #expect(Dictionary(grouping: groups.values) { $0 }.values.allSatisfy { $0.count <= 3 })
      #expect(state.connectionCount == groups.count)
      #expect(state.waiterCount == waiting.count)
    }
    for _ in 0..<200 where !waiting.isEmpty {
      time += 10
      while let id = pick(&opening) { apply(state.opened(id, now: at(time))) }
      while let id = pick(&verifying) { apply(state.verified(id, isAlive: true, now: at(time))) }
      while let id = pick(&lent) { apply(state.giveBack(id, .reusable, now: at(time))) }
      apply(state.tick(filler: nil, now: at(time)))
    }
    #expect(waiting.isEmpty)
  }
}
