import ClickPath
import Core
import Database
import Web

/// `POST /campaigns/{id}/simulate`: where a visitor like this would go, and why. Nothing is recorded.
struct SimulationAPI: Sendable {
  let campaigns: ResourceAPI<CampaignStore>
  let flows: FlowStore
  let names: NameStore
  let simulator: FlowSimulator
  /// What clicks are decided by, now.
  let snapshot: @Sendable () -> Snapshot
  let clock: any WallClock

  static let drawLimit: Int64 = 10_000

  func register(in table: inout TrackerTable) {
    table.on(
      .post, "/campaigns/{id}/simulate", .read(.campaigns), "Where a visitor like this would go, and why",
      body: .optionalJSON(
        .object(
          SimulatedVisitor.schema + [
            .optional("draws", .integer.described("How often weights are drawn, 1 to \(Self.drawLimit).")),
            .optional("seed", .integer.described("The same seed, the same draws.")),
          ])), answer: Simulation.answer
    ) { call in .json(try await run(call.json, campaign: call.id(), by: call).json) }
  }

  /// For the page, too, whose form makes the same body.
  func run(_ body: JSONValue, campaign id: Int64, by call: TrackerCall) async throws -> Simulation {
    let scope = call.place.scope
    let campaign = try await campaigns.find(id, scope)
    var fields = try FieldReader(body)
    let visitor = SimulatedVisitor.read(&fields, now: clock.now())
    let draws = (fields.optionalInt("draws", range: 1...Self.drawLimit) ?? nil) ?? 1
    let seed = UInt64((fields.optionalInt("seed") ?? nil) ?? 1)
    try fields.finish()
    guard let tenant = snapshot().tenants[scope.tenantID], let compiled = tenant.campaigns[id] else {
      throw Problem.unavailable("The campaign is not live on this node yet.", retryAfter: 1)
    }
    let flows = try await flows.all(ofCampaign: id, of: scope)
    let result = simulator.run(visitor, campaign: compiled, of: tenant, draws: Int(draws), seed: seed)
    let landings = Set(flows.flatMap { $0.draft.landings.map(\.id) })
    let offers = Set(flows.flatMap { $0.draft.offers.map(\.id) } + [campaign.draft.offerID].compactMap { $0 })
    let items = FlowItemNames(
      landings: try await names.names(.landings, landings, of: scope),
      offers: try await names.names(.offers, offers, of: scope))
    return Simulation(
      campaign: campaign, visitor: visitor, seed: seed, result: result, flows: flows, items: items)
  }
}
