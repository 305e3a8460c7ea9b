/// Where a made-up visitor goes, and why.
public struct FlowSimulation: Sendable {
  /// What is said of one flow.
  public enum Verdict: Hashable, Sendable {
    /// All filters match and it can serve.
    case matches
    /// The first filter that does not match, by its place in the flow's list.
    case missed(filter: Int)
    /// The first filter that asks for a fact that is not known, and the reason code of that.
    case unknown(filter: Int, reason: String)
    /// It matches but can serve nobody; a reason code.
    case skipped(reason: String)
  }

  /// One of several, and how often it is drawn.
  public struct Share: Hashable, Sendable {
    public let id: Int64
    /// Of ``total``, exactly.
    public let weight: UInt64
    public let total: UInt64
  }

  public struct FlowResult: Sendable {
    public let id: Int64
    public let verdict: Verdict
    /// How often a visitor like this goes through it; nil for never.
    public let share: Share?
    /// Of those who do, how often each landing is drawn. Empty: straight to the offer.
    public let landings: [Share]
    /// The same of offers below their caps. Empty: the campaign's own, if it has one.
    public let offers: [Share]
  }

  /// What became of one draw.
  public struct Path: Hashable, Sendable {
    public let flowID: Int64?
    public let landingID: Int64?
    public let offerID: Int64?
  }

  /// All that the click path looks at, in its order: forced, regular, default.
  public let flows: [FlowResult]
  /// How often each path was drawn, the most frequent first.
  public let draws: [(path: Path, count: Int)]
  /// The first draw.
  public let path: Path
  /// Why the visitor of the first draw gets a 404, if so.
  public let stop: StopReason?
  /// Its answer: status and where it leads to; a local landing is a page and leads nowhere by itself.
  public let status: Int
  public let location: String?
  /// Where the landing's button leads.
  public let offerLocation: String?
  public let trace: [String]
  public let facts: ClickFacts
  public let isPaused: Bool
}
