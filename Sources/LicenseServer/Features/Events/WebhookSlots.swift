/// How many events each endpoint may be sent at this moment. One whose last attempt failed gets a single slot until it
/// answers again, and those together never more than half of all: endpoints that hang leave the others their places.
struct WebhookSlots: Sendable {
  let total: Int
  let perEndpoint: Int
  private(set) var inFlight = 0
  private var taken: [Int64: Int] = [:]
  private var failing: Set<Int64> = []

  /// Failing endpoints that nobody sends to any more are forgotten beyond so many.
  private static let memory = 10_000

  init(total: Int, perEndpoint: Int) {
    self.total = total
    self.perEndpoint = perEndpoint
  }

  var left: Int { total - inFlight }

  func free(_ endpoint: Int64) -> Int {
    let taken = taken[endpoint, default: 0]
    guard failing.contains(endpoint) else { return max(0, perEndpoint - taken) }
    return taken == 0 && takenByFailing < max(1, total / 2) ? 1 : 0
  }

  /// Of the endpoints of which something is known.
  var free: [Int64: Int] {
    Dictionary(uniqueKeysWithValues: Set(taken.keys).union(failing).map { ($0, free($0)) })
  }

  /// Takes a slot; false when there is none.
  mutating func enter(_ endpoint: Int64) -> Bool {
    guard left > 0, free(endpoint) > 0 else { return false }
    taken[endpoint, default: 0] += 1
    inFlight += 1
    return true
  }

  /// Gives the slot back with what was found; nil for nothing.
  mutating func leave(_ endpoint: Int64, answered: Bool?) {
    let rest = taken[endpoint, default: 1] - 1
    taken[endpoint] = rest > 0 ? rest : nil
    inFlight = max(0, inFlight - 1)
    switch answered {
    case true?: failing.remove(endpoint)
    case false?: failing.insert(endpoint)
    case nil: break
    }
    if failing.count > Self.memory { failing = failing.filter { taken[$0] != nil } }
  }

  private var takenByFailing: Int { failing.reduce(0) { $0 + taken[$1, default: 0] } }
}
