/// A visitor on the way out: where to, and by which of a tracking profile's ways.
struct Departure {
  let url: [UInt8]
  let profile: Snapshot.Profile
  /// Fired by a page between, as long as that is up; nil to do without.
  var retargeting: RetargetingPixels?
  /// Who does not count fires nothing.
  var firesPixels = true
  /// Whether the dashboard shares the host, where pages with others' scripts need an origin of their own.
  let isOnDashboardHost: Bool

  /// Why it is not as the profile says; nil when it is.
  enum Obstacle: String {
    /// The address is none that a visitor may be sent to.
    case destination = "destination:refused"
    /// Too long with this visitor's values; the visitor goes on without them.
    case pixels = "pixels:too_long"
  }

  func answer(
    _ context: borrowing MacroContext, using generator: ChaChaGenerator
  ) -> (answer: TrackingAnswer, obstacle: Obstacle?) {
    guard URLParameters.isDestination(url) else { return (.notFound, .destination) }
    let retargeting = firesPixels ? retargeting : nil
    let template = firesPixels ? profile.pixels : nil
    if retargeting == nil, let status = profile.redirect.status { return (.redirect(to: url, status: status), nil) }
    let nonce = generator.nonce()
    var page = OnwardPage(nonce: nonce)
    var sources = ContentSources()
    if profile.redirect != .none { page.url = url }
    page.hidesReferrer = profile.redirect == .hideReferrer
    page.refreshes = profile.redirect == .meta || page.hidesReferrer
    let own = template.flatMap { $0.expand(context, using: generator) }
    if let template, let own {
      page.pause = .untilLoaded
      page.pixels.append(own)
      sources.formUnion(template.hasScripts ? .ownScripts : .ownImages)
    }
    if let retargeting {
      page.pause = .whole
      page.pixels.append(retargeting.markup(nonce: nonce))
      sources.formUnion(retargeting.sources)
    }
    let policy = ContentPolicy(
      nonce: nonce, sources: sources, isSandboxed: isOnDashboardHost && page.pause != .none)
    return (.onward(page, policy), template != nil && own == nil ? .pixels : nil)
  }
}
