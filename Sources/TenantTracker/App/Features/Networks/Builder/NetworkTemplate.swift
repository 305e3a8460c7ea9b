import Core

/// A network's software: what its macros are called in a postback URL. As the vendors document them for affiliates.
struct NetworkTemplate: Sendable {
  /// `everflow`
  let id: String
  let name: String
  /// The parameter of its tracking link that takes our click id.
  let linkParameter: String
  /// Its macro for each of our parameters; what is missing it does not tell.
  let macros: [PostbackPart: String]
  let hints: [String]

  init(
    _ id: String, _ name: String, link: String, _ macros: [PostbackPart: String], hints: [String] = []
  ) {
    self.id = id
    self.name = name
    linkParameter = link
    self.macros = macros
    self.hints = hints
  }

  var json: JSONValue {
    var object = JSONObject()
    for part in PostbackPart.allCases { if let macro = macros[part] { object[part.parameter] = .string(macro) } }
    return [
      "id": .string(id), "name": .string(name), "link_parameter": .string(linkParameter), "macros": .object(object),
      "hints": JSONValue(hints),
    ]
  }

  static func named(_ id: String) -> NetworkTemplate? { all.first { $0.id == id } }

  static let custom = NetworkTemplate(
    "custom", "Other", link: "sub2",
    [
      .clickID: "{sub2}", .payout: "{payout}", .currency: "{currency}", .transactionID: "{transaction_id}",
      .status: "{status}", .goal: "{goal}", .type: "{event}",
    ], hints: ["Put the network's own macros in the place of those in braces."])

  static let all: [NetworkTemplate] = [
    NetworkTemplate(
      "everflow", "Everflow", link: "sub2",
      [
        .clickID: "{sub2}", .payout: "{payout_amount}", .currency: "{currency}", .transactionID: "{transaction_id}",
        .goal: "{event_name}",
      ], hints: ["{transaction_id} is Everflow's own click id: one conversion of each event for a click."]),
    NetworkTemplate(
      "affise", "Affise", link: "sub2",
      [
        .clickID: "{sub2}", .payout: "{sum}", .currency: "{currency}", .transactionID: "{transactionid}",
        .status: "{status}", .goal: "{goal}",
      ],
      hints: ["Affise sends statuses as numbers: map 1 to sale, 2 and 5 to hold, 3 to rejected in the network's form."]),
    NetworkTemplate(
      "tune", "TUNE (HasOffers)", link: "aff_sub",
      [
        .clickID: "{aff_sub}", .payout: "{payout}", .currency: "{currency}", .transactionID: "{transaction_id}",
        .goal: "{goal_id}",
      ]),
    NetworkTemplate(
      "cake", "CAKE", link: "s2",
      [.clickID: "#s2#", .payout: "#price#", .transactionID: "#leadid#"],
      hints: ["Macros stand between number signs. #leadid# is CAKE's own id of the conversion."]),
    NetworkTemplate(
      "impact", "impact.com", link: "subId1",
      [
        .clickID: "{SubId1}", .payout: "{Payout}", .currency: "{Currency}", .transactionID: "{ActionId}",
        .status: "{Status}", .goal: "{ActionTrackerName}",
      ]),
    NetworkTemplate(
      "trackier", "Trackier", link: "p1",
      [
        .clickID: "{p1}", .payout: "{payout}", .currency: "{currency}", .transactionID: "{txn_id}",
        .status: "{status}", .goal: "{goal_value}",
      ]),
    NetworkTemplate(
      "scaleo", "Scaleo", link: "sub_id1",
      [
        .clickID: "{sub_id1}", .payout: "{payout}", .currency: "{currency}", .transactionID: "{lead_id}",
        .status: "{status}", .goal: "{goal_alias}",
      ]),
    NetworkTemplate(
      "binom", "Binom", link: "clickid",
      [.clickID: "{externalid}", .payout: "{payout}", .status: "{status}", .transactionID: "{clickid}"],
      hints: ["Another tracker that sends you its conversions."]),
    custom,
  ]
}

/// What a postback can tell, each by the parameter that we read it from.
enum PostbackPart: String, Sendable, CaseIterable {
  case clickID = "click_id"
  case payout, currency
  case transactionID = "txid"
  case status, goal
  case type = "conversion_type"

  var parameter: String { rawValue }

  var title: String {
    switch self {
    case .clickID: "Click id"
    case .payout: "Payout"
    case .currency: "Currency"
    case .transactionID: "Order or transaction id"
    case .status: "Status"
    case .goal: "Goal"
    case .type: "Conversion type"
    }
  }

  var purpose: String {
    switch self {
    case .clickID: "Finds the click. A postback without it is refused."
    case .payout: "What the conversion pays; without it the offer's payout counts."
    case .currency: "Of the payout; without it the offer's."
    case .transactionID: "Tells several orders of one click apart, and repeats of one."
    case .status: "Approved, pending, declined, in the network's words."
    case .goal: "Which of the offer's goals was reached."
    case .type: "sale, lead, upsell, rebill or one of your own; a sale without it."
    }
  }

  /// For a test.
  var sample: String {
    switch self {
    case .clickID: ""
    case .payout: "10.00"
    case .currency: "USD"
    case .transactionID: "test-1"
    case .status: "approved"
    case .goal: "purchase"
    case .type: "sale"
    }
  }
}
