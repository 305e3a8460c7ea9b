import Analytics
import Core
import Web

/// A customer and what they have brought in all: whoever ``CountedSale/customer`` says is one person, with an order.
struct CustomerValue: Sendable, Hashable {
  /// How it is known who it is.
  enum Kind: String, Sendable, CaseIterable {
    /// The browser came back.
    case visitor
    /// The same e-mail address, which is kept as a hash only.
    case email
    /// One click, and nothing else is known.
    case click
  }

  var id: UUIDv7
  var kind: Kind
  /// The beginning of the e-mail address's hash, in hex: enough to tell two apart, too little to try addresses on.
  var emailMark: String?
  var orders: Int64
  /// Of all approved conversions, upsells and rebills too, in the tenant's currency.
  var revenue: Micros
  var firstOrderAt: Timestamp
  var lastOrderAt: Timestamp
  /// Of the click that led to the first order.
  var campaignID: Int64?
  var sourceID: Int64?
  var country: String?

  /// Bought more than once.
  var isRepeat: Bool { orders > 1 }

  /// Revenue by order.
  var averageOrder: Micros? {
    var base = BaseValues()
    base[.revenue] = revenue.rawValue
    base[.orders] = orders
    guard case .money(let amount)? = Metric.aov.value(of: base) else { return nil }
    return amount
  }

  /// What it is called where there is no name.
  var title: String {
    switch kind {
    case .visitor: "Visitor \(id.description.suffix(8))"
    case .email: "E-mail \(emailMark ?? "")…"
    case .click: "Click \(id.description.suffix(8))"
    }
  }

  var fields: JSONObject {
    [
      "id": JSONValue(id), "known_by": .string(kind.rawValue), "email_mark": JSONValue(emailMark),
      "orders": .int(orders), "revenue": JSONValue(revenue), "aov": JSONValue(averageOrder),
      "repeat": .bool(isRepeat), "first_order_at": JSONValue(firstOrderAt), "last_order_at": JSONValue(lastOrderAt),
      "campaign_id": JSONValue(campaignID), "source_id": JSONValue(sourceID), "country": JSONValue(country),
    ]
  }

  static let properties: [Schema.Property] = [
    .required("id", .uuid),
    .required(
      "known_by",
      Schema.choice(Kind.allCases.map(\.rawValue)).described(
        "What says that it is one person: the browser, else the e-mail address's hash, else only the click.")),
    .required("email_mark", Schema.string.nullable.described("The first characters of the e-mail address's hash.")),
    .required("orders", .integer),
    .required("revenue", Schema.money.described("Lifetime value, upsells and rebills included.")),
    .required("aov", .money.nullable), .required("repeat", Schema.boolean.described("Two orders or more.")),
    .required("first_order_at", .timestamp), .required("last_order_at", .timestamp),
    .required("campaign_id", Schema.integer.nullable.described("Of the click that led to the first order.")),
    .required("source_id", .integer.nullable), .required("country", .string.nullable),
  ]

  /// Over all customers that fit, those of other pages too.
  struct Totals: Sendable, Hashable {
    var customers: Int64 = 0
    var repeatCustomers: Int64 = 0
    var orders: Int64 = 0
    var revenue = Micros.zero

    /// As the metrics of the dictionary are computed from.
    var base: BaseValues {
      var base = BaseValues()
      base[.customers] = customers
      base[.repeatCustomers] = repeatCustomers
      base[.orders] = orders
      base[.revenue] = revenue.rawValue
      return base
    }

    var json: JSONValue {
      var object: JSONObject = [:]
      for metric in Self.metrics { object[metric.rawValue] = metric.value(of: base)?.json ?? .null }
      return .object(object)
    }

    static let metrics: [Metric] = [.customers, .repeatCustomers, .repeatRate, .orders, .revenue, .aov, .ltv]

    static let schema = Schema.object(
      metrics.map { metric in
        switch metric.format {
        case .count: .required(metric.rawValue, .integer)
        case .money: .required(metric.rawValue, Schema.money.nullable)
        case .percent, .ratio: .required(metric.rawValue, Schema.number.nullable)
        }
      })
  }
}
