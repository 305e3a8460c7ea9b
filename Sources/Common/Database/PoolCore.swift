import Logging
import ServiceLifecycle
import Synchronization

/// Carries out what ``PoolState`` decides. What blocks happens on the connections' threads, which report back here.
final class PoolCore<Group: Hashable & Sendable>: Sendable {
  typealias State = PoolState<Group>

  typealias Ledger = PoolLedger<Group>
  typealias Loan = Ledger.Loan

  private let limits: PoolLimits
  private let filler: Group?
  private let dsn: @Sendable (Group) -> DSN
  private let logger: Logger
  private let ledger: Mutex<Ledger>

  init(limits: PoolLimits, perGroup: Int, filler: Group?, logger: Logger, dsn: @escaping @Sendable (Group) -> DSN) {
    self.limits = limits
    self.filler = filler
    self.dsn = dsn
    self.logger = logger
    let limits = State.Limits(
      total: limits.maxConnections, perGroup: perGroup, minimum: limits.minConnections,
      idleTimeout: limits.idleTimeout, maxLifetime: limits.maxLifetime, verifyAfter: limits.verifyAfter)
    ledger = Mutex(Ledger(state: State(limits: limits)))
  }

  var connectionCount: Int { ledger.withLock { $0.state.connectionCount } }
  var lentCount: Int { ledger.withLock { $0.state.lentCount } }
  var waiterCount: Int { ledger.withLock { $0.state.waiterCount } }

  // MARK: Lending

  func withConnection<T>(_ group: Group, _ body: (Connection) async throws -> T) async throws -> T {
    let loan = try await borrow(group)
    defer { giveBack(loan) }
    return try await body(loan.connection)
  }

  func run<T>(
    _ group: Group, _ body: (Connection) async throws(DatabaseError) -> T
  ) async throws(DatabaseError) -> T {
    let loan = try await borrow(group)
    defer { giveBack(loan) }
    return try await body(loan.connection)
  }

  private func borrow(_ group: Group) async throws(DatabaseError) -> Loan {
    guard !Task.isCancelled else { throw DatabaseError(.cancelled) }
    if let loan = takeIdle(group) {
      guard loan.connection.state.hasUnreadInput else { return loan }
      act { $0.suspect(loan.id) }
    }
    let answer = Ledger.Answer()
    let waiter = enqueue(answer, group)
    return try await withTaskCancellationHandler {
      await withTaskGroup { tasks in
        tasks.addTask { [limits] in
          guard (try? await Task.sleep(for: limits.acquireTimeout)) != nil else { return }
          self.act { $0.dismiss(waiter, DatabaseError(.poolExhausted)) }
        }
        let result = await answer.value
        tasks.cancelAll()
        return result
      }
    } onCancel: {
      act { $0.dismiss(waiter, DatabaseError(.cancelled)) }
    }.get()
  }

  private func takeIdle(_ group: Group) -> Loan? {
    ledger.withLock { ledger in
      guard let id = ledger.state.takeIdle(group, now: .now), let connection = ledger.connections[id] else {
        return nil
      }
      return Loan(id: id, connection: connection)
    }
  }

  private func enqueue(_ answer: Ledger.Answer, _ group: Group) -> State.WaiterID {
    let (waiter, effects) = ledger.withLock { $0.enqueue(answer, group) }
    perform(effects)
    return waiter
  }

  private func giveBack(_ loan: Loan) {
    let state = loan.connection.state.current
    let condition: State.Condition =
      !state.isOpen || state.isAborted ? .broken : state.isInTransaction ? .discarded : .reusable
    act { $0.giveBack(loan.id, condition, now: .now) }
  }

  // MARK: Upkeep

  /// Looks after the pool until the service is to stop, then closes it.
  func maintain() async {
    while !Task.isCancelled, !Task.isShuttingDownGracefully {
      act { [filler] in $0.tick(filler: filler, now: .now) }
      try? await cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(1)) }
    }
    await close()
  }

  /// Lets running statements finish for `grace`, then breaks them off.
  func close(grace: Duration = .seconds(10)) async { await drain(grace: grace) { $0.close() } }

  func retire(grace: Duration = .seconds(10), where matches: @Sendable @escaping (Group) -> Bool) async {
    await drain(grace: grace) { $0.retire(where: matches) }
  }

  private func drain(
    grace: Duration, _ step: (inout State) -> (actions: [State.Action], remaining: Set<State.ConnectionID>)
  ) async {
    let done = Settlement<Bool>()
    let (remaining, effects) = ledger.withLock { ledger in
      let (actions, remaining) = step(&ledger.state)
      ledger.awaitEnd(of: remaining, done)
      return (remaining, ledger.resolve(actions))
    }
    perform(effects)
    await withTaskGroup { tasks in
      tasks.addTask {
        // When our own task is cancelled there is no grace; when all came back in time there is nothing to break off.
        try? await Task.sleep(for: grace)
        self.breakOff(remaining)
      }
      _ = await done.value
      tasks.cancelAll()
    }
  }

  private func breakOff(_ ids: Set<State.ConnectionID>) {
    let connections = ledger.withLock { ledger in ids.compactMap { ledger.connections[$0] } }
    for connection in connections { connection.abort() }
  }

  // MARK: Effects

  private func act(_ step: (inout State) -> [State.Action]) {
    perform(ledger.withLock { $0.resolve(step(&$0.state)) })
  }

  private func perform(_ effects: [Ledger.Effect]) {
    for effect in effects {
      switch effect {
      case .open(let id, let group): open(id, group)
      case .verify(let id, let connection):
        connection.verify { isAlive in self.act { $0.verified(id, isAlive: isAlive, now: .now) } }
      case .answer(let settlement, let answer): settlement.settle(answer)
      case .close(let connection): connection.close()
      case .drained(let settlement): settlement.settle(true)
      }
    }
  }

  private func open(_ id: State.ConnectionID, _ group: Group) {
    let options = ConnectionOptions(statementTimeout: limits.statementTimeout)
    Connection.open(dsn(group), options: options) { result in
      let (wasUnreachable, effects) = self.ledger.withLock { ledger in
        let wasUnreachable = ledger.state.isUnreachable(group)
        switch result {
        case .success(let connection):
          ledger.connections[id] = connection
          return (wasUnreachable, ledger.resolve(ledger.state.opened(id, now: .now)))
        case .failure(let error):
          let actions = ledger.state.openFailed(id, error, now: .now)
          return (wasUnreachable, ledger.resolve(actions, gone: id))
        }
      }
      self.report(result, wasUnreachable: wasUnreachable)
      self.perform(effects)
    }
  }

  private func report(_ result: Result<Connection, DatabaseError>, wasUnreachable: Bool) {
    switch result {
    case .success where wasUnreachable: logger.info("database is reachable again")
    case .failure(let error) where !wasUnreachable:
      logger.warning("database is unreachable", metadata: ["error": "\(error)"])
    default: break
    }
  }
}
