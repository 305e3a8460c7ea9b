import ClickPath
import Core
import Database

/// A click event as a row of `clicks`: the one place that knows the order of the columns.
enum ClickColumns {
  /// `schema.clicks (id, ts, ...)` for COPY.
  static func target(_ schema: SchemaName) -> SQL { "\(schema).clicks (\(columns))" }

  private static let columns: SQL = {
    let subs = SubIDs.numbers.map { SQL(unescaped: "sub\($0)") }
    return """
      id, ts, status, campaign_id, flow_id, landing_id, offer_id, source_id, network_id, country, region, city, isp, os,
      browser, device, language, referrer_domain, external_id, visitor_id, ip, referrer, user_agent, cost_micros,
      currency, is_unique, is_unique_flow, is_unique_global, connection, fraud_score, publisher_id, trace, \(SQL.joined(subs, separator: ", "))
      """
  }()

  static func append(_ event: ClickEvent, to rows: inout CopyRows) {
    rows.beginRow()
    rows.append(event.id)
    rows.append(event.ts)
    rows.append(event.status.rawValue)
    rows.append(event.campaignID)
    rows.append(event.flowID)
    rows.append(event.landingID)
    rows.append(event.offerID)
    rows.append(event.sourceID)
    rows.append(event.networkID)
    rows.append(event.country)
    rows.append(event.region)
    rows.append(event.city)
    rows.append(event.isp)
    rows.append(event.os)
    rows.append(event.browser)
    rows.append(event.device)
    rows.append(event.language)
    rows.append(event.referrerDomain)
    rows.append(event.externalID)
    rows.append(event.visitorID)
    rows.append(event.ip)
    rows.append(event.referrer)
    rows.append(event.userAgent)
    rows.append(event.cost)
    rows.append(event.currency)
    rows.append(event.isUnique)
    rows.append(event.isUniqueInFlow)
    rows.append(event.isUniqueGlobally)
    rows.append(event.connection)
    rows.append(event.fraudScore.map(Int16.init))
    rows.append(event.publisherID)
    rows.append(event.trace)
    var subs = event.subs.makeIterator()
    var next = subs.next()
    for number in SubIDs.numbers {
      if let given = next, given.number == number {
        rows.append(given.value)
        next = subs.next()
      } else {
        rows.appendNull()
      }
    }
  }
}
