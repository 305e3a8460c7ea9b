import ClickPath
import Core
import Database

extension FlowStore {
  /// What the landings and offers of a campaign's flows are up to, and whether the campaign has an offer that runs.
  func items(
    of flows: [Flow], _ campaign: Campaign, of scope: TenantScope
  ) async throws -> (states: FlowItemStates, campaignHasOffer: Bool) {
    let landings = Set(flows.flatMap { $0.draft.landings.map(\.id) })
    let offers = Set(flows.flatMap { $0.draft.offers.map(\.id) } + [campaign.draft.offerID].compactMap { $0 })
    let rows = try await scope.query(
      """
      SELECT 'landing' AS noun, id, status FROM \(scope.schema).landings
      WHERE id = ANY (\(landings.sorted())) AND archived_at IS NULL
      UNION ALL
      SELECT 'offer' AS noun, id, status FROM \(scope.schema).offers
      WHERE id = ANY (\(offers.sorted())) AND archived_at IS NULL
      """)
    var states = FlowItemStates()
    (states.missingLandings, states.missingOffers) = (landings, offers)
    for row in rows {
      let id = try row.get("id", as: Int64.self)
      let isPaused = try row.get("status", as: String.self) == "paused"
      if try row.get("noun", as: String.self) == "landing" {
        states.missingLandings.remove(id)
        if isPaused { states.pausedLandings.insert(id) }
      } else {
        states.missingOffers.remove(id)
        if isPaused { states.pausedOffers.insert(id) }
      }
    }
    let own = campaign.draft.offerID
    let hasOffer = own.map { !states.missingOffers.contains($0) && !states.pausedOffers.contains($0) } ?? false
    return (states, hasOffer)
  }

  /// The landings or offers that are never drawn at present.
  func paused(_ noun: NameStore.Noun, of scope: TenantScope) async throws -> Set<Int64> {
    let rows = try await scope.query(
      """
      SELECT id FROM \(scope.schema).\(identifier: noun.rawValue)
      WHERE status = 'paused' AND archived_at IS NULL ORDER BY id LIMIT 1000
      """)
    return Set(try rows.map { try $0.get("id") })
  }

  /// Gives flows their places, in this order.
  func arrange(_ ids: [Int64], at time: Timestamp, of scope: TenantScope, in executor: any SQLExecutor) async throws {
    for (index, id) in ids.enumerated() {
      try await executor.execute(
        """
        UPDATE \(scope.schema).flows SET position = \(Int32(clamping: index + 1)), updated_at = \(time)
        WHERE id = \(id) AND position <> \(Int32(clamping: index + 1))
        """)
    }
  }
}
