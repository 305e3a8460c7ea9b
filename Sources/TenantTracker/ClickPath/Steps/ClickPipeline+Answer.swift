import Core

extension ClickPipeline {
  /// The answer stage: page or redirect, and the cookies of a recorded hit. Leaves its own reason codes where it is not a
  /// plain redirect.
  /// - Parameters:
  ///   - reason: What stopped the hit, if a step did.
  ///   - firesPixels: False for who does not count.
  func answer(
    _ hit: Hit, stoppedBy reason: StopReason?, in place: Snapshot.Place, isRecorded: Bool, firesPixels: Bool
  ) -> TrackingAnswer {
    var context = MacroContext(hit)
    if isRecorded { context.click = hit.click.ascii }
    var answer =
      reason.map { self.answer(hit, stoppedBy: $0, context) } ?? destination(of: hit, in: place, &context, firesPixels)
    if isRecorded { answer.addCookies(of: hit) }
    return answer
  }

  /// The landing or the offer.
  private func destination(
    of hit: Hit, in place: Snapshot.Place, _ context: inout MacroContext, _ firesPixels: Bool
  ) -> TrackingAnswer {
    let url: [UInt8]
    switch hit.landing?.content {
    case .page(let page)?:
      return self.page(page, for: hit, context, in: place, firesPixels: firesPixels)
    case .redirect(let template)?:
      context.offerURL = callToAction(hit, context, isAbsolute: true)
      url = destination(template, context, isOffer: false, of: hit.request, using: hit.generator)
    case nil:
      guard let offer = hit.offer else { return .notFound }
      url = destination(offer.url, context, isOffer: true, of: hit.request, using: hit.generator)
    }
    let ways = hit.campaign.ways
    let departure = Departure(
      url: url, profile: ways.profile, retargeting: ways.retargeting, firesPixels: firesPixels,
      isOnDashboardHost: place.servesDashboard)
    let (answer, obstacle) = departure.answer(context, using: hit.generator)
    hit.note(departure, obstacle)
    return answer
  }

  private func answer(_ hit: Hit, stoppedBy reason: StopReason, _ context: MacroContext) -> TrackingAnswer {
    switch reason {
    case .unknownCampaign, .paused, .noDestination: .notFound
    case .knownBot, .blacklisted, .fraudScore:
      elsewhere(hit.campaign.ways.bots, context, hit.generator)
        ?? .redirect(to: Array(BotFilterRecord.defaultURL.utf8))
    case .frequencyCap: elsewhere(hit.campaign.ways.capped, context, hit.generator) ?? .seenEnough
    case .spy: .accessDenied
    }
  }

  /// Nil when the address is missing or came to nothing.
  private func elsewhere(
    _ url: URLTemplate?, _ context: MacroContext, _ generator: ChaChaGenerator
  ) -> TrackingAnswer? {
    guard let target = url?.expand(context, using: generator), URLParameters.isDestination(target) else { return nil }
    return .redirect(to: target)
  }

  /// Where a landing's button leads. A hit that is not recorded has no click to go on with: straight to the offer.
  func callToAction(_ hit: Hit, _ context: MacroContext, isAbsolute: Bool) -> [UInt8]? {
    guard let offer = hit.offer else { return nil }
    if context.click == nil {
      return destination(offer.url, context, isOffer: true, of: hit.request, using: hit.generator)
    }
    let link = OfferLink(
      click: hit.click, offer: offer, campaign: hit.campaign, flowID: hit.flow?.id, landingID: hit.landing?.id,
      facts: context.facts)
    let path = link.path(signedBy: links)
    return isAbsolute ? Array("\(hit.request.isSecure ? "https" : "http")://\(hit.request.host)".utf8) + path : path
  }

  /// The expanded URL with the click id handed on: as `sub2` to offers that have no way of their own, and as
  /// `_tly_click` for the merchant's pixel unless the campaign does not want it. The request's own parameters come last,
  /// where the tracking profile hands them on.
  func destination(
    _ url: URLTemplate, _ context: MacroContext, isOffer: Bool, of request: VisitorRequest,
    using generator: ChaChaGenerator
  ) -> [UInt8] {
    var target = url.expand(context, using: generator)
    if let click = context.click {
      if isOffer, !url.passesClickID { URLParameters.append("sub2", click, to: &target) }
      if context.campaign?.appendsClickParameter ?? true, !url.setsClickParameter {
        URLParameters.append(ClickCookie.name, click, to: &target)
      }
    }
    if context.profile.passesParameters, !request.query.isEmpty {
      let way = request.path.utf8.dropFirst().first
      URLParameters.pass(request.query, keeping: { !$0.isOurs(on: way) }, to: &target)
    }
    return target
  }
}

extension MacroContext {
  /// What is known where a click is decided; the click's id only once it is sure to be recorded.
  fileprivate init(_ hit: Hit) {
    self.init(
      profile: hit.campaign.ways.profile, campaign: hit.campaign, flowID: hit.flow?.id, landingID: hit.landing?.id,
      offer: hit.offer, facts: hit.facts, now: hit.request.now)
    facts.address = hit.storedAddress
    // As it is recorded: what the source says, else what the campaign pays.
    facts.cost = facts.cost ?? hit.campaign.costPerClick
  }
}

extension Hit {
  fileprivate func note(_ departure: Departure, _ obstacle: Departure.Obstacle?) {
    if let id = departure.profile.id, departure.profile.redirect != .found {
      note("profile:\(id) \(departure.profile.redirect.rawValue)")
    }
    if departure.firesPixels, departure.retargeting != nil { note("retargeting") }
    if let obstacle { note(obstacle.rawValue) }
  }
}

extension UnsafeBufferPointer<UInt8> {
  /// Whether a query parameter of this name is meant for the tracker alone: `k` of `/offer`, `campaign` of `/click`...
  /// - Parameter way: The path's first letter.
  fileprivate func isOurs(on way: UInt8?) -> Bool {
    if equals("test") || equals("_tly_click") { return true }
    return way == UInt8(ascii: "o") ? equals("k") : equals("campaign")
  }
}

extension TrackingAnswer {
  /// Every answer that records a hit says which it was, and marks the visitor.
  fileprivate mutating func addCookies(of hit: Hit) {
    add(ClickCookie.header(hit.click, isSecure: hit.request.isSecure))
    if !hit.facts.hadCookie, let visitor = hit.facts.visitorID {
      add(VisitorCookie.header(visitor, isSecure: hit.request.isSecure))
    }
  }
}
