import Core

/// A click from request to answer, without waiting for anything: no database, no lock, no clock of its own.
///
/// The caller looks up the host's place in its snapshot, lets the pipeline decide, makes the event durable if there is
/// one, and then writes the answer.
public struct ClickPipeline: Sendable {
  private let steps: [ClickStep]
  let links: LinkSigner

  /// - Parameter steps: Those that need more than the snapshot (GeoIP, caps...); each runs at its own stage.
  public init(links: LinkSigner, adding steps: [ClickStep] = []) {
    self.links = links
    let own: [ClickStep] = [.visitor, .flow, .landing, .offer]
    // Own steps go first within their stage; otherwise the order given stays.
    self.steps = (own + steps).enumerated().sorted { left, right in
      (left.element.stage, left.offset) < (right.element.stage, right.offset)
    }.map(\.element)
  }

  /// The stages that something happens at, in order.
  public var stages: [ClickStage] { steps.map(\.stage) + [.record, .answer] }

  /// Decides one hit on `/c/{slug}`.
  public func click(
    _ request: VisitorRequest, slug: String, in place: Snapshot.Place, using generator: ChaChaGenerator
  ) -> ClickResult {
    guard let campaign = place.tenant.campaign(slug: slug) else { return ClickResult(stop: .unknownCampaign) }
    var hit = Hit(request, tenant: place.tenant, campaign: campaign, generator: generator)
    if let reason = decide(&hit) { return ClickResult(stop: reason, hit: hit) }
    let uncounted = Uncounted(request)
    let answer = answer(hit, in: place, isRecorded: uncounted == nil)
    return ClickResult(answer: answer, event: uncounted == nil ? hit.event : nil, uncounted: uncounted, hit: hit)
  }

  /// Runs the steps up to the first that stops the hit.
  func decide(_ hit: inout Hit) -> StopReason? {
    if hit.campaign.isPaused { return .paused }
    for step in steps {
      if let reason = step.run(&hit) {
        hit.note(reason.rawValue)
        return reason
      }
    }
    return nil
  }
}

/// What is to be done about a hit.
public struct ClickResult: Sendable {
  /// To be written once ``event`` is durable.
  public let answer: TrackingAnswer
  /// Nil when nothing is recorded.
  public let event: ClickEvent?
  /// Why it went no further: the answer is a 404, and counted.
  public let stop: StopReason?
  /// Why it is served but does not count.
  public let uncounted: Uncounted?
  /// Macros that the source should have replaced.
  public let unreplacedMacros: [UnreplacedMacro]

  init(answer: TrackingAnswer, event: ClickEvent?, uncounted: Uncounted?, hit: Hit) {
    self.answer = answer
    self.event = event
    self.uncounted = uncounted
    stop = nil
    unreplacedMacros = hit.facts.unreplacedMacros
  }

  init(stop: StopReason, hit: Hit? = nil) {
    answer = .notFound
    event = nil
    uncounted = nil
    self.stop = stop
    unreplacedMacros = hit?.facts.unreplacedMacros ?? []
  }
}

extension Hit {
  /// The record stage: what is kept of this hit.
  var event: ClickEvent {
    var event = ClickEvent(
      id: click, tenantID: tenant.id, status: .ok, campaignID: campaign.id, ip: facts.address,
      currency: campaign.currency)
    event.flowID = flow?.id
    event.landingID = landing?.id
    event.offerID = offer?.id
    event.sourceID = campaign.source?.id
    event.networkID = offer?.networkID
    event.country = facts.country
    event.region = facts.region
    event.city = facts.city
    event.isp = facts.isp
    event.os = facts.os
    event.browser = facts.browser
    event.device = facts.device
    event.language = facts.language?.primary
    event.referrer = facts.referrer
    event.referrerDomain = facts.referrerDomain
    event.userAgent = facts.userAgent
    event.externalID = facts.externalID
    event.visitorID = facts.visitorID
    event.fraudScore = facts.fraudScore
    event.isUnique = facts.isUnique
    if let cost = facts.cost {
      event.cost = cost
      event.currency = campaign.source?.currency ?? campaign.currency
    } else {
      event.cost = campaign.costPerClick
    }
    event.subs = facts.subs
    event.trace = trace
    return event
  }
}
