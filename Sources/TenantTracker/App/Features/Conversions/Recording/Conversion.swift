import Conversions
import Core
import Web

/// A recorded conversion. Money is exact; `revenue` is in the tenant's currency, `payout` in its own.
struct Conversion: Sendable, Hashable {
  var id: ConversionID
  var clickID: ClickID
  var clickTime: Timestamp
  var parentID: ConversionID?
  var type: ConversionType
  var status: ConversionStatus
  /// The network's word.
  var originalStatus: String?
  var transactionID: String?
  var sequence: Int
  var goal: String?
  var payout: Money
  var revenue: Micros
  /// In the tenant's currency, under CPA and RevShare.
  var cost: Micros
  /// There was no rate into the tenant's currency: it counts as 0.
  var isRateMissing: Bool
  /// How its click was found.
  var match: String
  var campaignID: Int64
  var offerID: Int64?
  var createdAt: Timestamp
  var updatedAt: Timestamp

  var known: KnownConversion {
    KnownConversion(
      id: id, type: type, status: status, transactionID: transactionID, sequence: sequence, payout: payout,
      createdAt: createdAt)
  }

  var json: JSONValue {
    [
      "id": JSONValue(id), "click_id": JSONValue(clickID), "parent_id": JSONValue(parentID),
      "type": .string(type.rawValue), "status": .string(status.rawValue),
      "original_status": JSONValue(originalStatus), "payout": JSONValue(payout.amount),
      "currency": JSONValue(payout.currency), "revenue": JSONValue(revenue), "rate_missing": .bool(isRateMissing),
      "cost": JSONValue(cost), "txid": JSONValue(transactionID), "goal": JSONValue(goal),
      "campaign_id": .int(campaignID), "offer_id": JSONValue(offerID), "created_at": JSONValue(createdAt),
      "updated_at": JSONValue(updatedAt), "click_ts": JSONValue(clickTime), "match": .string(match),
    ]
  }

  static let schema = Schema.object([
    .required("id", .uuid), .required("click_id", .uuid), .required("parent_id", .uuid.nullable),
    .required("type", Schema.string.described("sale, lead, upsell, rebill or the network's own.")),
    .required("status", .choice(ConversionStatus.allCases.map(\.rawValue))),
    .required("original_status", .string.nullable), .required("payout", .money),
    .required("currency", Schema.string.described("Of the payout.")),
    .required("revenue", Schema.money.described("In the tenant's currency; 0 unless the status is sale.")),
    .required("rate_missing", Schema.boolean.described("No rate into the tenant's currency: it counts as 0.")),
    .required("cost", Schema.money.described("In the tenant's currency.")), .required("txid", .string.nullable),
    .required("goal", .string.nullable), .required("campaign_id", .integer),
    .required("offer_id", .integer.nullable), .required("created_at", .timestamp), .required("updated_at", .timestamp),
    .required("click_ts", .timestamp), .required("match", .string),
  ])
}
