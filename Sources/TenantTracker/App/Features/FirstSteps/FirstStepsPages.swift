import Core
import Web

/// The way to the first campaign: on the dashboard until it is gone or somebody puts it away for themselves.
struct FirstStepsPages: Sendable {
  let sources: TrafficSourceStore
  let site: SiteAddress
  let clock: any WallClock
  let icons: IconSet

  private let store = FirstStepsStore()
  private let preferences = PreferenceStore()

  init(sources: TrafficSourceStore, site: SiteAddress, clock: any WallClock, icons: IconSet) {
    self.sources = sources
    self.site = site
    self.clock = clock
    self.icons = icons
  }

  func register(in table: inout TrackerTable) {
    table.action("/first-steps", .signedIn, "Put the first steps away, or have them back") { call in
      let isShown = call.form["show"] == "true"
      try await preferences.set(
        .firstSteps, to: isShown ? nil : .bool(false), of: call.session.user.id, at: clock.now(), in: call.place.scope)
      return .redirect(
        to: DashboardPages.path,
        flash: isShown
          ? nil : Flash(.success, "The first steps are put away. The link below the figures brings them back."))
    }
  }

  /// Nil when everything is done.
  func steps(_ call: TrackerCall) async throws -> FirstSteps? {
    let scope = call.place.scope
    let progress = try await store.progress(of: scope)
    guard !progress.isComplete else { return nil }
    let choice = try await preferences.find(.firstSteps, of: call.session.user.id, in: scope)
    var link: String?
    if let campaign = progress.campaign, call.session.allows(.read(.campaigns)) {
      var source: TrafficSource?
      if let id = campaign.sourceID { source = try await sources.find(id, of: scope) }
      link = TrackingLink.text(base: site.base(call), slug: campaign.slug, source?.draft)
    }
    return FirstSteps(
      progress: progress, link: link, isPutAway: choice?.boolValue == false, session: call.session, icons: icons,
      csrf: call.csrfField)
  }
}
