public import Core

/// One request on its way through the steps. A class, because it holds some forty strings that every step would copy.
public final class Hit {
  public let request: VisitorRequest
  public let tenant: Snapshot.Tenant
  public let campaign: Snapshot.Campaign
  /// The id it is recorded under.
  public let click: ClickID
  public let generator: ChaChaGenerator
  public var facts: ClickFacts
  public private(set) var trace: [String] = []
  /// Whether this only asks what would happen: memory stays as it is.
  public let isRehearsal: Bool
  var flow: Snapshot.Flow?
  var landing: Snapshot.Landing?
  var offer: Snapshot.Offer?

  /// More codes than these are not kept.
  static let traceLimit = 24
  /// In bytes, of one code.
  static let codeLimit = 120

  init(
    _ request: VisitorRequest, tenant: Snapshot.Tenant, campaign: Snapshot.Campaign, generator: ChaChaGenerator,
    isRehearsal: Bool = false
  ) {
    self.isRehearsal = isRehearsal
    self.request = request
    self.tenant = tenant
    self.campaign = campaign
    self.generator = generator
    var source = generator
    click = ClickID(at: request.now, using: &source)
    facts = ClickFacts(address: request.address)
  }

  /// One that goes its own way from here.
  func copy() -> Hit { Hit(copying: self) }

  private init(copying other: Hit) {
    (request, tenant, campaign) = (other.request, other.tenant, other.campaign)
    (click, generator, isRehearsal) = (other.click, other.generator, other.isRehearsal)
    (facts, trace) = (other.facts, other.trace)
    (flow, landing, offer) = (other.flow, other.landing, other.offer)
  }

  /// Leaves a reason code: `geo_unknown`, `flow:7 forced country=US`.
  public func note(_ code: String) {
    guard trace.count < Hit.traceLimit else { return }
    trace.append(code.utf8.count <= Hit.codeLimit ? code : StoredText.clean(code, limit: Hit.codeLimit) ?? "")
  }

  func noteOnce(_ code: String) {
    if !trace.contains(code) { note(code) }
  }
}
