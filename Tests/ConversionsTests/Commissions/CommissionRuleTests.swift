import Conversions
import Core
import Testing

@Suite struct CommissionRuleTests {
  private let event = CommissionScope.Event(
    publisherID: 7, offerID: 3, networkID: 2, goal: "trial", type: ConversionType(rawValue: "ftd"))

  private func rule(_ id: Int64, _ scope: CommissionScope, _ model: CommissionTerms.Model = .cpa) -> CommissionRule {
    CommissionRule(
      id: id, name: "\(id)", scope: scope,
      terms: CommissionTerms(model: model, rate: .init(amount: Micros(rawValue: id)), currency: .usd))
  }

  @Test func theDocumentedOrderOfSpecificity() {
    let type = ConversionType(rawValue: "ftd")
    // Each goes before all that come after it.
    let order = [
      CommissionScope(publisherID: 7, offerID: 3, goal: "trial"), CommissionScope(publisherID: 7, offerID: 3),
      CommissionScope(publisherID: 7, networkID: 2, type: type), CommissionScope(publisherID: 7, networkID: 2),
      CommissionScope(publisherID: 7, goal: "trial"), CommissionScope(publisherID: 7),
      CommissionScope(offerID: 3, type: type), CommissionScope(offerID: 3), CommissionScope(networkID: 2),
      CommissionScope(goal: "trial", type: type), CommissionScope(goal: "trial"), CommissionScope(type: type),
      CommissionScope(),
    ]
    let rules = order.enumerated().map { rule(Int64($0 + 1), $1) }
    for start in rules.indices {
      #expect(rules[start...].shuffled().rule(for: event)?.id == Int64(start + 1))
    }
  }

  @Test func whatDoesNotFitIsNeverChosen() {
    let strange = [
      CommissionScope(publisherID: 8), CommissionScope(offerID: 4), CommissionScope(networkID: 3),
      CommissionScope(goal: "other"), CommissionScope(type: .sale),
      CommissionScope(publisherID: 7, offerID: 3, networkID: 2, goal: "trial", type: .lead),
    ]
    #expect(strange.enumerated().map { rule(Int64($0), $1) }.rule(for: event) == nil)
  }

  @Test func theChosenRuleFitsAndNoneThatFitsIsMoreSpecific() {
    var dice = SeededGenerator(seed: 31)
    func maybe<T>(_ value: T) -> T? { Bool.random(using: &dice) ? value : nil }
    for _ in 0..<2_000 {
      let rules = (1...6).map { id in
        rule(
          Int64(id),
          CommissionScope(
            publisherID: maybe(.random(in: 7...8, using: &dice)), offerID: maybe(.random(in: 3...4, using: &dice)),
            networkID: maybe(2), goal: maybe("trial"), type: maybe(ConversionType(rawValue: "ftd"))))
      }
      let fitting = rules.filter { $0.scope.covers(event) }
      guard let chosen = rules.rule(for: event) else {
        #expect(fitting.isEmpty)
        continue
      }
      #expect(fitting.contains(chosen))
      #expect(fitting.allSatisfy { ($0.scope.rank, -$0.id) <= (chosen.scope.rank, -chosen.id) })
      #expect(rules.shuffled(using: &dice).rule(for: event) == chosen)
    }
  }

  @Test func withoutAnEventTheAmountIsForWhatCounts() {
    #expect(rule(1, CommissionScope()).pays(counted: true))
    #expect(!rule(1, CommissionScope()).pays(counted: false))
    #expect(rule(1, CommissionScope(type: .lead)).pays(counted: false))
    #expect(rule(1, CommissionScope(), .hybrid).pays(counted: false))
    #expect(!rule(1, CommissionScope(), .hybrid).paysAmount(ofCounted: false))
  }
}
