import Core
import Web

/// How much one address may report without a key. Each kind has an allowance of its own, so that who floods us with page
/// views can still buy something.
struct ReportLimits: Sendable {
  /// In a minute.
  struct Counts: Sendable {
    /// A carrier's customers share an address; what is refused the pixel sends again.
    var shopEvents = 600
    var pixelConversions = 120
    var leads = 30
  }

  private let shopEvents: RateLimiter<IPAddress>
  private let pixelConversions: RateLimiter<IPAddress>
  private let leads: RateLimiter<IPAddress>

  init(_ counts: Counts, clock: any WallClock) {
    let limiter = { RateLimiter<IPAddress>(limit: $0, window: .minutes(1), clock: clock) }
    shopEvents = limiter(counts.shopEvents)
    pixelConversions = limiter(counts.pixelConversions)
    leads = limiter(counts.leads)
  }

  func admit(_ report: PixelReport, from address: IPAddress) throws(Problem) {
    try (report.isConversion ? pixelConversions : shopEvents).admit(address.limitKey)
  }

  func admitLead(from address: IPAddress) throws(Problem) { try leads.admit(address.limitKey) }
}
