import Billing
import Core
import Database
import TestSupport
import Testing

@Suite struct StripeRefundTests {
  private static let day = StripeLife.day

  /// The first invoice is bought and paid, then `happenings` follow from the tenth day on.
  private func make(_ happenings: [StripeStandIn.Happening]) async throws -> StripeScene {
    let scene = try await StripeScene.make { ours in Array(StripeLife.happenings(ours: ours).prefix(5)) + happenings }
    for happening in scene.standIn.happenings.prefix(5) { try await scene.deliver(happening) }
    return scene
  }

  private func charge(_ event: String, refunded: Int64, at day: Int64) -> StripeStandIn.Happening {
    StripeStandIn.Happening(
      event, "charge.refunded", at: StripeLife.start + day * Self.day,
      StripeShapes.charge(id: "ch_in_1", invoice: "in_1", amount: 7_900, refunded: refunded),
      path: "/v1/charges/ch_in_1")
  }

  private func refund(
    _ event: String, _ type: String, _ id: String = "re_1", amount: Int64 = 2_000, status: String,
    ours: String? = nil, at day: Int64
  ) -> StripeStandIn.Happening {
    StripeStandIn.Happening(
      event, type, at: StripeLife.start + day * Self.day,
      StripeShapes.refund(
        id: id, charge: "ch_in_1", amount: amount, status: status,
        failure: status == "failed" ? "lost_or_stolen_card" : nil, ours: ours))
  }

  private func refunds(_ scene: StripeScene) async throws -> [String] {
    let page = try await RefundStore(scene.pool).list(PageRequest(limit: 50, filters: [:]))
    return page.items.map { "\($0.amount) \($0.status) \($0.reference ?? "-")" }.reversed()
  }

  private func credit(_ scene: StripeScene) async throws -> Int64 {
    try await CreditBalanceStore(scene.pool).balance(of: scene.order.customer.id, in: .usd).minorUnits
  }

  /// Sent at Stripe on the tenth day, returned by the bank on the twentieth.
  private var thereAndBack: [StripeStandIn.Happening] {
    [
      charge("evt_a", refunded: 2_000, at: 10), refund("evt_b", "refund.created", status: "succeeded", at: 10),
      refund("evt_c", "refund.failed", status: "failed", at: 20),
      refund("evt_d", "charge.refund.updated", status: "failed", at: 20), charge("evt_e", refunded: 0, at: 20),
    ]
  }

  @Test func whatTheBankSendsBackIsTheCustomersCredit() async throws {
    let scene = try await make(thereAndBack)
    let happenings = Array(scene.standIn.happenings.dropFirst(5))
    for happening in happenings.prefix(2) { try await scene.deliver(happening) }
    #expect(try await refunds(scene) == ["20.00 USD paid re_1"])
    #expect(try await credit(scene) == 0)
    for _ in 0..<2 { for happening in happenings { try await scene.deliver(happening) } }
    #expect(try await refunds(scene) == ["20.00 USD failed re_1"])
    #expect(try await credit(scene) == 2_000)
    let state = try await scene.state()
    #expect(state.contains("cash [79.00 USD]") && state.contains("customerCredit [-20.00 USD]"), "\(state)")
    #expect(state.contains("refundsPayable []") && state[1].hasSuffix("refunded 0"), "\(state)")
    await scene.close()
  }

  @Test(arguments: 0..<8)
  func anyOrderEndsTheSame(seed: UInt64) async throws {
    var dice = Dice(seed: seed)
    let scene = try await make(thereAndBack)
    // All is told after all has happened, or some of it before.
    var left = Array(scene.standIn.happenings.dropFirst(5)) + thereAndBack
    left.shuffle(using: &dice)
    let early = thereAndBack.prefix(Int.random(in: 0...2, using: &dice))
    for happening in early { try await scene.deliver(happening) }
    for happening in left { try await scene.deliver(happening, at: StripeLife.start + 21 * Self.day) }
    // One that failed before we heard of it was never booked, and need not be.
    let (told, credited) = (try await refunds(scene), try await credit(scene))
    #expect(told == (early.isEmpty ? [] : ["20.00 USD failed re_1"]), "seed \(seed)")
    #expect(credited == (early.isEmpty ? 0 : 2_000), "seed \(seed)")
    let state = try await scene.state()
    #expect(state.contains("cash [79.00 USD]") && state.contains("refundsPayable []"), "seed \(seed): \(state)")
    await scene.close()
  }

  @Test func eachOfSeveralIsBookedAndFailsByItself() async throws {
    let scene = try await make([
      refund("evt_a", "refund.created", "re_1", amount: 2_000, status: "succeeded", at: 10),
      refund("evt_b", "refund.created", "re_2", amount: 3_000, status: "pending", at: 10),
      charge("evt_c", refunded: 5_000, at: 10),
      refund("evt_d", "refund.failed", "re_2", amount: 3_000, status: "failed", at: 15),
      charge("evt_e", refunded: 2_000, at: 15),
    ])
    for happening in scene.standIn.happenings.dropFirst(7) { try await scene.deliver(happening) }
    #expect(try await refunds(scene) == ["20.00 USD paid re_1", "30.00 USD failed re_2"])
    #expect(try await credit(scene) == 3_000)
    await scene.close()
  }

  /// The answer to our call was lost, or said "pending": Stripe's word on it settles ours.
  @Test(arguments: ["succeeded", "failed"])
  func oneOfOursIsKnownByItsKey(status: String) async throws {
    let key = "credit-note-1"
    let scene = try await make([
      charge("evt_a", refunded: status == "failed" ? 0 : 2_000, at: 10),
      refund("evt_b", "refund.updated", status: status, ours: key, at: 10),
    ])
    let amount = Money(minorUnits: 2_000, currency: .usd)
    let asked = try await scene.pool.transaction { connection in
      try await InvoiceDesk(connection).credit(
        scene.order.invoice.id, amount: amount, reason: "Goodwill", to: .refund, at: scene.clock.now()
      ).refund
    }
    #expect(asked?.key == key && asked?.status == .pending)
    for happening in scene.standIn.happenings.dropFirst(5) { try await scene.deliver(happening) }
    #expect(try await refunds(scene) == ["20.00 USD \(status == "failed" ? "failed" : "paid") re_1"])
    #expect(try await credit(scene) == (status == "failed" ? 2_000 : 0))
    let notes = try await CreditNoteStore(scene.pool).all(of: scene.order.invoice.id)
    #expect(notes.count == 1)
    _ = try await scene.state()
    await scene.close()
  }
}
