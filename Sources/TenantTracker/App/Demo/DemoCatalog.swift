import ClickPath
import Core
import Database

/// The demo's sources, networks, offers, landings, campaigns, flows and products, written by the stores that the dashboard
/// uses.
struct DemoCatalog: Sendable {
  /// Which pages and offers do better than what they are shown beside.
  struct Winners: Sendable {
    var landings: Set<Int64> = []
    var offers: Set<Int64> = []
  }

  let tracker: Tracker
  let scope: TenantScope

  func isMissing() async throws -> Bool {
    try await CampaignStore().page(PageRequest(limit: 1), of: scope).items.isEmpty
  }

  func make() async throws -> Winners {
    let now = tracker.clock.now() - .days(31)
    return try await tracker.writer.write(to: scope) { connection in
      let sources = try await sources(now, connection)
      let offers = try await offers(try await networks(now, connection), now, connection)
      let landings = try await landings(now, connection)
      try await campaigns(sources, offers, landings, now, connection)
      try await products(now, connection)
      try await tracker.audit.append(
        .init(actor: "command line", action: "demo.create", subject: "tenant"), to: scope.schema, in: connection)
      return Winners(landings: [landings[1], landings[5]], offers: [offers[4]])
    }
  }

  private func sources(_ now: Timestamp, _ connection: Connection) async throws -> [Int64] {
    var ids: [Int64] = []
    for (name, template) in [
      ("Kadam Push", "kadam"), ("MGID Native", "mgid"), ("Search Ads", "google"), ("Social Ads", "meta"),
    ] {
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
      ("Gift Card Draw, one field", "sweeps-short", "2.10", 1),
    ] {
      let draft = Offer.Draft(
        name: name, url: "https://offers.example.com/\(path)?aff=1042", networkID: networks[network],
        payout: Micros(payout) ?? .zero, currency: .usd,
        payouts: path == "antivirus" ? [.init(country: "US", payout: Micros(rawValue: 40_000_000))] : [], capDaily: nil,
        capTotal: nil, notes: "")
      ids.append(try await OfferStore().insert(draft, at: now, of: scope, in: connection))
    }
    let shop = Offer.Draft(
      name: "Stride Running Shop", url: "\(DemoShop.origin)/", networkID: nil, payout: .zero, currency: .usd,
      payouts: [], capDaily: nil, capTotal: nil, notes: "A shop with the pixel on its pages: payouts are its carts.")
    ids.append(try await OfferStore().insert(shop, at: now, of: scope, in: connection))
    return ids
  }

  private func landings(_ now: Timestamp, _ connection: Connection) async throws -> [Int64] {
    var ids: [Int64] = []
    for (name, title, text) in [
      ("Scan result", "Your device was not scanned this month", "See which protection fits it."),
      ("Comparison", "Three antivirus programs compared", "One of them came out ahead in every test."),
      ("Privacy quiz", "What does your connection tell about you?", "Answer two questions and see."),
      ("Speed test", "Fast and private, both at once", "Measure your line with the tunnel on."),
      ("Autumn sale", "Shoes for wet leaves", "Last season's models at half the price."),
      ("Size guide", "The shoe that fits your step", "Three questions, and the right size of ours."),
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

  private func products(_ now: Timestamp, _ connection: Connection) async throws {
    for article in DemoShop.articles {
      var draft = Product.Draft(name: article.name, sku: article.sku, price: article.price, currency: .usd)
      draft.category = article.category
      _ = try await ProductStore().insert(draft, at: now, of: scope, in: connection)
    }
  }

  private func campaigns(
    _ sources: [Int64], _ offers: [Int64], _ landings: [Int64], _ now: Timestamp, _ connection: Connection
  ) async throws {
    for plan in DemoCampaign.all {
      let way = plan.way
      let cost = (plan.cost.lowerBound + plan.cost.upperBound) / 2
      let id = try await CampaignStore().insert(
        .init(
          name: plan.name, slug: plan.slug, sourceID: sources[way.source], offerID: offers[way.offers[0].index],
          domainID: nil, costModel: .cpc, cost: Micros(rawValue: cost), currency: .usd, externalIDs: [],
          appendsClickParameter: true, status: .active), at: now, of: scope, in: connection)
      for flow in way.flows(offers, landings) {
        _ = try await FlowStore().insert(flow, campaign: id, at: now, of: scope, in: connection)
      }
    }
  }
}
