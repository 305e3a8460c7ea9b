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
  /// Weighted choice of a landing. ``ClickStep/landing(_:)``.
  case landing
  /// Keeps spy tools from protected landings. ``ClickStep/protection``.
  case protection
  /// Weighted choice of an offer; capped ones give way to the next. ``ClickStep/offer(_:_:)``.
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
  let run: @Sendable (Hit) -> StopReason?
  let takeBack: (@Sendable (Hit) -> Void)?

  /// - Parameter takeBack: undoes what `run` remembered of a hit that a later step stopped.
  public init(
    _ stage: ClickStage, run: @escaping @Sendable (Hit) -> StopReason?,
    takeBack: (@Sendable (Hit) -> Void)? = nil
  ) {
    self.stage = stage
    self.run = run
    self.takeBack = takeBack
  }
}

/// Why a hit goes no further. The raw value is its reason code.
public enum StopReason: String, Hashable, Sendable, CaseIterable {
  /// The host or the slug is nobody's.
  case unknownCampaign = "unknown_campaign"
  case paused
  /// No flow matched, and the campaign has no offer of its own.
  case noDestination = "no_destination"
  /// The bot filter: the user agent names a known bot.
  case knownBot = "bot:known"
  /// The bot filter: the address is on the blacklist.
  case blacklisted = "blacklist"
  /// The bot filter: the fraud score is at its threshold or above.
  case fraudScore = "bot:score"
  /// The visitor has seen the campaign as often as its cap allows.
  case frequencyCap = "frequency_cap"
  /// Lander protection: a spy tool or a headless browser.
  case spy = "lander_protection"

  /// What the hit is recorded as; nil for one that is not recorded and gets a 404.
  public var status: ClickStatus? {
    switch self {
    case .unknownCampaign, .paused, .noDestination: nil
    case .knownBot, .blacklisted, .fraudScore, .spy: .blocked
    case .frequencyCap: .capped
    }
  }
}
