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
  /// Where the order stands; says more of ``status`` and never contradicts it.
  var schemeStatus: SchemeStatus? = nil
  /// Whether it waits, or waited, for somebody's approval.
  var review: ReviewState? = nil
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
  /// What the payout was converted with; nil when it was in the tenant's currency, or there was no rate.
  var rate: AppliedRate? = nil
  /// How its click was found.
  var match: String
  var campaignID: Int64
  var offerID: Int64?
  var sourceID: Int64? = nil
  var networkID: Int64? = nil
  /// Who sent the visitor for a share.
  var publisherID: Int64? = nil
  var country: String? = nil
  var createdAt: Timestamp
  var updatedAt: Timestamp

  var known: KnownConversion {
    KnownConversion(
      id: id, type: type, status: status, transactionID: transactionID, sequence: sequence, payout: payout,
      createdAt: createdAt, isHeld: review == .pending)
  }

  var json: JSONValue {
    [
      "id": JSONValue(id), "click_id": JSONValue(clickID), "parent_id": JSONValue(parentID),
      "type": .string(type.rawValue), "status": .string(status.rawValue),
      "scheme_status": JSONValue(schemeStatus?.rawValue), "review": JSONValue(review?.rawValue),
      "original_status": JSONValue(originalStatus), "payout": JSONValue(payout.amount),
      "currency": JSONValue(payout.currency), "revenue": JSONValue(revenue), "rate_missing": .bool(isRateMissing),
      "rate": JSONValue(rate?.rate.description), "rate_date": JSONValue(rate?.day),
      "cost": JSONValue(cost), "txid": JSONValue(transactionID), "goal": JSONValue(goal),
      "campaign_id": .int(campaignID), "offer_id": JSONValue(offerID), "source_id": JSONValue(sourceID),
      "network_id": JSONValue(networkID), "publisher_id": JSONValue(publisherID), "country": JSONValue(country),
      "created_at": JSONValue(createdAt),
      "updated_at": JSONValue(updatedAt), "click_ts": JSONValue(clickTime), "match": .string(match),
    ]
  }

  static let schema = Schema.object([
    .required("id", .uuid), .required("click_id", .uuid), .required("parent_id", .uuid.nullable),
    .required("type", Schema.string.described("sale, lead, upsell, rebill or the network's own.")),
    .required("status", .choice(ConversionStatus.allCases.map(\.rawValue))),
    .required(
      "scheme_status",
      Schema.choice(SchemeStatus.allCases.map(\.rawValue)).nullable.described(
        "Where the order stands, with the status scheme.")),
    .required(
      "review",
      Schema.choice(ReviewState.allCases.map(\.rawValue)).nullable.described(
        "Whether it waits, or waited, for somebody's approval.")),
    .required("original_status", .string.nullable), .required("payout", .money),
    .required("currency", Schema.string.described("Of the payout.")),
    .required("revenue", Schema.money.described("In the tenant's currency; 0 unless the status is sale.")),
    .required("rate_missing", Schema.boolean.described("No rate into the tenant's currency: it counts as 0.")),
    .required("rate", Schema.string.nullable.described("The payout was converted with, to 12 decimal places.")),
    .required("rate_date", Schema.date.nullable.described("The day it is of: the conversion's or the last before.")),
    .required("cost", Schema.money.described("In the tenant's currency.")), .required("txid", .string.nullable),
    .required("goal", .string.nullable), .required("campaign_id", .integer),
    .required("offer_id", .integer.nullable), .required("source_id", .integer.nullable),
    .required("network_id", .integer.nullable), .required("publisher_id", .integer.nullable),
    .required("country", .string.nullable),
    .required("created_at", .timestamp), .required("updated_at", .timestamp),
    .required("click_ts", .timestamp), .required("match", .string),
  ])
}
