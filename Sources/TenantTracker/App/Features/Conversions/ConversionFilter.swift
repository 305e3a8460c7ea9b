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
  var transactionID: String? = nil
  var country: String? = nil
  /// `campaign_id`, `offer_id` ... and the id asked for.
  var ids: [(column: String, id: Int64)] = []
  /// Of the conversion's own time, half-open.
  var period: Range<Timestamp>? = nil

  static let idColumns = ["campaign_id", "offer_id", "network_id", "source_id", "publisher_id"]

  var conditions: [SQL] {
    var conditions: [SQL] = []
    if let clickID { conditions.append("click_id = \(clickID)") }
    if let status { conditions.append("status = \(status.rawValue)") }
    if let schemeStatus { conditions.append("scheme_status = \(schemeStatus.rawValue)") }
    // Written out for the index of those that wait.
    if review == .pending { conditions.append("review = 'pending'") }
    if let review, review != .pending { conditions.append("review = \(review.rawValue)") }
    if let country { conditions.append("country = \(country)") }
    if let type { conditions.append("type = \(type)") }
    if let transactionID { conditions.append("txid = \(transactionID)") }
    conditions += ids.map { "\(identifier: $0.column) = \($0.id)" }
    if let period { conditions.append("created_at >= \(period.lowerBound) AND created_at < \(period.upperBound)") }
    return conditions
  }
}
