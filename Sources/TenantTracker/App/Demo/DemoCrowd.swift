import ClickPath
import Core

/// The people behind the visits. Some come once; some come back, by the same way or another, before they buy or after.
struct DemoCrowd {
  struct Person {
    let number: Int
    let visitor: DemoVisitor
    let isShopper: Bool
    /// What their browser keeps of us: `_tly_vid=...`.
    var cookie: String?
    var visits = 0
    var email: String { "customer-\(number)@example.com" }
  }

  /// Who came longer ago does not come back.
  private static let memory = 4_000
  /// Out of a thousand visits.
  private static let returning = 260

  /// Of those, visits by people who have bought before.
  private static let loyal = 250

  private(set) var people: [Person] = []
  private var buyers: [Int] = []

  /// The next visitor and the campaign that brings them.
  mutating func next(using generator: inout some RandomNumberGenerator) -> (index: Int, campaign: DemoCampaign) {
    if !people.isEmpty, Int.random(in: 0..<1_000, using: &generator) < Self.returning {
      let index = returning(using: &generator)
      return (index, .random(returningToShop: people[index].isShopper, using: &generator))
    }
    let campaign = DemoCampaign.random(using: &generator)
    people.append(
      Person(number: people.count + 1, visitor: .random(using: &generator), isShopper: campaign.isShop))
    return (people.count - 1, campaign)
  }

  private func returning(using generator: inout some RandomNumberGenerator) -> Int {
    if Int.random(in: 0..<1_000, using: &generator) < Self.loyal, let buyer = buyers.randomElement(using: &generator) {
      return buyer
    }
    return Int.random(in: max(0, people.count - Self.memory)..<people.count, using: &generator)
  }

  mutating func bought(_ index: Int) { buyers.append(index) }

  /// Takes what the answer leaves in the visitor's browser.
  mutating func visited(_ index: Int, _ answer: TrackingAnswer) {
    people[index].visits += 1
    let cookies = answer.headers.filter { $0.name == "Set-Cookie" }.map { $0.value.prefix { $0 != ";" } }
    if let cookie = cookies.first(where: { $0.hasPrefix("_tly_vid=") }) { people[index].cookie = String(cookie) }
  }
}
