import ClickPath
import Core

/// What the visitors of one of the demo's campaigns cost and do. Chances are out of a thousand.
struct DemoCampaign: Sendable {
  enum Kind: Sendable {
    /// They see a landing and are paid for by a network: `rate` convert, at a weak page.
    case affiliate(rate: Int)
    /// The same, and who bought pays again each week.
    case subscription(rate: Int, weekly: Micros)
    /// They go through a shop that has the pixel: `rate` look around in it.
    case shop(rate: Int)
  }

  let name: String
  let slug: String
  /// Of all visits by new people, and of those who come back to the same line of business.
  let share: Int
  let returningShare: Int
  /// Micros that its source asks for a click.
  let cost: ClosedRange<Int64>
  /// The parameter of the source's click id.
  let clickIDParameter: String
  /// What `sub1` holds: `zone-7`.
  let place: String
  let kind: Kind
  let way: DemoWay

  var isShop: Bool { if case .shop = kind { true } else { false } }

  static let all: [DemoCampaign] = [
    DemoCampaign(
      name: "Antivirus US Push", slug: "antivirus-push", share: 6, returningShare: 2, cost: 150_000...430_000,
      clickIDParameter: "click_id", place: "zone", kind: .affiliate(rate: 15),
      way: DemoWay(
        source: 0, landings: [(0, 100), (1, 50)], offers: [(0, 100), (1, 50)], hasEnglishFlow: true)),
    DemoCampaign(
      name: "VPN Native", slug: "vpn-native", share: 4, returningShare: 4, cost: 240_000...520_000,
      clickIDParameter: "click_id", place: "widget",
      kind: .subscription(rate: 18, weekly: Micros(rawValue: 4_990_000)),
      way: DemoWay(source: 1, landings: [(2, 50), (3, 50)], offers: [(2, 100)], binding: .landing)),
    DemoCampaign(
      name: "Gift Cards Search", slug: "sweeps-search", share: 2, returningShare: 1, cost: 40_000...110_000,
      clickIDParameter: "gclid", place: "keyword", kind: .affiliate(rate: 55),
      way: DemoWay(source: 2, landings: [], offers: [(3, 50), (4, 50)])),
    DemoCampaign(
      name: "Running Shoes Social", slug: "shoes-social", share: 4, returningShare: 1, cost: 520_000...1_050_000,
      clickIDParameter: "fbclid", place: "adset", kind: .shop(rate: 320),
      way: DemoWay(source: 3, landings: [(4, 50), (5, 50)], offers: [(5, 100)])),
    DemoCampaign(
      name: "Running Shoes Search", slug: "shoes-search", share: 1, returningShare: 4, cost: 900_000...1_800_000,
      clickIDParameter: "gclid", place: "keyword", kind: .shop(rate: 480),
      way: DemoWay(source: 2, landings: [], offers: [(5, 100)])),
  ]

  /// Weighted by `share`, or among those of one line of business by `returningShare`.
  static func random(
    returningToShop isShop: Bool? = nil, using generator: inout some RandomNumberGenerator
  ) -> DemoCampaign {
    let choices = isShop.map { isShop in all.filter { $0.isShop == isShop } } ?? all
    let weights = choices.map { isShop == nil ? $0.share : $0.returningShare }
    var draw = Int.random(in: 0..<weights.reduce(0, +), using: &generator)
    for (campaign, weight) in zip(choices, weights) {
      if draw < weight { return campaign }
      draw -= weight
    }
    return choices[0]
  }

  /// The query as the source fills its macros.
  func query(using generator: inout some RandomNumberGenerator) -> String {
    let id = UInt64.random(in: .min ... .max, using: &generator)
    let number = Int.random(in: 1...12, using: &generator)
    let creative = ["blue", "shield", "urgent", "quiet"].randomElement(using: &generator) ?? "blue"
    let price = Micros(rawValue: Int64.random(in: cost, using: &generator))
    return "\(clickIDParameter)=\(id)&cost=\(price)&sub1=\(place)-\(number)&sub2=\(creative)"
  }
}
