import ClickPath
import Core
import Web

/// What became of a made-up visitor, with the names of what it went through.
struct Simulation: Sendable {
  /// What is said of one flow of the campaign.
  struct Entry: Sendable {
    enum Outcome: String, Sendable, CaseIterable {
      /// It takes visitors like this, alone or by its share.
      case matched
      /// Its filters match, but an earlier flow takes the visitor.
      case outranked
      case missed, unknown, skipped, inactive
      /// A second default flow, or one with a filter that can't be read.
      case ignored
    }

    let flow: Flow
    let outcome: Outcome
    /// The first filter that did not match.
    let filter: FilterRecord?
    /// A reason code of what is unknown or keeps the flow from serving.
    let reason: String?
    let result: FlowSimulation.FlowResult?
  }

  let campaign: Campaign
  let visitor: SimulatedVisitor
  let seed: UInt64
  let result: FlowSimulation
  let entries: [Entry]
  let items: FlowItemNames

  init(
    campaign: Campaign, visitor: SimulatedVisitor, seed: UInt64, result: FlowSimulation, flows: [Flow],
    items: FlowItemNames
  ) {
    self.campaign = campaign
    self.visitor = visitor
    self.seed = seed
    self.result = result
    self.items = items
    entries = flows.map { flow in Simulation.entry(flow, result.flows.first { $0.id == flow.id }) }
  }

  private static func entry(_ flow: Flow, _ result: FlowSimulation.FlowResult?) -> Entry {
    let make = { (outcome: Entry.Outcome, filter: Int?, reason: String?) in
      let filters = flow.draft.filters
      return Entry(
        flow: flow, outcome: outcome, filter: filter.flatMap { filters.indices.contains($0) ? filters[$0] : nil },
        reason: reason, result: result)
    }
    switch result?.verdict {
    case .matches?: return make(result?.share == nil ? .outranked : .matched, nil, nil)
    case .missed(let filter)?: return make(.missed, filter, nil)
    case .unknown(let filter, let reason)?: return make(.unknown, filter, reason)
    case .skipped(let reason)?: return make(.skipped, nil, reason)
    case nil: return make(flow.draft.isActive ? .ignored : .inactive, nil, nil)
    }
  }
}

// As the API answers

extension Simulation {
  var json: JSONValue {
    [
      "campaign": [
        "id": .int(campaign.id), "name": .string(campaign.draft.name), "slug": .string(campaign.draft.slug),
        "status": .string(campaign.draft.status.rawValue),
      ],
      "recorded": false, "time": JSONValue(visitor.at), "seed": .int(seed), "facts": facts, "decision": decision,
      "flows": .array(entries.map(json)),
      "draws": .array(
        result.draws.map { draw in
          guard case .object(var object) = json(draw.path) else { return .null }
          object["count"] = .int(draw.count)
          return .object(object)
        }),
    ]
  }

  private var decision: JSONValue {
    guard case .object(var object) = json(result.path) else { return .null }
    object["status"] = .int(result.status)
    object["location"] = JSONValue(result.location)
    object["offer_location"] = JSONValue(result.offerLocation)
    object["reason"] = JSONValue(result.stop?.rawValue)
    object["trace"] = JSONValue(result.trace)
    return .object(object)
  }

  private func json(_ path: FlowSimulation.Path) -> JSONValue {
    [
      "flow_id": JSONValue(path.flowID), "flow": JSONValue(flowName(path.flowID)),
      "landing_id": JSONValue(path.landingID), "landing": JSONValue(path.landingID.flatMap { items.landings[$0] }),
      "offer_id": JSONValue(path.offerID), "offer": JSONValue(path.offerID.flatMap { items.offers[$0] }),
    ]
  }

  private func json(_ entry: Entry) -> JSONValue {
    let shares = { (shares: [FlowSimulation.Share], names: [Int64: String]) -> JSONValue in
      .array(shares.map { share in .object(Simulation.json(share, name: names[share.id])) })
    }
    var object = Simulation.json(entry.result?.share, id: entry.flow.id, name: entry.flow.draft.name)
    object["type"] = .string(entry.flow.draft.kind.rawValue)
    object["outcome"] = .string(entry.outcome.rawValue)
    object["filter"] = entry.filter.map(Flow.json) ?? .null
    object["reason"] = JSONValue(entry.reason)
    object["message"] = .string(words(entry))
    object["landings"] = shares(entry.result?.landings ?? [], items.landings)
    object["offers"] = shares(entry.result?.offers ?? [], items.offers)
    return .object(object)
  }

  private static func json(_ share: FlowSimulation.Share?, id: Int64, name: String?) -> JSONObject {
    [
      "id": .int(id), "name": JSONValue(name), "share": share.map { .number(Shares.fraction($0)) } ?? .int(0),
      "weight": share.map { .int($0.weight) } ?? .null, "total": share.map { .int($0.total) } ?? .null,
    ]
  }

  private static func json(_ share: FlowSimulation.Share, name: String?) -> JSONObject {
    json(share, id: share.id, name: name)
  }

  private var facts: JSONValue {
    let facts = result.facts
    return [
      "ip": JSONValue(visitor.address?.description), "country": JSONValue(facts.country),
      "region": JSONValue(facts.region), "city": JSONValue(facts.city), "isp": JSONValue(facts.isp),
      "connection": JSONValue(facts.connection), "device": JSONValue(facts.device), "os": JSONValue(facts.os),
      "browser": JSONValue(facts.browser), "language": JSONValue(facts.language?.text),
      "referrer_domain": JSONValue(facts.referrerDomain), "visitor": .string(visitor.history.rawValue),
    ]
  }

  func flowName(_ id: Int64?) -> String? {
    id.flatMap { id in entries.first { $0.flow.id == id }?.flow.draft.name }
  }

  /// Why, in a sentence.
  func words(_ entry: Entry) -> String {
    switch entry.outcome {
    case .matched: return entry.flow.draft.kind == .default ? "No other flow took the visitor." : "All filters match."
    case .outranked: return "It matches, but an earlier flow takes the visitor."
    case .missed: return "Not met: \(entry.filter.map(FilterWords.text) ?? "a filter")."
    case .unknown:
      return "Not known of this visitor, so neither met nor unmet: \(entry.filter.map(FilterWords.text) ?? "a filter")."
    case .skipped:
      return entry.reason == "empty"
        ? "It matches, but has no landing page and no offer."
        : "It matches, but all it leads to is paused or has weight 0."
    case .inactive: return "The flow is paused."
    case .ignored:
      return entry.flow.draft.kind == .default
        ? "Only the first default flow runs." : "One of its filters can't be read, so the flow does not run."
    }
  }

  static let answer = Schema.object([
    .required("recorded", .boolean), .required("decision", .any), .required("facts", .any),
    .required("flows", .array(.any)), .required("draws", .array(.any)),
  ])
}

extension Shares {
  /// `0.666667`
  static func fraction(_ share: FlowSimulation.Share) -> String {
    let millionths = Int64((Double(share.weight) / Double(max(1, share.total)) * 1_000_000).rounded())
    return "\(millionths / 1_000_000).\(String(millionths % 1_000_000 + 1_000_000).dropFirst())"
  }
}
