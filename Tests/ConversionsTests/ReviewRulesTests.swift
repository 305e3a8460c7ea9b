import Conversions
import Core
import Testing

@Suite struct ReviewRulesTests {
  private func change(_ status: ConversionStatus, to said: ConversionStatus) -> ConversionChange {
    let known = KnownConversion(
      id: ConversionID(at: arrival), type: .sale, status: status, transactionID: nil, sequence: 0,
      payout: Money(.zero, .usd), createdAt: arrival)
    return ConversionRules.change(
      known, by: ConversionClaim(id: ConversionID(at: arrival), type: .sale, status: said, at: arrival))
  }

  @Test func theMostSpecificRuleWins() {
    let rules = ApprovalRules([
      ApprovalRule(approval: .manual), ApprovalRule(type: .rebill, approval: .auto),
      ApprovalRule(networkID: 3, approval: .auto), ApprovalRule(networkID: 3, type: .lead, approval: .manual),
      ApprovalRule(offerID: 2, type: .upsell, approval: .manual),
    ])
    #expect(rules.approval(of: .sale) == .auto)
    #expect(rules.approval(of: .lead) == .manual)
    #expect(rules.approval(of: .upsell) == .manual)
    #expect(rules.approval(of: .rebill) == .auto)
    #expect(ApprovalRules([ApprovalRule(approval: .manual)]).approval(of: .sale) == .manual)
    #expect(
      ApprovalRules([
        ApprovalRule(offerID: 2, approval: .auto), ApprovalRule(networkID: 3, type: .sale, approval: .manual),
      ])
      .approval(of: .sale) == .auto)
    #expect(ApprovalRules().approval(of: .sale) == .auto)
  }

  @Test func onlyAnApprovalIsHeldBack() {
    for status in ConversionStatus.allCases {
      #expect(ReviewRules.first(status, .auto) == (status, nil))
      let held = ReviewRules.first(status, .manual)
      #expect(held == (status == .sale ? (.hold, .pending) : (status, nil)))
    }
    for status in [ConversionStatus.lead, .hold] {
      let (settled, review) = ReviewRules.settle(change(status, to: .sale), current: nil, .manual)
      #expect(settled.status == status && settled.outcome == .held && review == .pending)
      let (again, still) = ReviewRules.settle(change(status, to: .sale), current: .pending, .manual)
      #expect(again.status == status && still == .pending)
    }
    // What counts already counts on.
    let (settled, review) = ReviewRules.settle(change(.sale, to: .sale), current: .approved, .manual)
    #expect(settled.status == .sale && review == .approved)
  }

  @Test func whateverDecidesTheStatusEndsTheReview() {
    #expect(ReviewRules.settle(change(.hold, to: .sale), current: .pending, .auto).review == .approved)
    #expect(ReviewRules.settle(change(.hold, to: .rejected), current: .pending, .auto).review == .rejected)
    #expect(ReviewRules.settle(change(.hold, to: .rejected), current: .pending, .manual).review == .rejected)
    #expect(ReviewRules.settle(change(.sale, to: .rejected), current: .approved, .manual).review == .approved)
    #expect(ReviewRules.settle(change(.hold, to: .trash), current: .pending, .auto).review == .pending)
  }
}
