import ClickPath
import Conversions
import Core

/// What visitors did after their clicks: records for the journal, steps on landings, hits of networks and of the pixel.
struct DemoDoings {
  let tenantID: Int64
  let winners: DemoCatalog.Winners
  let now: Timestamp
  private(set) var records: [JournalEvent] = []
  private(set) var steps: [(click: ClickID, step: ClickStepStore.Step)] = []
  private(set) var hits: [PostbackHit] = []
  private var orders = 0

  init(tenantID: Int64, winners: DemoCatalog.Winners, now: Timestamp) {
    self.tenantID = tenantID
    self.winners = winners
    self.now = now
  }

  /// Gives out what has gathered.
  mutating func take() -> DemoDoings {
    defer { (records, steps, hits) = ([], [], []) }
    return self
  }

  /// - Returns: whether something was bought.
  mutating func follow(
    _ click: ClickEvent, of campaign: DemoCampaign, by person: DemoCrowd.Person,
    using generator: inout some RandomNumberGenerator
  ) throws -> Bool {
    records.append(.click(click))
    guard click.status == .ok else { return false }
    // Who comes again is closer to buying.
    let ease = 100 + 60 * min(person.visits - 1, 3)
    var isBuying = false
    switch campaign.kind {
    case .affiliate(let rate), .subscription(let rate, _):
      let isBetter =
        click.landingID.map(winners.landings.contains) ?? click.offerID.map(winners.offers.contains) ?? false
      isBuying = Int.random(in: 0..<100_000, using: &generator) < rate * ease * (isBetter ? 2 : 1)
    case .shop: break
    }
    let goesOn = read(click, isBuying: isBuying, using: &generator)
    switch campaign.kind {
    case .affiliate: if isBuying { sell(click, using: &generator) }
    case .subscription(_, let weekly): if isBuying { subscribe(click, weekly, using: &generator) }
    case .shop(let rate):
      guard goesOn else { return false }
      let isBetter = click.landingID.map(winners.landings.contains) ?? false
      let told = try DemoShop.visit(
        click, rate: isBetter ? rate * 3 / 2 : rate, ease: ease, email: person.email, using: &generator)
      for (report, time) in told where time < now { hear(report, at: time, using: &generator) }
      isBuying = told.last?.report.kind == PixelReport.purchase
    }
    return isBuying
  }

  /// How far the visitor reads, where there is a landing.
  /// - Returns: whether they went on to the offer.
  private mutating func read(
    _ click: ClickEvent, isBuying: Bool, using generator: inout some RandomNumberGenerator
  ) -> Bool {
    guard click.landingID != nil else { return true }
    var time = click.ts
    for (number, name, chance) in [(1, "Page opened", 100), (2, "Read on", 62), (3, "Offer shown", 70)] {
      guard isBuying || Int.random(in: 0..<100, using: &generator) < chance else { return false }
      time = time + .seconds(Int64.random(in: 2...40, using: &generator))
      guard time < now else { return false }
      steps.append((click.id, .init(number: number, name: name, at: time)))
    }
    guard isBuying || Int.random(in: 0..<100, using: &generator) < 80, let offer = click.offerID else { return false }
    records.append(.offerVisit(OfferVisitEvent(tenantID: tenantID, clickID: click.id, offerID: offer, at: time)))
    return true
  }

  // What networks report, after a while: most as sales, some as leads, on hold or rejected.

  private mutating func sell(_ click: ClickEvent, using generator: inout some RandomNumberGenerator) {
    let status =
      ["approved", "approved", "approved", "approved", "pending", "lead", "rejected"].randomElement(using: &generator)
    let delay = Duration.seconds(Int64.random(in: 60...14_400, using: &generator))
    report(click, after: delay, "&status=\(status ?? "approved")", using: &generator)
  }

  private mutating func subscribe(
    _ click: ClickEvent, _ weekly: Micros, using generator: inout some RandomNumberGenerator
  ) {
    report(click, after: .minutes(Int64.random(in: 2...90, using: &generator)), "&status=approved", using: &generator)
    // One in five leaves each week.
    for week in 1...4 {
      guard Int.random(in: 0..<5, using: &generator) > 0 else { return }
      report(
        click, after: .days(Int64(7 * week)), "&status=approved&conversion_type=rebill&payout=\(weekly)",
        using: &generator)
    }
  }

  private mutating func report(
    _ click: ClickEvent, after delay: Duration, _ query: String, using generator: inout some RandomNumberGenerator
  ) {
    let time = click.ts + delay
    guard time < now else { return }
    orders += 1
    hits.append(
      PostbackHit(
        id: UUIDv7(at: time, using: &generator),
        query: "click_id=\(click.id)&txid=T\(orders)-\(click.ts.seconds)\(query)"))
  }

  // What the pixel tells.

  private mutating func hear(
    _ report: PixelReport, at time: Timestamp, using generator: inout some RandomNumberGenerator
  ) {
    let id = UUIDv7(at: time, using: &generator)
    records.append(.shop(ShopEvent(report, tenantID: tenantID, hit: id, from: DemoShop.origin, at: time)))
    guard report.isConversion else { return }
    hits.append(
      PostbackHit(
        id: id, channel: .pixel, method: .post, query: "", contentType: "application/json",
        body: JSONValue.object(report.json).utf8, headers: ["origin": DemoShop.origin]))
  }
}
