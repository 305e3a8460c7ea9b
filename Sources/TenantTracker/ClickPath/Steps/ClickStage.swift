/// The places of a click's way, in the order of the documents' "Tracking Flow". A stage without a step does nothing:
/// its facts stay unknown, and filters that ask for them match nobody.
public enum ClickStage: Int, Hashable, Comparable, Sendable, CaseIterable {
  /// IP, sub ids, external id, cost, referrer, language, visitor cookie. ``ClickStep/visitor``.
  case visitor
  /// Country, region, city, ISP by address.
  case geo
  /// OS, browser and device by user agent.
  case userAgent
  /// Fraud score: known bots, floods, data centres, blacklist.
  case fraud
  /// Stops bots for campaigns that filter them.
  case botFilter
  /// Stops visitors who have seen the campaign often enough.
  case frequencyCap
  /// First visit of this visitor within the window?
  case uniqueness
  /// Forced, regular, default flow. ``ClickStep/flow``.
  case flow
  /// Weighted choice of a landing. ``ClickStep/landing``.
  case landing
  /// Weighted choice of an offer; capped ones give way to the next. ``ClickStep/offer``.
  case offer
  /// The event for the journal. ``ClickPipeline`` makes it.
  case record
  /// Cookies and redirect or page. ``ClickPipeline`` makes it.
  case answer

  public static func < (left: ClickStage, right: ClickStage) -> Bool { left.rawValue < right.rawValue }

  public var name: String { "\(self)" }
}

/// One thing that happens to every hit: it adds facts, or stops the hit with a reason.
public struct ClickStep: Sendable {
  public let stage: ClickStage
  let run: @Sendable (inout Hit) -> StopReason?

  public init(_ stage: ClickStage, run: @escaping @Sendable (inout Hit) -> StopReason?) {
    self.stage = stage
    self.run = run
  }
}

/// Why a hit goes no further. The raw value is its reason code.
public enum StopReason: String, Hashable, Sendable, CaseIterable {
  /// The host or the slug is nobody's.
  case unknownCampaign = "unknown_campaign"
  case paused
  /// No flow matched, and the campaign has no offer of its own.
  case noDestination = "no_destination"
}
