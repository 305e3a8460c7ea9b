/// What a parameter of a postback is for, and the names networks give it.
public enum PostbackRole: Sendable, Hashable, CaseIterable {
  case clickID, payout, status, transactionID, type, goal, currency, answer

  /// In order of precedence: of several parameters with a value the first counts. Lower case; matched in any case.
  ///
  /// The first four rows are the documents' table of aliases. `order_id` is Routy's name of the transaction; `sale_amount`,
  /// `txn_id` and `goal_value` are Trackier's. The type comes from nothing but the three names here: `type` is a status, as
  /// the table says.
  public var names: [String] {
    switch self {
    case .clickID:
      ["subid", "sub_id", "click_id", "clickid", "trackid", "aff_sub", "aff_click_id", "sub1", "sub2"]
    case .payout:
      [
        "payout", "amount", "revenue", "price", "pay", "money", "summ_approved", "payment", "order_sum",
        "affiliatecommission", "value", "sale_amount",
      ]
    case .status: ["status", "type", "state", "conversion_status"]
    case .transactionID: ["tid", "transaction_id", "txid", "trans_id", "receipt", "order_id", "txn_id"]
    case .type: ["conversion_type", "event", "goal"]
    case .goal: ["goal", "goal_value"]
    case .currency: ["currency"]
    case .answer: ["return"]
    }
  }

  static let allNames = Set(allCases.flatMap(\.names))
}
