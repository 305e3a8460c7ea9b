import Conversions
import Core
import Database

/// All SQL on the goals of offers.
struct OfferGoalStore: Sendable {
  /// The goals of the offer `o` of the statement around, as ``goals(_:)`` reads them.
  static func list(_ schema: SchemaName) -> SQL {
    """
    (SELECT jsonb_agg(
        jsonb_build_array(g.word, g.name, g.payout_micros, g.currency, g.percent_micros, g.type) ORDER BY g.position)
      FROM \(schema).offer_goals g WHERE g.offer_id = o.id)
    """
  }

  static func goals(_ json: JSONValue?) -> [OfferGoal] {
    (json?.arrayValue ?? []).compactMap { entry in
      guard let parts = entry.arrayValue, parts.count == 6, let word = parts[0].stringValue,
        let name = parts[1].stringValue
      else { return nil }
      let amount = parts[2].intValue.map {
        OfferGoal.Pay.amount(Micros(rawValue: $0), parts[3].stringValue.flatMap { Currency($0) })
      }
      let percent = parts[4].intValue.map { OfferGoal.Pay.percent(Micros(rawValue: $0)) }
      return OfferGoal(name: name, word: word, pay: amount ?? percent, type: parts[5].stringValue)
    }
  }

  /// As the recorder asks for them.
  static func rules(_ json: JSONValue?) -> [ConversionGoal] {
    goals(json).map { goal in
      let pay: ConversionGoal.Pay? =
        switch goal.pay {
        case .amount(let amount, let currency)?: .amount(amount, currency)
        case .percent(let share)?: .percent(share)
        case nil: nil
        }
      return ConversionGoal(
        word: goal.word, name: goal.name, pay: pay, type: goal.type.map { ConversionType(rawValue: $0) })
    }
  }

  /// Makes these the offer's goals.
  func set(
    _ goals: [OfferGoal], of offerID: Int64, _ scope: TenantScope, in executor: any SQLExecutor
  ) async throws(DatabaseError) {
    try await executor.execute("DELETE FROM \(scope.schema).offer_goals WHERE offer_id = \(offerID)")
    for (position, goal) in goals.enumerated() {
      var (payout, currency, percent): (Micros?, Currency?, Micros?) = (nil, nil, nil)
      switch goal.pay {
      case .amount(let amount, let own)?: (payout, currency) = (amount, own)
      case .percent(let share)?: percent = share
      case nil: break
      }
      try await executor.execute(
        """
        INSERT INTO \(scope.schema).offer_goals
          (offer_id, word, position, name, payout_micros, currency, percent_micros, type)
        VALUES (\(offerID), \(goal.word), \(Int32(position)), \(goal.name), \(payout), \(currency), \(percent),
          \(goal.type))
        """)
    }
  }
}
