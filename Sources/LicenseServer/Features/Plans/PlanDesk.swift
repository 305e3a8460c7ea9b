import Billing
import Core
import Database
import Licensing

/// What staff do with plans and their prices. Each act is one transaction with its entry in the audit log.
struct PlanDesk: Sendable {
  let database: ConnectionPool
  let clock: any WallClock

  /// A plan with its prices.
  struct Listed: Sendable {
    let plan: Plan
    let prices: [Price]

    var json: JSONValue { plan.json(prices: prices) }
  }

  /// What can be changed of a plan; nil leaves it. Licences follow with their next heartbeat.
  struct Changes: Sendable {
    var name: String?
    var features: [String]?
    /// Some nil for unlimited.
    var users: Int64??

    static func read(from fields: inout FieldReader) -> Changes {
      var changes = Changes()
      changes.name = fields.optionalString("name", length: 1...50) ?? nil
      changes.features = fields.optionalStrings("features", max: 100, length: 50) ?? nil
      changes.users = fields.optionalInt("users", range: 1...1_000_000)
      let known = Set(Feature.allCases.map(\.rawValue))
      if let unknown = changes.features?.first(where: { !known.contains($0) }) {
        fields.fault("features", "choice", "has \(unknown): must be out of \(known.sorted().joined(separator: ", "))")
      }
      return changes
    }
  }

  func all() async throws -> [Listed] {
    let prices = try await PlanStore(database).activePrices()
    return try await PlanStore(database).all().map { plan in
      Listed(plan: plan, prices: prices.filter { $0.planID == plan.id })
    }
  }

  /// A new plan, not sold before it has a price.
  /// - Throws: 409 when another plan has the code or the rank.
  func create(_ slug: String, rank: Int, _ changes: Changes, by actor: Actor) async throws -> Listed {
    try await database.transaction { connection in
      let store = PlanStore(connection)
      guard let id = try await store.insert(slug: slug, name: changes.name ?? slug, rank: rank) else {
        throw Problem.conflict("Another plan has this code or this rank.", field: "code")
      }
      var changes = changes
      changes.users = .some(changes.users ?? 1)
      try await write(changes, to: id, in: store)
      return try await noted("plan.create", id, before: .null, by: actor, in: connection)
    }
  }

  func change(_ id: Int64, _ changes: Changes, by actor: Actor) async throws -> Listed {
    try await act("plan.change", on: id, by: actor) { store in try await write(changes, to: id, in: store) }
  }

  /// What new subscriptions pay from now on; what was sold before keeps its price.
  /// - Parameter amount: nil when it is not to be sold for that period in that currency any more.
  func setPrice(
    of id: Int64, period: BillingPeriod, currency: Currency, to amount: Money?, by actor: Actor
  ) async throws -> Listed {
    try await act("plan.set_price", on: id, by: actor) { store in
      try await store.setPrice(of: id, period: period, currency: currency, to: amount)
    }
  }

  private func write(_ changes: Changes, to id: Int64, in store: PlanStore) async throws {
    if let name = changes.name { try await store.rename(id, to: name) }
    if let features = changes.features {
      let ordered = Feature.allCases.map(\.rawValue).filter(features.contains)
      try await store.set(features: ordered, of: id)
    }
    if let users = changes.users { try await store.set("users", limit: users, of: id) }
  }

  private func act(
    _ action: String, on id: Int64, by actor: Actor, _ body: (PlanStore) async throws -> Void
  ) async throws -> Listed {
    try await database.transaction { connection in
      let store = PlanStore(connection)
      guard let plan = try await store.lock(id) else { throw Problem.notFound("plan") }
      let before = plan.json(prices: try await store.activePrices(of: id))
      try await body(store)
      return try await noted(action, id, before: before, by: actor, in: connection)
    }
  }

  private func noted(
    _ action: String, _ id: Int64, before: JSONValue, by actor: Actor, in connection: Connection
  ) async throws -> Listed {
    let store = PlanStore(connection)
    guard let plan = try await store.find(id: id) else { throw Problem.notFound("plan") }
    let listed = Listed(plan: plan, prices: try await store.activePrices(of: id))
    if listed.json != before {
      try await AuditStore(connection).append(
        AuditEntry(action: action, subject: "plan:\(plan.slug)", before: before, after: listed.json), by: actor,
        at: clock.now())
    }
    return listed
  }
}
