import Core
import Foundation

/// What happens in the simulated year: who buys what, whose card fails when, who changes their mind. Both the server and
/// the model that checks it are driven by this.
struct YearScript {
  enum Card: Hashable {
    case good
    /// The first attempts for one of the buyer's collected invoices are declined: `invoice` counts from 0.
    case hiccup(invoice: Int, declined: Int)
    /// From this day on nothing can be collected.
    case dead(from: Int)
  }

  enum Act: Hashable {
    case change(plan: String, yearly: Bool)
    case cancelNow(refund: Bool)
    case cancelAtEnd
    /// Staff book a transfer for the oldest open invoice.
    case transfer
    /// Staff give back half of the newest paid invoice.
    case giveBackHalf
  }

  struct Buyer {
    let index: Int
    let plan: String
    let isYearly: Bool
    let isEuro: Bool
    let country: String?
    let vatID: String?
    let coupon: String?
    let firstDay: Int
    let card: Card
    let acts: [(day: Int, act: Act)]

    var email: String { "buyer\(index)@example.com" }
    /// Seconds after the day's midnight: nothing happens at a round time.
    var orderSecond: Int { 28_800 + index * 7 }
    var actSecond: Int { 43_200 + index * 11 }
  }

  static let days = 365
  static let runSecond = 72_000
  /// 2027-01-01
  static let begin = 1_798_761_600

  let buyers: [Buyer]

  init(buyers count: Int, seed: UInt64) {
    var dice = YearDice(state: seed)
    buyers = (0..<count).map { Self.buyer($0, &dice) }
  }

  private init(_ buyers: [Buyer]) { self.buyers = buyers }

  /// Every so many-th of the buyers.
  func part(_ part: Int, of parts: Int) -> YearScript { YearScript(buyers.filter { $0.index % parts == part }) }

  private static func buyer(_ index: Int, _ dice: inout YearDice) -> Buyer {
    let country = ["DE", "FR", "FR", "US", nil].randomElement(using: &dice) ?? nil
    let isEuro = country == "DE" || country == "FR"
    let coupon = [nil, nil, "FIFTH3", "HALFONCE", isEuro ? "FIVEEUR" : "FIVEUSD"].randomElement(using: &dice) ?? nil
    let firstDay = Int.random(in: 0..<120, using: &dice)
    let card: Card =
      switch Int.random(in: 0..<10, using: &dice) {
      case 0, 1: .hiccup(invoice: Int.random(in: 0...3, using: &dice), declined: Int.random(in: 1...4, using: &dice))
      case 2: .dead(from: Int.random(in: firstDay...300, using: &dice))
      default: .good
      }
    let acts = (0..<Int.random(in: 0...3, using: &dice)).map { _ in
      (day: Int.random(in: firstDay + 1..<days, using: &dice), act: act(&dice))
    }
    return Buyer(
      index: index, plan: ["starter", "pro", "enterprise"].randomElement(using: &dice) ?? "pro",
      isYearly: Int.random(in: 0..<10, using: &dice) < 8, isEuro: isEuro, country: country,
      vatID: country == "FR" && Bool.random(using: &dice) ? "FR12345678901" : nil, coupon: coupon, firstDay: firstDay,
      card: card, acts: acts.sorted { $0.day < $1.day })
  }

  private static func act(_ dice: inout YearDice) -> Act {
    switch Int.random(in: 0..<16, using: &dice) {
    case 0: .cancelNow(refund: Bool.random(using: &dice))
    case 1: .cancelAtEnd
    case 2, 3, 4: .transfer
    case 5, 6: .giveBackHalf
    default:
      .change(
        plan: ["starter", "pro", "enterprise"].randomElement(using: &dice) ?? "pro", yearly: Bool.random(using: &dice))
    }
  }
}

/// Reproducible chance (xorshift64*).
struct YearDice: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state ^= state >> 12
    state ^= state << 25
    state ^= state >> 27
    return state &* 0x2545_F491_4F6C_DD1D
  }
}
