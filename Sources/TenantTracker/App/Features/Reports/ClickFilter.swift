import ClickPath
import Core
import Database

/// Which clicks a list shows.
struct ClickFilter: Sendable {
  /// `q`: a click's id, else the source's id of it.
  var search: String? = nil
  var status: ClickStatus? = nil
  /// `campaign_id`, `offer_id` ... and the id asked for.
  var ids: [(column: String, id: Int64)] = []
  /// `country`, `sub1` ... and the value asked for.
  var texts: [(column: String, value: String)] = []
  var address: IPAddress? = nil
  /// Whether it was the visitor's first in its campaign.
  var isUnique: Bool? = nil
  var isOldestFirst = false
  /// Half-open.
  var period: Range<Timestamp>? = nil

  static let idColumns = [
    "campaign_id", "flow_id", "landing_id", "offer_id", "source_id", "network_id", "publisher_id",
  ]
  static let textColumns =
    ["country", "region", "city", "isp", "os", "browser", "device", "language", "referrer_domain"]
    + SubIDs.numbers.map { "sub\($0)" } + ["external_id"]

  var conditions: [SQL] {
    var conditions: [SQL] = []
    if let search {
      if let id = ClickID(search) {
        conditions.append("id = \(id) AND ts = \(id.timestamp)")
      } else {
        conditions.append("external_id = \(search)")
      }
    }
    if let status { conditions.append("status = \(status.rawValue)") }
    conditions += ids.map { "\(identifier: $0.column) = \($0.id)" }
    conditions += texts.map { "\(identifier: $0.column) = \($0.value)" }
    if let address { conditions.append("ip = \(address)") }
    if let isUnique { conditions.append("is_unique = \(isUnique)") }
    if let period {
      // The bounds on ts choose partitions, those on the id serve within one.
      let first = ClickID(high: UInt64(period.lowerBound.milliseconds) << 16, low: 0)
      let end = ClickID(high: UInt64(period.upperBound.milliseconds) << 16, low: 0)
      conditions.append(
        "ts >= \(period.lowerBound) AND ts < \(period.upperBound) AND id >= \(first) AND id < \(end)")
    }
    return conditions
  }
}
