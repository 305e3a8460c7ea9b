import ClickPath
import Core
import Web

// A click as the API shows it: the same whether it comes from the database or from the journal's tail.
extension ClickEvent {
  var json: JSONValue { .object(jsonFields) }

  var jsonFields: JSONObject {
    var object: JSONObject = [
      "id": JSONValue(id), "ts": JSONValue(ts), "status": .string(status.rawValue), "campaign_id": .int(campaignID),
      "flow_id": JSONValue(flowID), "landing_id": JSONValue(landingID), "offer_id": JSONValue(offerID),
      "source_id": JSONValue(sourceID), "network_id": JSONValue(networkID), "publisher_id": JSONValue(publisherID),
      "ip": .string(ip.description),
      "country": JSONValue(country), "region": JSONValue(region), "city": JSONValue(city), "isp": JSONValue(isp),
      "os": JSONValue(os), "browser": JSONValue(browser), "device": JSONValue(device), "language": JSONValue(language),
      "referrer": JSONValue(referrer), "referrer_domain": JSONValue(referrerDomain),
      "user_agent": JSONValue(userAgent),
    ]
    for number in SubIDs.numbers { object["sub\(number)"] = JSONValue(subs[number]) }
    object["external_id"] = JSONValue(externalID)
    object["visitor_id"] = JSONValue(visitorID)
    object["cost"] = JSONValue(cost)
    object["currency"] = JSONValue(currency)
    object["unique"] = .bool(isUnique)
    object["unique_flow"] = .bool(isUniqueInFlow)
    object["unique_global"] = .bool(isUniqueGlobally)
    object["connection"] = JSONValue(connection)
    object["fraud_score"] = JSONValue(fraudScore)
    object["trace"] = JSONValue(trace)
    return object
  }

  static let schema = Schema.object(
    [
      .required("id", .uuid), .required("ts", .timestamp),
      .required("status", .choice(ClickStatus.allCases.map(\.rawValue))), .required("campaign_id", .integer),
      .required("flow_id", .integer.nullable), .required("landing_id", .integer.nullable),
      .required("offer_id", .integer.nullable), .required("source_id", .integer.nullable),
      .required("network_id", .integer.nullable), .required("publisher_id", .integer.nullable),
      .required("ip", .string),
    ]
      + [
        "country", "region", "city", "isp", "os", "browser", "device", "language", "referrer", "referrer_domain",
        "user_agent",
      ].map { .required($0, .string.nullable) } + SubIDs.numbers.map { .required("sub\($0)", .string.nullable) }
      + [
        .required("external_id", .string.nullable), .required("visitor_id", .uuid.nullable), .required("cost", .money),
        .required("currency", .string), .required("unique", .boolean),
        .required("unique_flow", .boolean), .required("unique_global", .boolean),
        .required("connection", .string.nullable), .required("fraud_score", .integer.nullable),
        .required("trace", .array(.string).described("Reason codes, in the order of the steps.")),
      ])
}
