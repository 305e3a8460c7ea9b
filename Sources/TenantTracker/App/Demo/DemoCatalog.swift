import ClickPath
import Core
import Database

/// The demo's sources, networks, offers, landings, campaigns and flows, written by the stores that the dashboard uses.
struct DemoCatalog: Sendable {
  let tracker: Tracker
  let scope: TenantScope

  static let slugs = ["antivirus-push", "vpn-native", "sweeps-search"]

  func isMissing() async throws -> Bool {
    try await CampaignStore().page(PageRequest(limit: 1), of: scope).items.isEmpty
  }

  func make() async throws {
    let now = tracker.clock.now() - .days(31)
    try await tracker.writer.write(to: scope) { connection in
      let sources = try await sources(now, connection)
      let offers = try await offers(try await networks(now, connection), now, connection)
      let landings = try await landings(now, connection)
      try await campaigns(sources, offers, landings, now, connection)
      try await tracker.audit.append(
        .init(actor: "command line", action: "demo.create", subject: "tenant"), to: scope.schema, in: connection)
    }
  }

  private func sources(_ now: Timestamp, _ connection: Connection) async throws -> [Int64] {
    var ids: [Int64] = []
    for (name, template) in [("Kadam Push", "kadam"), ("MGID Native", "mgid"), ("Search Ads", "google")] {
      var draft = TrafficSource.Draft(name: name)
      draft.take(SourceTemplate.named(template) ?? .custom)
      ids.append(try await TrafficSourceStore().insert(draft, at: now, of: scope, in: connection))
    }
    return ids
  }

  private func networks(_ now: Timestamp, _ connection: Connection) async throws -> [Int64] {
    var ids: [Int64] = []
    for name in ["Northwind Affiliates", "Bluepeak Media"] {
      ids.append(
        try await NetworkStore().insert(
          .init(
            name: name, requiresKey: false, allowedAddresses: [], statusMap: ["approved": "sale", "pending": "hold"],
            notes: ""), at: now, of: scope, in: connection))
    }
    return ids
  }

  private func offers(_ networks: [Int64], _ now: Timestamp, _ connection: Connection) async throws -> [Int64] {
    var ids: [Int64] = []
    for (name, path, payout, network) in [
      ("Antivirus Plus 1Y", "antivirus", "25.00", 0), ("Antivirus Family", "antivirus-family", "38.00", 0),
      ("PrivateRoute VPN", "vpn", "18.50", 1), ("Gift Card Draw", "sweeps", "2.40", 1),
    ] {
      let draft = Offer.Draft(
        name: name, url: "https://offers.example.com/\(path)?aff=1042", networkID: networks[network],
        payout: Micros(payout) ?? .zero, currency: .usd,
        payouts: path == "antivirus" ? [.init(country: "US", payout: Micros(rawValue: 40_000_000))] : [], capDaily: nil,
        capTotal: nil, notes: "")
      ids.append(try await OfferStore().insert(draft, at: now, of: scope, in: connection))
    }
    return ids
  }

  private func landings(_ now: Timestamp, _ connection: Connection) async throws -> [Int64] {
    var ids: [Int64] = []
    for (name, title, text) in [
      ("Scan result", "Your device was not scanned this month", "See which protection fits it."),
      ("Comparison", "Three antivirus programs compared", "One of them came out ahead in every test."),
      ("Privacy quiz", "What does your connection tell about you?", "Answer two questions and see."),
    ] {
      let html = """
        <!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
        <title>\(title)</title></head><body><h1>\(title)</h1><p>\(text)</p>
        <p><a href="{{offer_url}}">Continue</a></p></body></html>
        """
      ids.append(
        try await LandingStore().insert(
          .init(name: name, content: .local(html: html), notes: ""), at: now, of: scope, in: connection))
    }
    return ids
  }

  private func campaigns(
    _ sources: [Int64], _ offers: [Int64], _ landings: [Int64], _ now: Timestamp, _ connection: Connection
  ) async throws {
    let plans: [(name: String, source: Int64, offer: Int64, cost: String)] = [
      ("Antivirus US Push", sources[0], offers[0], "0.048"), ("VPN Native", sources[1], offers[2], "0.072"),
      ("Gift Cards Search", sources[2], offers[3], "0.031"),
    ]
    for (index, plan) in plans.enumerated() {
      let id = try await CampaignStore().insert(
        .init(
          name: plan.name, slug: Self.slugs[index], sourceID: plan.source, offerID: plan.offer, domainID: nil,
          costModel: .cpc, cost: Micros(plan.cost), currency: .usd, externalIDs: [], appendsClickParameter: true,
          status: .active), at: now, of: scope, in: connection)
      for flow in flows(index, offers, landings) {
        _ = try await FlowStore().insert(flow, campaign: id, at: now, of: scope, in: connection)
      }
    }
  }

  private func flows(_ campaign: Int, _ offers: [Int64], _ landings: [Int64]) -> [Flow.Draft] {
    let fallback = Flow.Draft(
      name: "Everybody", kind: .default, weight: 100, filters: [],
      landings: campaign == 2 ? [] : [WeightedID(id: landings[campaign], weight: 100)],
      offers: [WeightedID(id: offers[[0, 2, 3][campaign]], weight: 100)], isActive: true, binding: .none, position: nil)
    guard campaign == 0 else { return [fallback] }
    let english = Flow.Draft(
      name: "English, two landings", kind: .regular, weight: 100,
      filters: [FilterRecord(field: "language", op: "in", values: ["en"])],
      landings: [WeightedID(id: landings[0], weight: 100), WeightedID(id: landings[1], weight: 50)],
      offers: [WeightedID(id: offers[0], weight: 100), WeightedID(id: offers[1], weight: 50)], isActive: true,
      binding: .none, position: nil)
    return [english, fallback]
  }
}
