import Conversions
import Core
import Database
import Web

/// What a customer did, in the order of time: clicks on our links, and what came of them. Of the clicks that led to
/// nothing, those of the week before the first order.
struct CustomerJourney: Sendable {
  enum Happening: Sendable {
    case click(Click)
    case conversion(Conversion, products: [PurchasedProduct])

    var at: Timestamp {
      switch self {
      case .click(let click): click.id.timestamp
      case .conversion(let conversion, _): conversion.createdAt
      }
    }
  }

  struct Click: Sendable, Hashable {
    let id: ClickID
    /// ok, blocked or capped.
    let status: String
    let campaignID: Int64
    let sourceID: Int64?
  }

  /// The latest first.
  let happenings: [Happening]
  /// There is more than is shown.
  let isCut: Bool

  /// Of each kind.
  static let limit = 200

  init(clicks: [Click], conversions: [Conversion], products: [ConversionID: [PurchasedProduct]]) {
    isCut = clicks.count > Self.limit || conversions.count > Self.limit
    let all =
      clicks.prefix(Self.limit).map(Happening.click)
      + conversions.prefix(Self.limit).map { .conversion($0, products: products[$0.id] ?? []) }
    happenings = all.sorted { $0.at > $1.at }
  }

  var json: JSONValue {
    .array(
      happenings.map { happening in
        switch happening {
        case .click(let click):
          return [
            "kind": "click", "at": JSONValue(happening.at), "id": JSONValue(click.id), "status": .string(click.status),
            "campaign_id": .int(click.campaignID), "source_id": JSONValue(click.sourceID),
          ]
        case .conversion(let conversion, let products):
          return [
            "kind": "conversion", "at": JSONValue(happening.at), "id": JSONValue(conversion.id),
            "status": .string(conversion.status.rawValue), "campaign_id": .int(conversion.campaignID),
            "source_id": JSONValue(conversion.sourceID), "click_id": JSONValue(conversion.clickID),
            "type": .string(conversion.type.rawValue), "revenue": JSONValue(conversion.revenue),
            "products": .array(products.map(\.json)),
          ]
        }
      })
  }

  static let schema = Schema.array(
    .object([
      .required("kind", .choice(["click", "conversion"])), .required("at", .timestamp), .required("id", .uuid),
      .required("status", .string), .required("campaign_id", .integer), .required("source_id", .integer.nullable),
      .optional("click_id", .uuid), .optional("type", .string), .optional("revenue", .money),
      .optional("products", .array(PurchasedProduct.schema)),
    ])
  ).described("The latest first; at most \(limit) clicks and as many conversions.")
}

extension PurchasedProduct {
  var json: JSONValue {
    [
      "name": .string(name), "sku": JSONValue(sku), "external_id": JSONValue(externalID), "price": JSONValue(price),
      "currency": JSONValue(currency), "qty": .int(quantity),
    ]
  }

  static let schema = Schema.object([
    .required("name", .string), .required("sku", .string.nullable), .required("external_id", .string.nullable),
    .required("price", .money.nullable), .required("currency", .string.nullable), .required("qty", .integer),
  ])
}

/// All SQL on a customer's way.
struct CustomerJourneyStore: Sendable {
  /// How long before the first order a visitor's other clicks are looked for: clicks have no index by visitor, so this
  /// reads all of that time.
  private static let reach = Duration.hours(24 * 7)

  func journey(of customer: CustomerValue, in scope: TenantScope) async throws(DatabaseError) -> CustomerJourney {
    let rows = try await scope.query(
      """
      WITH own AS MATERIALIZED (\(CustomerValueStore.own("\(customer.id)", scope.schema)))
      SELECT id, click_id FROM own ORDER BY created_at DESC, id DESC LIMIT \(CustomerJourney.limit + 1)
      """)
    var ids: [ConversionID] = []
    var clickIDs: Set<ClickID> = []
    for row in rows {
      ids.append(try row.get("id"))
      clickIDs.insert(try row.get("click_id"))
    }
    let conversions = try await ConversionStore().list(ids: ids, of: scope)
    return CustomerJourney(
      clicks: try await clicks(clickIDs, of: customer, in: scope),
      conversions: conversions.sorted { ($1.createdAt, $1.id) < ($0.createdAt, $0.id) },
      products: try await PurchaseStore().lines(of: ids, in: scope))
  }

  /// Those that led to conversions, and a visitor's others of the week before the first order.
  private func clicks(
    _ ids: Set<ClickID>, of customer: CustomerValue, in scope: TenantScope
  ) async throws(DatabaseError) -> [CustomerJourney.Click] {
    let times = ids.map(\.timestamp)
    guard let first = times.min(), let last = times.max() else { return [] }
    var all: SQL = """
      SELECT id, status, campaign_id, source_id FROM \(scope.schema).clicks
      WHERE ts >= \(first) AND ts <= \(last) AND id = ANY (\(ids.sorted()))
      """
    if customer.kind == .visitor {
      let end = customer.firstOrderAt
      all += """
         UNION SELECT id, status, campaign_id, source_id FROM \(scope.schema).clicks
        WHERE visitor_id = \(customer.id) AND ts >= \(end - Self.reach) AND ts <= \(end)
        """
    }
    let rows = try await scope.query(
      """
      SELECT id, status, campaign_id, source_id FROM (\(all)) found
      ORDER BY id DESC LIMIT \(CustomerJourney.limit + 1)
      """)
    var clicks: [CustomerJourney.Click] = []
    for row in rows {
      clicks.append(
        CustomerJourney.Click(
          id: try row.get("id"), status: try row.get("status"), campaignID: try row.get("campaign_id"),
          sourceID: try row.get("source_id")))
    }
    return clicks
  }
}
