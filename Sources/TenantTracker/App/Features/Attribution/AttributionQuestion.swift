import Analytics
import Core
import Database
import Web

/// What attribution is asked for.
struct AttributionQuestion: Sendable, Hashable {
  enum Key: String, Sendable, CaseIterable {
    case source, campaign, landing

    var title: String {
      switch self {
      case .source: "Traffic source"
      case .campaign: "Campaign"
      case .landing: "Landing page"
      }
    }

    var noun: NameStore.Noun {
      switch self {
      case .source: .sources
      case .campaign: .campaigns
      case .landing: .landings
      }
    }

    func id(of touch: Journey.Touch) -> Int64? {
      switch self {
      case .source: touch.source
      case .campaign: touch.campaign
      case .landing: touch.landing
      }
    }

    /// The parameter that keeps to clicks with one of them.
    var parameter: String { "touch_\(rawValue)_id" }
  }

  var from: LocalDate?
  var to: LocalDate?
  var zone: TimeZoneName
  var basis = ReportRequest.TimeBasis.click
  var model = AttributionModel.last
  var key = Key.source
  /// Of the conversion.
  var campaignID: Int64?
  /// Credit of other clicks is left out: who came by this source, by campaign.
  var touch: [Key: Int64] = [:]
  var lookbackDays = standardLookback
  var halfLifeDays = standardHalfLife

  static let standardLookback = 30
  static let standardHalfLife = 7
  static let days = 1...180

  init(zone: TimeZoneName) { self.zone = zone }

  /// - Throws: 422 with every fault.
  init(_ page: PageRequest, zone standardZone: TimeZoneName) throws(Problem) {
    var reader = FilterReader(page)
    let days = DayFilter(&reader, zone: standardZone)
    self.init(zone: days.zone)
    (from, to) = (days.from, days.to)
    basis = reader.choice("time") ?? .click
    model = reader.choice("model") ?? .last
    key = reader.choice("by") ?? .source
    campaignID = reader.id("campaign_id")
    for key in Key.allCases { touch[key] = reader.id(key.parameter) }
    lookbackDays = Self.days(&reader, "lookback_days") ?? Self.standardLookback
    halfLifeDays = Self.days(&reader, "half_life_days") ?? Self.standardHalfLife
    try reader.finish()
  }

  private static func days(_ reader: inout FilterReader, _ name: String) -> Int? {
    guard let text = reader.text(name) else { return nil }
    guard let count = Int(text), days.contains(count) else {
      reader.fault(name, "range", "must be a whole number of days from 1 to 180")
      return nil
    }
    return count
  }

  static let parameters =
    QueryParameter.days + [
      QueryParameter(
        "time", .choice(ReportRequest.TimeBasis.allCases.map(\.rawValue)),
        "Whether a conversion belongs to the day of its click (standard, as in reports) or to its own."),
      QueryParameter(
        "model", .choice(AttributionModel.allCases.map(\.rawValue)),
        "Whose credits rows are ordered by; `last` if absent."
      ),
      QueryParameter(
        "by", .choice(Key.allCases.map(\.rawValue)), "What gets the credit; the traffic source if absent."),
      QueryParameter("campaign_id", .integer, "Only conversions of this campaign."),
    ]
    + Key.allCases.map { QueryParameter($0.parameter, .integer, "Only the credit of clicks with this \($0.rawValue).") }
    + [
      QueryParameter(
        "lookback_days", .integer, "How long before a conversion clicks count: 30 if absent, 180 at most."),
      QueryParameter("half_life_days", .integer, "After which a click counts half under `time_decay`: 7 if absent."),
    ]

  /// Of `conversions`: those whose revenue is shared.
  func conditions(_ window: ReportWindow) -> [SQL] {
    let time: SQL = basis == .click ? "click_ts" : "created_at"
    var conditions: [SQL] = ["status = 'sale'", "\(time) >= \(window.start) AND \(time) < \(window.end)"]
    if let campaignID { conditions.append("campaign_id = \(campaignID)") }
    return conditions
  }

  /// Whether a click's credit is shown.
  func shows(_ touch: Journey.Touch) -> Bool { self.touch.allSatisfy { $0.key.id(of: touch) == $0.value } }
}
