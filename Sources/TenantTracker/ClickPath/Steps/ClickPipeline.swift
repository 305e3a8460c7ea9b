import Core

/// A click from request to answer, without waiting for anything: no database, no lock, no clock of its own.
///
/// The caller looks up the host's place in its snapshot, lets the pipeline decide, makes the event durable if there is
/// one, and then writes the answer.
public struct ClickPipeline: Sendable {
  let steps: [ClickStep]
  let links: LinkSigner

  /// - Parameters:
  ///   - memory: Of visitors; without it there are no frequency caps, bindings or unique visits.
  ///   - caps: What the offers with a cap have had; without it they are never full.
  ///   - steps: Those that need more than the snapshot (GeoIP, fraud...); each runs at its own stage.
  public init(
    links: LinkSigner, memory: VisitorMemory? = nil, caps: OfferCaps? = nil, adding steps: [ClickStep] = []
  ) {
    self.links = links
    let own: [ClickStep] =
      [.visitor, .flow, .landing(memory), .protection, .offer(memory, caps)]
      + (memory.map { ClickStep.remembering($0) } ?? [])
    // Own steps go first within their stage; otherwise the order given stays.
    self.steps = (own + steps).enumerated().sorted { left, right in
      (left.element.stage, left.offset) < (right.element.stage, right.offset)
    }.map(\.element)
  }

  /// The stages that something happens at, in order.
  public var stages: [ClickStage] {
    let used = Set(steps.map(\.stage)).union([.record, .answer])
    return ClickStage.allCases.filter { used.contains($0) }
  }

  /// Decides one hit on `/c/{slug}`.
  public func click(
    _ request: VisitorRequest, slug: String, in place: Snapshot.Place, using generator: ChaChaGenerator
  ) -> ClickResult {
    guard let campaign = place.tenant.campaign(slug: slug) else { return ClickResult(stop: .unknownCampaign) }
    let uncounted = Uncounted(request)
    let hit = Hit(
      request, tenant: place.tenant, campaign: campaign, generator: generator, isRehearsal: uncounted != nil)
    let stop = decide(hit)
    let isRecorded = uncounted == nil && (stop == nil || stop?.status != nil)
    let answer = answer(hit, stoppedBy: stop, in: place, isRecorded: isRecorded, firesPixels: uncounted == nil)
    return ClickResult(
      answer: answer,
      event: isRecorded ? hit.event(stop?.status ?? .ok) : nil, stop: stop, uncounted: uncounted, hit: hit)
  }

  /// Runs the steps up to the first that stops the hit.
  func decide(_ hit: Hit) -> StopReason? {
    if hit.campaign.isPaused { return .paused }
    for (index, step) in steps.enumerated() {
      if let reason = step.run(hit) {
        hit.note(reason.rawValue)
        if !hit.isRehearsal { for earlier in steps[..<index].reversed() { earlier.takeBack?(hit) } }
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
  /// Why it went no further.
  public let stop: StopReason?
  /// Why it is served but does not count.
  public let uncounted: Uncounted?
  /// Macros that the source should have replaced.
  public let unreplacedMacros: [UnreplacedMacro]

  init(answer: TrackingAnswer, event: ClickEvent?, stop: StopReason?, uncounted: Uncounted?, hit: Hit) {
    self.answer = answer
    self.event = event
    self.stop = stop
    self.uncounted = uncounted
    unreplacedMacros = hit.facts.unreplacedMacros
  }

  /// Nothing of ours.
  init(stop: StopReason) {
    answer = .notFound
    event = nil
    self.stop = stop
    uncounted = nil
    unreplacedMacros = []
  }
}

extension Hit {
  /// The address as it may be kept and passed on.
  var storedAddress: IPAddress { tenant.settings.anonymizesAddresses ? facts.address.anonymized : facts.address }

  /// The record stage: what is kept of this hit.
  func event(_ status: ClickStatus) -> ClickEvent {
    var event = ClickEvent(
      id: click, tenantID: tenant.id, status: status, campaignID: campaign.id, ip: storedAddress,
      currency: campaign.currency)
    event.flowID = flow?.id
    event.landingID = landing?.id
    event.offerID = offer?.id
    event.sourceID = campaign.source?.id
    event.networkID = offer?.networkID
    event.publisherID = facts.publisherID
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
    event.connection = facts.connection
    event.isUnique = facts.isUnique
    event.isUniqueInFlow = facts.isUniqueInFlow
    event.isUniqueGlobally = facts.isUniqueGlobally
    event.hadCookie = facts.hadCookie
    event.addressKey = facts.addressKey
    event.visitorKey = facts.visitorKey
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
