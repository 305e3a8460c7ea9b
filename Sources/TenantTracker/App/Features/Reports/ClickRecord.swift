import Core
import Web

/// A click as it is kept: in the database, or still in the journal's tail.
struct ClickRecord: Sendable, Hashable {
  enum Status: String, Sendable, CaseIterable { case ok, blocked, capped }

  var id: ClickID
  var status: Status
  var campaignID: Int64
  var flowID: Int64? = nil
  var landingID: Int64? = nil
  var offerID: Int64? = nil
  var sourceID: Int64? = nil
  var networkID: Int64? = nil
  var country: String? = nil
  var region: String? = nil
  var city: String? = nil
  var isp: String? = nil
  var os: String? = nil
  var browser: String? = nil
  var device: String? = nil
  var language: String? = nil
  var referrerDomain: String? = nil
  var externalID: String? = nil
  var visitorID: String? = nil
  var address: IPAddress? = nil
  var referrer: String? = nil
  var userAgent: String? = nil
  var cost: Micros = .zero
  var isUnique = false
  var fraudScore: Int? = nil
  /// Reason codes in the order of the steps.
  var trace: [String] = []
  /// `sub1` to `sub30`.
  var subs: [String?] = Array(repeating: nil, count: 30)

  /// The partition's key: exactly the id's millisecond.
  var time: Timestamp { id.timestamp }
}

/// Looks a click up among those that are journaled and not yet in the database: by tenant and id, without waiting.
typealias ClickTail = @Sendable (_ tenantID: Int64, _ id: ClickID) -> ClickRecord?

extension ClickRecord {
  /// - Parameter currency: the tenant's, which costs are in.
  func json(currency: Currency) -> JSONValue { .object(fields(currency: currency)) }

  func fields(currency: Currency) -> JSONObject {
    var object: JSONObject = [
      "id": JSONValue(id), "ts": JSONValue(time), "status": .string(status.rawValue), "campaign_id": .int(campaignID),
      "flow_id": JSONValue(flowID), "landing_id": JSONValue(landingID), "offer_id": JSONValue(offerID),
      "source_id": JSONValue(sourceID), "network_id": JSONValue(networkID), "ip": JSONValue(address?.description),
      "country": JSONValue(country), "region": JSONValue(region), "city": JSONValue(city), "isp": JSONValue(isp),
      "os": JSONValue(os), "browser": JSONValue(browser), "device": JSONValue(device), "language": JSONValue(language),
      "referrer": JSONValue(referrer), "referrer_domain": JSONValue(referrerDomain),
      "user_agent": JSONValue(userAgent),
    ]
    for (index, sub) in subs.enumerated() { object["sub\(index + 1)"] = JSONValue(sub) }
    object["external_id"] = JSONValue(externalID)
    object["visitor_id"] = JSONValue(visitorID)
    object["cost"] = JSONValue(cost)
    object["currency"] = JSONValue(currency)
    object["unique"] = .bool(isUnique)
    object["fraud_score"] = JSONValue(fraudScore)
    object["trace"] = JSONValue(trace)
    return object
  }

  static let schema = Schema.object(
    [
      .required("id", .uuid), .required("ts", .timestamp),
      .required("status", .choice(Status.allCases.map(\.rawValue))), .required("campaign_id", .integer),
      .required("flow_id", .integer.nullable), .required("landing_id", .integer.nullable),
      .required("offer_id", .integer.nullable), .required("source_id", .integer.nullable),
      .required("network_id", .integer.nullable),
    ]
      + [
        "ip", "country", "region", "city", "isp", "os", "browser", "device", "language", "referrer", "referrer_domain",
        "user_agent",
      ].map { .required($0, .string.nullable) } + (1...30).map { .required("sub\($0)", .string.nullable) }
      + [
        .required("external_id", .string.nullable), .required("visitor_id", .string.nullable),
        .required("cost", .money), .required("currency", .string), .required("unique", .boolean),
        .required("fraud_score", .integer.nullable),
        .required("trace", .array(.string).described("Reason codes, in the order of the steps.")),
      ])
}
