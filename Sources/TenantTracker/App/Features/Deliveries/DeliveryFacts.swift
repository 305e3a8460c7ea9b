import ClickPath
import Conversions
import Core
import Database

/// What the macros of a postback out are filled from: the conversion with its click's dimensions, and what more is known
/// of the click.
struct DeliveryFacts: Sendable {
  let conversionID: ConversionID
  let clickID: ClickID
  let sourceID: Int64
  /// The source's own id of the click.
  let externalID: String?
  private(set) var values: [String: String]

  /// - Parameters:
  ///   - row: of ``columns``.
  ///   - click: nil when retention has dropped it.
  init(_ row: Row, click: ClickEvent?) throws(DatabaseError) {
    conversionID = try row.get("conversion_id")
    clickID = try row.get("click_id")
    sourceID = try row.get("source_id")
    externalID = try row.get("external_id")
    var values: [String: String] = [:]
    for name in Self.texts { values[name] = try row.get(name, as: String?.self) }
    for name in Self.ids { values[name] = try row.get(name, as: Int64?.self).map { "\($0)" } }
    values["conversion_id"] = conversionID.description
    values["click_id"] = clickID.description
    values["visitor_id"] = try row.get("visitor_id", as: UUIDv7?.self)?.description
    values["ts"] = "\(clickID.timestamp.seconds)"
    values["conversion_ts"] = "\(try row.get("created_at", as: Timestamp.self).seconds)"
    values["payout"] = try row.get("payout_micros", as: Micros.self).description
    values["revenue"] = try row.get("revenue_micros", as: Micros.self).description
    if let click { Self.add(click, to: &values) }
    self.values = values
  }

  /// Texts of a conversion's row by their macros' names.
  private static let texts = [
    "conversion_type", "status", "original_status", "currency", "txid", "goal", "campaign_name", "country", "region",
    "city", "isp", "os", "browser", "device", "language", "referrer_domain", "external_id", "sub1", "sub2", "sub3",
    "sub4", "sub5",
  ]
  private static let ids = ["campaign_id", "flow_id", "landing_id", "offer_id", "source_id", "network_id"]

  /// Of `conversions c LEFT JOIN campaigns k`.
  static let columns: SQL = """
    c.id AS conversion_id, c.click_id, c.type AS conversion_type, c.status, c.original_status, c.currency, c.txid,
    c.goal, k.name AS campaign_name, c.country, c.region, c.city, c.isp, c.os, c.browser, c.device, c.language,
    c.referrer_domain, c.external_id, c.visitor_id, c.sub1, c.sub2, c.sub3, c.sub4, c.sub5, c.campaign_id, c.flow_id,
    c.landing_id, c.offer_id, c.source_id, c.network_id, c.created_at, c.payout_micros, c.revenue_micros
    """

  private static func add(_ click: ClickEvent, to values: inout [String: String]) {
    for number in SubIDs.numbers { values["sub\(number)"] = click.subs[number] }
    values["cost"] = click.cost.description
    values["referrer"] = click.referrer
    values["user_agent"] = click.userAgent
    values["ip"] = click.ip.description
    values["unique"] = click.isUnique ? "1" : "0"
    values["fraud_score"] = click.fraudScore.map { "\($0)" }
    values["connection"] = click.connection
  }

  /// What is sent for a postback.
  /// - Parameters:
  ///   - status: of the conversion, that is told; it may have moved on since.
  ///   - id: of the delivery.
  func message(_ postback: SourcePostback.Draft, status: String, id: UUIDv7, at time: Timestamp) -> Delivery.Message {
    func text(_ template: String, _ encoding: ConversionTemplate.Encoding) -> String {
      var generator = SystemRandomNumberGenerator()
      return ConversionTemplate(template, clock: { ZoneRecord.around(time, $0).map(LocalClock.init) })
        .text(encoding, at: time, using: &generator) { name in
          switch name {
          case "event_id": id.description
          case "status": status
          default: values[name]
          }
        }
    }
    let type = postback.contentType.isEmpty ? "application/x-www-form-urlencoded" : postback.contentType
    let encoding: ConversionTemplate.Encoding =
      type.contains("json") ? .json : type.contains("urlencoded") ? .url : .plain
    return Delivery.Message(
      method: postback.method, url: text(postback.url, .url), body: text(postback.body, encoding),
      contentType: postback.method == .post ? type : "", success: postback.success)
  }

  /// Why there is nothing to tell; nil when there is.
  func obstacle(_ postback: SourcePostback.Draft) -> String? {
    guard externalID == nil,
      ConversionTemplate(postback.url + postback.body, clock: { _ in .utc }).names.contains("external_id")
    else { return nil }
    return "The click came without the source's click id, so there is nothing that the source would know."
  }
}
