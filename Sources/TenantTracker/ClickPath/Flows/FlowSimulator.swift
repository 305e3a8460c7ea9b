import Core

/// Sends made-up visitors through a campaign's flows by the very steps of clicks. Nothing is recorded or remembered.
/// Who is no good visitor is a matter of other steps, which are left out: bots, fraud, frequency caps, lander protection.
public struct FlowSimulator: Sendable {
  private let pipeline: ClickPipeline
  private let caps: OfferCaps?

  /// - Parameters:
  ///   - pipeline: That of clicks; what it knows of places and machines is known here.
  ///   - caps: What the offers with a cap have had.
  public init(_ pipeline: ClickPipeline, caps: OfferCaps?) {
    self.pipeline = pipeline
    self.caps = caps
  }

  /// - Parameters:
  ///   - draws: How many times weights are drawn, at least once.
  ///   - seed: The same seed, the same draws.
  public func run(
    _ visitor: SimulatedVisitor, campaign: Snapshot.Campaign, of tenant: Snapshot.Tenant, draws: Int, seed: UInt64
  ) -> FlowSimulation {
    let generator = ChaChaGenerator(seed: seed)
    let start = Hit(
      visitor.request(campaign.slug, generator), tenant: tenant, campaign: campaign, generator: generator,
      isRehearsal: true)
    learn(visitor, start)
    let first = route(start)
    var counts = [first.hit.path: 1]
    for _ in 1..<max(1, draws) { counts[route(start).hit.path, default: 0] += 1 }
    let last = first.hit
    let answer = pipeline.answer(
      last, stoppedBy: first.stop, in: Snapshot.Place(tenant: tenant, servesDashboard: false), isRecorded: false,
      firesPixels: true)
    return FlowSimulation(
      flows: results(start), draws: counts.map { ($0.key, $0.value) }.sorted(by: Self.isMoreFrequent),
      path: first.hit.path, stop: first.stop, status: answer.status, location: answer.destination,
      offerLocation: offerLocation(first.hit), trace: last.trace, facts: first.hit.facts,
      isPaused: campaign.isPaused)
  }

  private func learn(_ visitor: SimulatedVisitor, _ hit: Hit) {
    for step in pipeline.steps {
      switch step.stage {
      case .visitor: _ = step.run(hit)
      case .geo where visitor.address != nil && visitor.country == nil: _ = step.run(hit)
      case .userAgent where visitor.userAgent != nil: _ = step.run(hit)
      default: continue
      }
    }
    visitor.overrule(&hit.facts)
  }

  private func route(_ start: Hit) -> (hit: Hit, stop: StopReason?) {
    let hit = start.copy()
    for step in [ClickStep.flow, .landing(nil), .offer(nil, caps)] {
      if let stop = step.run(hit) {
        hit.note(stop.rawValue)
        return (hit, stop)
      }
    }
    return (hit, nil)
  }

  private static func isMoreFrequent(
    _ left: (path: FlowSimulation.Path, count: Int), _ right: (path: FlowSimulation.Path, count: Int)
  ) -> Bool {
    (left.count, right.path.order.0, right.path.order.1, right.path.order.2)
      > (right.count, left.path.order.0, left.path.order.1, left.path.order.2)
  }

  /// Only where a landing comes before it.
  private func offerLocation(_ hit: Hit) -> String? {
    guard hit.landing != nil, let offer = hit.offer else { return nil }
    return pipeline.offer(
      nil, offerID: offer.id, knowing: .click(hit.event(.ok)), hit.request,
      in: Snapshot.Place(tenant: hit.tenant, servesDashboard: false), using: hit.generator
    ).destination
  }

  // Every flow, exactly

  private func results(_ hit: Hit) -> [FlowSimulation.FlowResult] {
    let campaign = hit.campaign
    let flows = campaign.forced + campaign.regular + [campaign.fallback].compactMap { $0 }
    let judged = flows.map { (flow: $0, verdict: hit.verdict(on: $0)) }
    let matching = judged.filter { $0.verdict == .matches }.map(\.flow)
    let taking = FlowSimulator.taking(matching)
    let total = taking.reduce(0) { $0 + $1.drawWeight }
    return judged.map { flow, verdict in
      let takes = taking.contains { $0.id == flow.id }
      return FlowSimulation.FlowResult(
        id: flow.id, verdict: verdict,
        share: takes ? FlowSimulation.Share(id: flow.id, weight: flow.drawWeight, total: total) : nil,
        landings: takes ? shares(flow.landings) { _ in true } : [],
        offers: takes ? shares(flow.offers) { !(caps?.isCapped($0, of: hit.tenant, at: hit.request.now) ?? false) } : []
      )
    }
  }

  /// Of those that match, the ones that visitors can go through: the first forced, else the regular, else the default.
  private static func taking(_ matching: [Snapshot.Flow]) -> [Snapshot.Flow] {
    if let forced = matching.first(where: { $0.kind == .forced }) { return [forced] }
    let regular = matching.filter { $0.kind == .regular }
    return regular.isEmpty ? Array(matching.prefix(1)) : regular
  }

  private func shares<Item: FlowItem>(
    _ table: WeightTable<Item>, _ isOpen: (Item) -> Bool
  ) -> [FlowSimulation.Share] {
    let open = table.entries.filter { isOpen($0.item) }
    let total = open.reduce(0) { $0 + $1.weight }
    return open.map { FlowSimulation.Share(id: $0.item.id, weight: $0.weight, total: total) }
  }
}

extension FlowSimulation.Path {
  fileprivate var order: (Int64, Int64, Int64) { (flowID ?? 0, landingID ?? 0, offerID ?? 0) }
}

extension Snapshot.Flow {
  /// Only regular flows are drawn.
  fileprivate var drawWeight: UInt64 { kind == .regular ? weight : 1 }
}

extension Hit {
  fileprivate var path: FlowSimulation.Path {
    FlowSimulation.Path(flowID: flow?.id, landingID: landing?.id, offerID: offer?.id)
  }

  fileprivate func verdict(on flow: Snapshot.Flow) -> FlowSimulation.Verdict {
    for (index, filter) in flow.filters.enumerated() {
      switch filter.verdict(on: facts, at: request.now) {
      case .matched: continue
      case .missed: return .missed(filter: index)
      case .unknown(let fact): return .unknown(filter: index, reason: fact.rawValue)
      }
    }
    return flow.obstacle.map { .skipped(reason: $0.rawValue) } ?? .matches
  }
}
