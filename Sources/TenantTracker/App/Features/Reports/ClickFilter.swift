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

  /// The one click that is searched for by its id.
  var clickID: ClickID? { search.flatMap { ClickID($0) } }

  /// On anything but time.
  var conditions: [SQL] {
    var conditions: [SQL] = []
    if let search, clickID == nil { conditions.append("external_id = \(search)") }
    if let status { conditions.append("status = \(status.rawValue)") }
    conditions += ids.map { "\(identifier: $0.column) = \($0.id)" }
    conditions += texts.map { "\(identifier: $0.column) = \($0.value)" }
    if let address { conditions.append("ip = \(address)") }
    if let isUnique { conditions.append("is_unique = \(isUnique)") }
    return conditions
  }

  /// All that may be looked at.
  /// - Parameter now: a click may be a little ahead of this node's clock.
  func bounds(now: Timestamp) -> Range<ClickID> {
    let all: Range<ClickID> = .first(at: Timestamp(seconds: 0)) ..< .first(at: now + .days(1))
    let asked: Range<ClickID> = period.map { .first(at: $0.lowerBound) ..< .first(at: $0.upperBound) } ?? all
    guard let clickID else { return asked }
    let one = clickID..<clickID.next
    return period == nil ? one : one.clamped(to: asked)
  }
}
