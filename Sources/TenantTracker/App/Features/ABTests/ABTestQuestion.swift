import Analytics
import Core
import Web

/// What tests are asked for: days, what the variants are, and of which campaign or flow.
struct ABTestQuestion: Sendable, Hashable {
  enum Subject: String, Sendable, CaseIterable {
    case landing, offer, flow

    /// As a sentence calls one.
    var noun: String { self == .landing ? "landing page" : rawValue }
    var plural: String { "\(noun)s".capitalizedFirst }
    var grouping: Grouping {
      switch self {
      case .landing: .landing
      case .offer: .offer
      case .flow: .flow
      }
    }
  }

  var from: LocalDate?
  var to: LocalDate?
  var zone: TimeZoneName
  var subject = Subject.landing
  var campaignID: Int64?
  var flowID: Int64?
  /// The variant that the others are measured against; nil for each campaign's first.
  var control: Int64?
  /// The smallest relative difference worth finding, in percent.
  var effectPercent = standardEffect

  static let standardEffect = 20
  static let effects = 1...1000
  /// Campaigns with a test that an answer holds, those with the most clicks.
  static let mostTests = 20

  var effect: Double { Double(effectPercent) / 100 }

  init(zone: TimeZoneName) { self.zone = zone }

  /// - Throws: 422 with every fault.
  init(_ call: TrackerCall, zone standardZone: TimeZoneName) throws(Problem) {
    var reader = FilterReader(try PageRequest(query: call.head.queryItems.filter { !$0.value.isEmpty }))
    let days = DayFilter(&reader, zone: standardZone)
    self.init(zone: days.zone)
    (from, to) = (days.from, days.to)
    campaignID = reader.id("campaign_id")
    flowID = reader.id("flow_id")
    control = reader.id("control")
    subject = reader.choice("by") ?? .landing
    if let text = reader.text("effect") {
      if let percent = Int(text), Self.effects.contains(percent) {
        effectPercent = percent
      } else {
        reader.fault("effect", "range", "must be a whole percentage from 1 to 1000")
      }
    }
    try reader.finish()
  }

  static let parameters =
    QueryParameter.days + [
      QueryParameter("campaign_id", .integer, "Only this campaign's test."),
      QueryParameter("flow_id", .integer, "Only clicks of this flow."),
      QueryParameter(
        "by", .choice(Subject.allCases.map(\.rawValue)), "What the variants are: landing pages if absent."),
      QueryParameter("control", .integer, "The variant that others are measured against; the oldest if absent."),
      QueryParameter(
        "effect", .integer, "The smallest relative difference worth finding, in percent: 20 if absent."),
    ]

  /// The report whose rows are the variants.
  var report: ReportRequest {
    get throws {
      try ReportRequest(
        query: [
          ("group_by", "campaign,\(subject.grouping.rawValue)"), ("metrics", "clicks,conversions,revenue"),
          ("sort", "-clicks"), ("limit", "\(ReportRequest.mostRows)"), ("from", from?.description ?? ""),
          ("to", to?.description ?? ""), ("tz", zone.description), ("campaign_id", campaignID.map { "\($0)" } ?? ""),
          ("filter[flow]", flowID.map { "\($0)" } ?? ""),
        ], form: .grouped, zone: zone)
    }
  }
}
