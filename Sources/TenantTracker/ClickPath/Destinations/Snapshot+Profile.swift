extension Snapshot {
  /// A tracking profile, compiled: how visitors are sent on.
  final class Profile: Sendable {
    /// Nil for ``plain``.
    let id: Int64?
    let redirect: TrackingProfileRecord.Redirect
    let passesParameters: Bool
    /// What is fired before a visitor goes on; nil for a redirect that no page comes before.
    let pixels: PixelTemplate?

    /// What holds where a tenant has no default profile: a plain redirect.
    static let plain = Profile(id: nil, redirect: .found, passesParameters: false, pixels: nil)

    private init(
      id: Int64?, redirect: TrackingProfileRecord.Redirect, passesParameters: Bool, pixels: PixelTemplate?
    ) {
      self.id = id
      self.redirect = redirect
      self.passesParameters = passesParameters
      self.pixels = pixels
    }

    convenience init(_ record: TrackingProfileRecord, clock: (String) -> LocalClock?) {
      self.init(
        id: record.id, redirect: record.redirect, passesParameters: record.passesParameters,
        pixels: record.redirect.isPage ? record.pixels.flatMap { PixelTemplate($0, clock: clock) } : nil)
    }
  }
}

extension Snapshot.Campaign {
  /// Where the campaign's visitors go besides its landings and offers, and how.
  struct Ways: Sendable {
    var profile = Snapshot.Profile.plain
    /// Nil without pixels, or without the licence for them.
    var retargeting: RetargetingPixels?
    /// For who the bot filter stops; nil for ``BotFilterRecord/defaultURL``.
    var bots: URLTemplate?
    /// For who has seen enough; nil for a plain page.
    var capped: URLTemplate?
  }
}

extension TrackingProfileRecord.Redirect {
  /// Whether the visitor gets a page, which is what pixels need.
  public var isPage: Bool {
    switch self {
    case .moved, .found, .temporary: false
    case .meta, .script, .hideReferrer, .none: true
    }
  }

  /// The status of an answer that has nothing but a Location; nil for a page.
  var status: Int? { isPage ? nil : Int(rawValue) }
}
