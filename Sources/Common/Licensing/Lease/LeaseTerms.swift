import Core

/// The times of leases, in one place for both programs.
public enum LeaseTerms {
  public static let issuer = "trackily-license"
  public static let audience = "trackily"
  public static let leaseType = "trackily-lease+jwt"
  public static let decisionType = "trackily-decision+jwt"

  /// A lease got over the network.
  public static let lifetime = Duration.days(7)
  /// After a lease has run out, before rights go.
  public static let grace = Duration.days(14)
  /// Between heartbeats, plus or minus ``refreshJitter``.
  public static let refreshInterval = Duration.hours(6)
  public static let refreshJitter = 0.1
  /// What an offline lease file may last.
  public static let offlineLifetime = Duration.days(30)...Duration.days(365)
  /// A heartbeat this late makes the banner appear.
  public static let bannerDelay = Duration.days(1)
  /// A clock this far behind what was seen before is called moved back.
  public static let clockTolerance = Duration.minutes(10)

  /// The wait until the next heartbeat, spread so that a restarted server isn't met by all trackers at once.
  public static func nextRefresh(using generator: inout some RandomNumberGenerator) -> Duration {
    refreshInterval * Double.random(in: 1 - refreshJitter...1 + refreshJitter, using: &generator)
  }
}
