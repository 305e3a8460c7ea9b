import ClickPath
import Core
import Web

/// The way a made-up visitor took, and every flow's say in it.
struct SimulationView: Sendable {
  let simulation: Simulation
  let icons: IconSet

  var html: HTML { paused + Parts.card("Where the visitor goes", decision) + flows + draws }

  private var paused: HTML {
    guard simulation.result.isPaused else { return .empty }
    return Parts.note(.warning, "<p>The campaign is paused: until it runs, every visitor gets a 404.</p>", icons)
  }

  private var decision: HTML {
    let (result, path) = (simulation.result, simulation.result.path)
    var facts: [(name: String, value: HTML)] = [
      ("Flow", Parts.text(simulation.flowName(path.flowID))),
      ("Landing page", Parts.text(path.landingID.map { simulation.items.landings[$0] ?? "#\($0)" })),
      ("Offer", Parts.text(path.offerID.map { simulation.items.offers[$0] ?? "#\($0)" })),
      ("Answer", "\(result.status)\(result.location == nil ? ", a page" : ", a redirect")"),
    ]
    if let location = result.location { facts.append(("Goes to", "<code>\(location)</code>")) }
    if let location = result.offerLocation { facts.append(("Its button leads to", "<code>\(location)</code>")) }
    let refusal: HTML =
      result.stop == nil
      ? .empty : Parts.note(.warning, "<p>Nobody takes this visitor: a 404 is the answer.</p>", icons)
    return refusal + Parts.facts(facts)
  }

  private var flows: HTML {
    let rows = simulation.entries.map { entry -> HTML in
      let share = entry.result?.share.flatMap { Shares.text(Int64($0.weight), of: Int64($0.total)) }
      return """
        <tr><th scope="row"><a href="/admin/flows/\(entry.flow.id)">\(entry.flow.draft.name)</a>\
        <div class="ty-sub">\(FilterWords.title(of: entry.flow.draft.kind))</div></th>\
        <td>\(Parts.badge(Self.title(entry.outcome), Self.tone(entry.outcome)))</td>\
        <td>\(simulation.words(entry))\(items(entry))</td><td class="num">\(share ?? Figures.none)</td></tr>
        """
    }
    guard !rows.isEmpty else {
      return Parts.card("Flows", "<p>The campaign has no flows: visitors go to its default offer.</p>")
    }
    return Parts.flushCard(
      "Flows, in their order", Parts.bareTable(["Flow", "Outcome", "Why", .number("Share")], rows, caption: "Flows"))
  }

  private func items(_ entry: Simulation.Entry) -> HTML {
    guard let result = entry.result, result.share != nil else { return .empty }
    let lines =
      result.landings.map { line($0, simulation.items.landings) }
      + result.offers.map { line($0, simulation.items.offers) }
    return "<ul class=\"ty-plain\">\(lines)</ul>"
  }

  private func line(_ share: FlowSimulation.Share, _ names: [Int64: String]) -> HTML {
    let text = Shares.text(Int64(share.weight), of: Int64(share.total)) ?? Figures.none
    return "<li>\(names[share.id] ?? "#\(share.id)") <span class=\"ty-share\">\(text)</span></li>"
  }

  private var draws: HTML {
    let total = simulation.result.draws.reduce(0) { $0 + $1.count }
    guard total > 1 else { return .empty }
    let rows = simulation.result.draws.prefix(100).map { draw -> HTML in
      """
      <tr><th scope="row">\(Parts.text(simulation.flowName(draw.path.flowID)))</th>\
      <td>\(Parts.text(draw.path.landingID.map { simulation.items.landings[$0] ?? "#\($0)" }))</td>\
      <td>\(Parts.text(draw.path.offerID.map { simulation.items.offers[$0] ?? "#\($0)" }))</td>\
      <td class="num">\(Figures.count(draw.count))</td>\
      <td class="num">\(Shares.text(Int64(draw.count), of: Int64(total)) ?? Figures.none)</td></tr>
      """
    }
    return Parts.flushCard(
      "Drawn \(Figures.count(total)) times",
      Parts.bareTable(
        ["Flow", "Landing page", "Offer", .number("Visitors"), .number("Share")], rows, caption: "Draws"))
  }

  private static func title(_ outcome: Simulation.Entry.Outcome) -> String {
    switch outcome {
    case .matched: "Takes"
    case .outranked: "Too late"
    case .missed: "No match"
    case .unknown: "Not known"
    case .skipped: "Skipped"
    case .inactive: "Paused"
    case .ignored: "Ignored"
    }
  }

  private static func tone(_ outcome: Simulation.Entry.Outcome) -> Parts.Tone {
    switch outcome {
    case .matched: .good
    case .unknown, .skipped, .ignored: .warn
    case .outranked, .missed, .inactive: .plain
    }
  }
}
