import Core

extension ClickPipeline {
  /// The answer stage: page or redirect, and the cookies of a recorded hit.
  func answer(_ hit: Hit, in place: Snapshot.Place, isRecorded: Bool) -> TrackingAnswer {
    var context = MacroContext(
      click: isRecorded ? hit.click.ascii : nil, campaign: hit.campaign, flowID: hit.flow?.id,
      landingID: hit.landing?.id, offer: hit.offer, facts: hit.facts, now: hit.request.now, offerURL: nil)
    var answer: TrackingAnswer
    switch hit.landing?.content {
    case .page(let page)?:
      answer = .page(
        page.render(offerURL: callToAction(hit, context, isAbsolute: false)), isSandboxed: place.servesDashboard)
    case .redirect(let url)?:
      context.offerURL = callToAction(hit, context, isAbsolute: true)
      answer = .redirect(to: destination(url, context, isOffer: false, using: hit.generator))
    case nil:
      guard let offer = hit.offer else { return .notFound }
      answer = .redirect(to: destination(offer.url, context, isOffer: true, using: hit.generator))
    }
    if isRecorded {
      answer.add(ClickCookie.header(hit.click, isSecure: hit.request.isSecure))
      if hit.isNewVisitor, let visitor = hit.facts.visitorID {
        answer.add(VisitorCookie.header(visitor, isSecure: hit.request.isSecure))
      }
    }
    return answer
  }

  /// Where a landing's button leads. A hit that is not recorded has no click to go on with: straight to the offer.
  private func callToAction(_ hit: Hit, _ context: MacroContext, isAbsolute: Bool) -> [UInt8]? {
    guard let offer = hit.offer else { return nil }
    if context.click == nil { return destination(offer.url, context, isOffer: true, using: hit.generator) }
    let link = OfferLink(
      click: hit.click, offer: offer, campaignID: hit.campaign.id, flowID: hit.flow?.id, landingID: hit.landing?.id,
      facts: hit.facts)
    let path = link.path(signedBy: links)
    return isAbsolute ? Array("\(hit.request.isSecure ? "https" : "http")://\(hit.request.host)".utf8) + path : path
  }

  /// The expanded URL with the click id handed on: as `sub2` to offers that have no way of their own, and as
  /// `_tly_click` for the merchant's pixel unless the campaign does not want it.
  func destination(
    _ url: URLTemplate, _ context: MacroContext, isOffer: Bool, using generator: ChaChaGenerator
  ) -> [UInt8] {
    var target = url.expand(context, using: generator)
    guard let click = context.click else { return target }
    if isOffer, !url.passesClickID { URLParameters.append("sub2", click, to: &target) }
    if context.campaign?.appendsClickParameter ?? true, !url.setsClickParameter {
      URLParameters.append(ClickCookie.name, click, to: &target)
    }
    return target
  }
}
