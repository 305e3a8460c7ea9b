/// Which connection goes to whom: all of a pool's decisions, none of its I/O. Every step returns what is to be done.
///
/// Connections belong to groups (a tenant each; a plain pool has one). Waiters are served first come, first served, as
/// far as their group's cap allows; a full pool closes the longest idle connection of another group to make room.
struct PoolState<Group: Hashable & Sendable>: Sendable {
  typealias Instant = ContinuousClock.Instant
  typealias ConnectionID = Int
  typealias WaiterID = Int

  enum Action: Hashable {
    case open(ConnectionID, Group)
    case verify(ConnectionID)
    case lend(ConnectionID, to: WaiterID)
    case close(ConnectionID)
    case fail(WaiterID, DatabaseError)
  }

  enum Condition { case reusable, discarded, broken }

  struct Limits: Sendable {
    var total: Int
    var perGroup: Int
    var minimum = 0
    var idleTimeout: Duration
    var maxLifetime: Duration
    var verifyAfter: Duration
    /// After a failed connect, how long a group that still has connections goes without another try.
    var retryPause: Duration = .milliseconds(250)
  }

  private enum Phase { case opening, verifying, idle, lent }

  private struct Member {
    let id: ConnectionID
    let group: Group
    let openedAt: Instant
    var phase = Phase.opening
    var idleSince: Instant
    var trustedAt: Instant?
    var isRetired = false
  }

  private let limits: Limits
  private var members: [Member] = []
  private var waiters: [(id: WaiterID, group: Group)] = []
  private var unreachable: [Group: Instant] = [:]
  private var lastID = 0
  private var isClosed = false
  private var filling = Backoff()

  init(limits: Limits) { self.limits = limits }

  var connectionCount: Int { members.count }
  var waiterCount: Int { waiters.count }
  var lentCount: Int { members.count { $0.phase == .lent } }
  func isUnreachable(_ group: Group) -> Bool { unreachable[group] != nil }

  // MARK: Borrowing

  /// The most recently used idle connection that needs no check, if nobody of the group is waiting.
  mutating func takeIdle(_ group: Group, now: Instant) -> ConnectionID? {
    guard !isClosed, let index = freshestIdle(group), isTrusted(members[index], now: now),
      !isExpired(members[index], now: now), !waiters.contains(where: { $0.group == group })
    else { return nil }
    members[index].phase = .lent
    return members[index].id
  }

  mutating func wait(_ waiter: WaiterID, group: Group, now: Instant) -> [Action] {
    guard !isClosed else { return [.fail(waiter, Self.closed)] }
    waiters.append((waiter, group))
    return schedule(now: now)
  }

  /// The waiter has run out of time or interest. Nothing when it was served before.
  mutating func dismiss(_ waiter: WaiterID, _ error: DatabaseError) -> [Action] {
    guard let index = waiters.firstIndex(where: { $0.id == waiter }) else { return [] }
    waiters.remove(at: index)
    return [.fail(waiter, error)]
  }

  /// A connection just taken looks odd: check it before use.
  mutating func suspect(_ id: ConnectionID) -> [Action] {
    guard let index = index(of: id) else { return [] }
    members[index].phase = .verifying
    return [.verify(id)]
  }

  mutating func giveBack(_ id: ConnectionID, _ condition: Condition, now: Instant) -> [Action] {
    guard let index = index(of: id) else { return [] }
    if condition == .reusable, !members[index].isRetired, !isExpired(members[index], now: now) {
      members[index].phase = .idle
      members[index].idleSince = now
      members[index].trustedAt = now
      return schedule(now: now)
    }
    if condition == .broken { mistrustIdle(of: members[index].group) }
    members.remove(at: index)
    return [.close(id)] + schedule(now: now)
  }

  // MARK: Coming and going

  mutating func opened(_ id: ConnectionID, now: Instant) -> [Action] {
    guard let index = index(of: id) else { return [.close(id)] }
    unreachable[members[index].group] = nil
    filling = Backoff()
    return giveBack(id, .reusable, now: now)
  }

  mutating func openFailed(_ id: ConnectionID, _ error: DatabaseError, now: Instant) -> [Action] {
    guard let index = index(of: id) else { return [] }
    let group = members.remove(at: index).group
    unreachable[group] = now
    filling.fail(now: now)
    guard !members.contains(where: { $0.group == group }) else { return schedule(now: now) }
    let stranded = waiters.filter { $0.group == group }
    waiters.removeAll { $0.group == group }
    return stranded.map { .fail($0.id, error) } + schedule(now: now)
  }

  mutating func verified(_ id: ConnectionID, isAlive: Bool, now: Instant) -> [Action] {
    guard let index = index(of: id) else { return [] }
    guard isAlive else { return giveBack(id, .broken, now: now) }
    guard !members[index].isRetired else { return giveBack(id, .discarded, now: now) }
    members[index].phase = .idle
    members[index].trustedAt = now
    return schedule(now: now)
  }

  /// Housekeeping: closes what is idle or old, checks what has been idle, and fills `filler` up to the minimum.
  mutating func tick(filler: Group?, now: Instant) -> [Action] {
    guard !isClosed else { return [] }
    var actions: [Action] = []
    let longestIdleFirst = members.filter { $0.phase == .idle }.sorted { $0.idleSince < $1.idleSince }
    for member in longestIdleFirst {
      let isSpare = members.count > limits.minimum && now - member.idleSince >= limits.idleTimeout
      if isSpare || isExpired(member, now: now) {
        members.removeAll { $0.id == member.id }
        actions.append(.close(member.id))
      } else if !isTrusted(member, now: now) {
        actions += suspect(member.id)
      }
    }
    actions += schedule(now: now)
    if let filler, members.count < limits.minimum, filling.allows(now: now),
      !members.contains(where: { $0.phase == .opening })
    {
      actions.append(open(filler, now: now))
    }
    return actions
  }

  /// Closes the connections of all groups that match: idle ones now, others when they come back.
  /// - Returns: what to do, and the connections still to come back.
  mutating func retire(where matches: (Group) -> Bool) -> (actions: [Action], remaining: Set<ConnectionID>) {
    let idle = members.filter { $0.phase == .idle && matches($0.group) }
    members.removeAll { $0.phase == .idle && matches($0.group) }
    for index in members.indices where matches(members[index].group) { members[index].isRetired = true }
    return (idle.map { .close($0.id) }, Set(members.filter { matches($0.group) }.map(\.id)))
  }

  mutating func close() -> (actions: [Action], remaining: Set<ConnectionID>) {
    isClosed = true
    let (actions, remaining) = retire { _ in true }
    let refused = waiters.map { Action.fail($0.id, Self.closed) }
    waiters = []
    return (actions + refused, remaining)
  }
}

extension PoolState {
  private static var closed: DatabaseError { DatabaseError(.unreachable, detail: "the pool is closed") }

  /// Serves waiters in order as far as connections, caps and room go.
  private mutating func schedule(now: Instant) -> [Action] {
    var actions: [Action] = []
    var onTheWay: [Group: Int] = [:]
    for member in members where member.phase == .opening || member.phase == .verifying {
      if !member.isRetired { onTheWay[member.group, default: 0] += 1 }
    }
    var place = 0
    while place < waiters.count, !isClosed {
      let (waiter, group) = waiters[place]
      if let index = freshestIdle(group) {
        let id = members[index].id
        if isExpired(members[index], now: now) {
          members.remove(at: index)
          actions.append(.close(id))
        } else if isTrusted(members[index], now: now) {
          members[index].phase = .lent
          waiters.remove(at: place)
          actions.append(.lend(id, to: waiter))
        } else {
          actions += suspect(id)
          place += 1
        }
        continue
      }
      if members.count >= limits.total, !members.contains(where: { $0.phase == .idle }) { break }
      place += 1
      if onTheWay[group, default: 0] > 0 {
        onTheWay[group, default: 0] -= 1
      } else if mayOpen(group, now: now) {
        if members.count >= limits.total {
          guard let victim = longestIdle() else { continue }
          members.removeAll { $0.id == victim }
          actions.append(.close(victim))
        }
        actions.append(open(group, now: now))
      }
    }
    return actions
  }

  private mutating func open(_ group: Group, now: Instant) -> Action {
    lastID += 1
    members.append(Member(id: lastID, group: group, openedAt: now, idleSince: now))
    return .open(lastID, group)
  }

  /// A group that could not be reached gets one try at a time.
  private func mayOpen(_ group: Group, now: Instant) -> Bool {
    let own = members.filter { $0.group == group }
    guard own.count < limits.perGroup else { return false }
    guard let failedAt = unreachable[group], !own.isEmpty else { return true }
    return !own.contains { $0.phase == .opening } && now - failedAt >= limits.retryPause
  }

  private func index(of id: ConnectionID) -> Int? { members.firstIndex { $0.id == id } }

  private func freshestIdle(_ group: Group) -> Int? {
    members.indices.filter { members[$0].phase == .idle && members[$0].group == group }
      .max { members[$0].idleSince < members[$1].idleSince }
  }

  private func longestIdle() -> ConnectionID? {
    members.filter { $0.phase == .idle }.min { $0.idleSince < $1.idleSince }?.id
  }

  /// After one connection of a group broke the others are checked before they are lent.
  private mutating func mistrustIdle(of group: Group) {
    for index in members.indices where members[index].group == group && members[index].phase == .idle {
      members[index].trustedAt = nil
    }
  }

  private func isTrusted(_ member: Member, now: Instant) -> Bool {
    member.trustedAt.map { now - $0 < limits.verifyAfter } ?? false
  }

  /// Lifetimes are spread over a tenth so that connections opened together aren't replaced together.
  private func isExpired(_ member: Member, now: Instant) -> Bool {
    now - member.openedAt >= limits.maxLifetime - limits.maxLifetime / 100 * (member.id % 10)
  }
}

/// Growing pauses between the tries of a background job.
private struct Backoff: Sendable {
  private var pause: Duration = .milliseconds(250)
  private var nextTry: ContinuousClock.Instant?

  func allows(now: ContinuousClock.Instant) -> Bool { nextTry.map { now >= $0 } ?? true }

  mutating func fail(now: ContinuousClock.Instant) {
    nextTry = now + pause
    pause = min(pause * 2, .seconds(10))
  }
}
