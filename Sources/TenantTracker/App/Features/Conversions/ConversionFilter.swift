import Conversions
import Core
import Database

/// Which conversions a list shows.
struct ConversionFilter: Sendable {
  var clickID: ClickID? = nil
  var status: ConversionStatus? = nil
  var schemeStatus: SchemeStatus? = nil
  var review: ReviewState? = nil
  var type: String? = nil
  /// How the click was found.
  var match: ClickMatch? = nil
  var transactionID: String? = nil
  /// `country`, `sub1` ... and the value asked for.
  var texts: [(column: String, value: String)] = []
  /// `campaign_id`, `offer_id` ... and the id asked for.
  var ids: [(column: String, id: Int64)] = []
  /// Of the conversion's own time, half-open.
  var period: Range<Timestamp>? = nil
  /// Nothing older than this one.
  var first: ConversionID? = nil

  /// Whether few of many conversions may fit, and no index knows which. Those of a click are found at once, and so are
  /// those that wait.
  var mayBeRare: Bool {
    clickID == nil && review != .pending
      && !(status == nil && schemeStatus == nil && review == nil && type == nil && match == nil && transactionID == nil
        && texts.isEmpty && ids.isEmpty)
  }

  static let idColumns = [
    "campaign_id", "flow_id", "landing_id", "offer_id", "network_id", "source_id", "publisher_id",
  ]
  static let textColumns =
    [
      "goal", "country", "region", "city", "language", "device", "os", "browser", "isp", "referrer_domain",
      "external_id",
    ] + (1...5).map { "sub\($0)" }

  var conditions: [SQL] {
    var conditions: [SQL] = []
    if let clickID { conditions.append("click_id = \(clickID)") }
    if let status { conditions.append("status = \(status.rawValue)") }
    if let schemeStatus { conditions.append("scheme_status = \(schemeStatus.rawValue)") }
    // Written out for the index of those that wait.
    if review == .pending { conditions.append("review = 'pending'") }
    if let review, review != .pending { conditions.append("review = \(review.rawValue)") }
    conditions += texts.map { "\(identifier: $0.column) = \($0.value)" }
    if let type { conditions.append("type = \(type)") }
    if let match { conditions.append("match = \(match.rawValue)") }
    if let transactionID { conditions.append("txid = \(transactionID)") }
    conditions += ids.map { "\(identifier: $0.column) = \($0.id)" }
    if let first { conditions.append("(created_at, id) >= (\(first.timestamp), \(first))") }
    if let period { conditions.append("created_at >= \(period.lowerBound) AND created_at < \(period.upperBound)") }
    return conditions
  }
}
