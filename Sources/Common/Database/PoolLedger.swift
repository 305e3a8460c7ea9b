/// A pool's decisions together with the objects they concern. Kept behind one lock; it does no I/O.
struct PoolLedger<Group: Hashable & Sendable>: Sendable {
  typealias State = PoolState<Group>

  struct Loan: Sendable {
    let id: State.ConnectionID
    let connection: Connection
  }

  typealias Answer = Settlement<Result<Loan, DatabaseError>>

  /// An action with its objects, to be carried out after the lock is let go of.
  enum Effect {
    case open(State.ConnectionID, Group)
    case verify(State.ConnectionID, Connection)
    case answer(Answer, Result<Loan, DatabaseError>)
    case close(Connection)
    case drained(Settlement<Bool>)
  }

  var state: State
  var connections: [State.ConnectionID: Connection] = [:]
  private var waiters: [State.WaiterID: Answer] = [:]
  private var lastWaiter = 0
  private var drains: [(remaining: Set<State.ConnectionID>, done: Settlement<Bool>)] = []

  init(state: State) { self.state = state }

  mutating func enqueue(_ answer: Answer, _ group: Group) -> (State.WaiterID, [Effect]) {
    lastWaiter += 1
    waiters[lastWaiter] = answer
    return (lastWaiter, resolve(state.wait(lastWaiter, group: group, now: .now)))
  }

  /// Settles `done` once the `remaining` connections are gone.
  mutating func awaitEnd(of remaining: Set<State.ConnectionID>, _ done: Settlement<Bool>) {
    if remaining.isEmpty { done.settle(true) } else { drains.append((remaining, done)) }
  }

  /// Finds the objects the actions concern and takes those that are done with off the books.
  mutating func resolve(_ actions: [State.Action], gone: State.ConnectionID? = nil) -> [Effect] {
    var effects = gone.map { drained(without: $0) } ?? []
    for action in actions {
      switch action {
      case .open(let id, let group): effects.append(.open(id, group))
      case .verify(let id): if let connection = connections[id] { effects.append(.verify(id, connection)) }
      case .lend(let id, let waiter):
        if let connection = connections[id], let answer = waiters.removeValue(forKey: waiter) {
          effects.append(.answer(answer, .success(Loan(id: id, connection: connection))))
        }
      case .close(let id):
        if let connection = connections.removeValue(forKey: id) { effects.append(.close(connection)) }
        effects += drained(without: id)
      case .fail(let waiter, let error):
        if let answer = waiters.removeValue(forKey: waiter) { effects.append(.answer(answer, .failure(error))) }
      }
    }
    return effects
  }

  private mutating func drained(without id: State.ConnectionID) -> [Effect] {
    var effects: [Effect] = []
    for index in drains.indices.reversed() {
      drains[index].remaining.remove(id)
      if drains[index].remaining.isEmpty { effects.append(.drained(drains.remove(at: index).done)) }
    }
    return effects
  }
}
