public import Core

/// What is known of the click behind `/offer/{clickId}/{offerId}`.
public enum OfferKnowledge: Sendable {
  /// The link's own signed data: everything the offer's URL needs.
  case link(OfferLink)
  /// The stored click, from memory or the database.
  case click(ClickEvent)
  /// Only the id. The visitor goes on all the same.
  case nothing
}

extension ClickPipeline {
  /// The signed data of a call-to-action link; nil when there is none or it was tampered with.
  public func link(_ click: ClickID, offerID: Int64, query: Substring) -> OfferLink? {
    OfferLink(click: click, offerID: offerID, query: query, signer: links)
  }

  /// Sends the visitor of a landing on to the offer. A 404 only if the tenant has no such offer, or its URL
  /// came to nothing.
  /// - Parameter click: Nil when the URL held none of our ids: then the offer gets none.
  public func offer(
    _ click: ClickID?, offerID: Int64, knowing knowledge: OfferKnowledge, _ request: VisitorRequest,
    in place: Snapshot.Place, using generator: ChaChaGenerator
  ) -> TrackingAnswer {
    let tenant = place.tenant
    guard let offer = tenant.offers[offerID] else { return .notFound }
    let address = tenant.settings.anonymizesAddresses ? request.address.anonymized : request.address
    var context = MacroContext(click: click?.ascii, offer: offer, facts: ClickFacts(address: address), now: request.now)
    switch knowledge {
    case .link(let link):
      context.campaign = tenant.campaigns[link.campaignID]
      context.flowID = link.flowID
      context.landingID = link.landingID
      for (fact, text) in link.facts { context.facts.set(fact, text) }
    case .click(let event):
      context.campaign = tenant.campaigns[event.campaignID]
      context.flowID = event.flowID
      context.landingID = event.landingID
      context.facts = ClickFacts(event)
    case .nothing: break
    }
    context.profile = context.campaign?.ways.profile ?? tenant.defaultProfile
    let url = destination(offer.url, context, isOffer: true, of: request, using: generator)
    // Retargeting pixels were fired on the way to the landing.
    let departure = Departure(
      url: url, profile: context.profile, firesPixels: Uncounted(request) == nil,
      isOnDashboardHost: place.servesDashboard)
    return departure.answer(context, using: generator).answer
  }
}
