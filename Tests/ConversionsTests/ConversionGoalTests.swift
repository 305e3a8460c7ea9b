import Conversions
import Core
import Testing

@Suite struct ConversionGoalTests {
  private let offer = Money(Micros(rawValue: 10_000_000), .eur)

  private func goal(_ pay: ConversionGoal.Pay?) -> ConversionGoal {
    ConversionGoal(word: "deposit", name: "Deposit", pay: pay, type: nil)
  }

  @Test func anAmountCountsUnlessTheHitNamesOne() {
    let goal = goal(.amount(Micros(rawValue: 3_000_000), nil))
    let named = Money(Micros(rawValue: 1), .usd)
    #expect(goal.payout(named: nil, offer: offer, standard: .usd) == Money(Micros(rawValue: 3_000_000), .eur))
    #expect(goal.payout(named: nil, offer: nil, standard: .usd) == Money(Micros(rawValue: 3_000_000), .usd))
    #expect(goal.payout(named: named, offer: offer, standard: .usd) == named)
    let own = self.goal(.amount(Micros(rawValue: 7), .usd))
    #expect(own.payout(named: nil, offer: offer, standard: .eur) == Money(Micros(rawValue: 7), .usd))
  }

  @Test func percentIsOfWhatTheHitNamesElseOfTheOffers() {
    let goal = goal(.percent(Micros(rawValue: 12_500_000)))
    let named = Money(Micros(rawValue: 80_000_000), .usd)
    #expect(goal.payout(named: named, offer: offer, standard: .usd) == Money(Micros(rawValue: 10_000_000), .usd))
    #expect(goal.payout(named: nil, offer: offer, standard: .usd) == Money(Micros(rawValue: 1_250_000), .eur))
    #expect(goal.payout(named: nil, offer: nil, standard: .usd) == nil)
  }

  @Test func aGoalWithoutAPayoutLeavesItToTheOffer() {
    #expect(goal(nil).payout(named: nil, offer: offer, standard: .usd) == nil)
  }

  @Test func wordsAreComparedAsStatusesAre() {
    #expect(ConversionGoal.key(" First-Deposit ") == "first_deposit")
    #expect(ConversionGoal.key(String(repeating: "x", count: 300)).count == 100)
  }

  @Test func routysEventsAreTypes() {
    let words = [
      ("Registration", "registration"), ("FTD", "ftd"), ("First-time deposit", "ftd"), ("Deposit", "deposit"),
      ("Qualified", "qualified"), ("Revenue Share", "revenue_share"), ("revshare", "revenue_share"),
      ("conversion", "sale"),
    ]
    for (word, type) in words { #expect(ConversionType(word: word).rawValue == type) }
  }

  @Test func whatNamesAGoalAndWhatNamesAType() throws {
    let both = try PostbackParameters(get("click_id=\(click)&goal=Deposit&event=x&conversion_type=lead"))
    #expect(both.goalWords == ["Deposit", "x"])
    #expect(both.isTypeNamed && both.type == .lead)
    let event = try PostbackParameters(get("click_id=\(click)&event=FTD"))
    #expect(event.goalWords == ["FTD"])
    #expect(!event.isTypeNamed && event.type.rawValue == "ftd")
    let trackier = try PostbackParameters(
      post("application/x-www-form-urlencoded", "click_id=\(click)&goal_value=signup&txn_id=7&sale_amount=12.5"))
    #expect(trackier.goalWords == ["signup"] && trackier.type == .sale)
    #expect(trackier.transactionID == "7")
    #expect(trackier.payout == Micros(rawValue: 12_500_000))
  }
}
