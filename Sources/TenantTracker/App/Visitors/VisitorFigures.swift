import ClickPath
import Conversions
import Core
import Logging
import NIOCore
import Synchronization

/// What visitors got, for `/metrics`.
final class VisitorFigures: Sendable {
  /// Why a visitor's URL led nowhere.
  enum Nowhere: String, CaseIterable { case unknownHost = "unknown_host", unknownOffer = "unknown_offer" }

  let clickRedirects: Counter
  let offerRedirects: Counter
  private let clicks: [ClickStatus: Counter]
  private let stops: [StopReason: Counter]
  private let nowhere: [Nowhere: Counter]
  private let uncounted: [Uncounted: Counter]
  private let postbacks: [String: Counter]
  private let otherPostbacks: Counter
  private let unjournaledClicks: Counter
  private let unjournaledPostbacks: Counter
  private let unjournaledShopEvents: Counter
  private let floodedReports: Counter
  private let durable: Histogram
  private let logger: Logger
  private let log = Mutex(LossLog())

  init(_ metrics: MetricsRegistry, journal: Journal, tail: ClickTail, logger: Logger) {
    self.logger = logger
    let redirects = { metrics.counter("trackily_redirects_total", "Visitors sent on.", labels: [("from", $0)]) }
    clickRedirects = redirects("click")
    offerRedirects = redirects("offer")
    clicks = VisitorFigures.counters(ClickStatus.allCases) {
      metrics.counter("trackily_clicks_total", "Hits recorded.", labels: [("status", $0.rawValue)])
    }
    let notFound = {
      metrics.counter("trackily_visitors_not_found_total", "Visitors who got a 404.", labels: [("reason", $0)])
    }
    stops = VisitorFigures.counters(StopReason.allCases) { notFound($0.rawValue) }
    nowhere = VisitorFigures.counters(Nowhere.allCases) { notFound($0.rawValue) }
    uncounted = VisitorFigures.counters(Uncounted.allCases) {
      metrics.counter(
        "trackily_clicks_uncounted_total", "Hits served but not recorded.", labels: [("reason", $0.rawValue)])
    }
    let hits = { metrics.counter("trackily_postbacks_total", "Postbacks answered.", labels: [("outcome", $0)]) }
    postbacks = VisitorFigures.counters(VisitorFigures.outcomes, hits)
    otherPostbacks = hits("failed")
    unjournaledClicks = metrics.counter(
      "trackily_clicks_unjournaled_total", "Clicks answered although the journal did not take them.")
    unjournaledPostbacks = metrics.counter(
      "trackily_postbacks_unjournaled_total", "Postbacks refused because the journal did not take them.")
    unjournaledShopEvents = metrics.counter(
      "trackily_shop_events_unjournaled_total", "Events of the pixel that the journal did not take.")
    floodedReports = metrics.counter(
      "trackily_reports_flooded_total", "Events of the pixel and leads refused because their address sent too many.")
    durable = metrics.histogram("trackily_click_durable_seconds", "From a click's head to its durable answer.")
    JournalGauges.register(metrics, journal: journal, tail: tail)
  }

  func click(_ status: ClickStatus, since began: NIODeadline) {
    clicks[status]?.increment()
    durable.record(.nanoseconds((.now() - began).nanoseconds))
  }

  func stopped(_ reason: StopReason) { stops[reason]?.increment() }
  func notFound(_ reason: Nowhere) { nowhere[reason]?.increment() }
  func served(_ reason: Uncounted) { uncounted[reason]?.increment() }
  func postback(_ outcome: PostbackOutcome) { (postbacks[outcome.code] ?? otherPostbacks).increment() }

  func postbackFailed(_ error: any Error, _ hit: PostbackHit) {
    otherPostbacks.increment()
    logger.error("postback not processed", metadata: ["hit": "\(hit.id)", "error": "\(error)"])
  }

  func clickLost(_ reason: String) {
    unjournaledClicks.increment()
    shout("clicks answered without being journaled", reason)
  }

  func postbackLost(_ reason: String) {
    unjournaledPostbacks.increment()
    shout("postbacks refused because the journal did not take them", reason)
  }

  func shopEventLost(_ reason: String) {
    unjournaledShopEvents.increment()
    shout("the pixel's events were not journaled", reason)
  }

  func flooded() { floodedReports.increment() }

  /// Once a second at most, with the number since the last time.
  private func shout(_ message: Logger.Message, _ reason: String) {
    guard let count = log.withLock({ $0.note(.now()) }) else { return }
    logger.error(message, metadata: ["count": "\(count)", "reason": "\(reason)"])
  }

  private static func counters<Key: Hashable>(_ keys: [Key], _ make: (Key) -> Counter) -> [Key: Counter] {
    Dictionary(keys.map { ($0, make($0)) }) { first, _ in first }
  }

  private static let outcomes = [
    "recorded", "updated", "repeated", "move_refused", "unknown_click", "no_click_id", "bad_parameter", "bad_body",
    "unauthorized", "accepted", "not_yet", "ignored",
  ]
}

/// How many losses are to be told, and when the last ones were.
private struct LossLog {
  private var untold = 0
  private var toldAt: NIODeadline?

  /// The number to tell now, if it is time.
  mutating func note(_ now: NIODeadline) -> Int? {
    untold += 1
    if let toldAt, now - toldAt < .seconds(1) { return nil }
    defer { untold = 0 }
    toldAt = now
    return untold
  }
}

private enum JournalGauges {
  static func register(_ metrics: MetricsRegistry, journal: Journal, tail: ClickTail) {
    let counter = { (name: String, help: String, value: @escaping @Sendable (JournalFigures) -> Int) in
      metrics.counter(name, help) { value(journal.figures) }
    }
    let gauge = { (name: String, help: String, value: @escaping @Sendable (JournalFigures) -> Int) in
      metrics.gauge(name, help) { Double(value(journal.figures)) }
    }
    counter("trackily_journal_appended_total", "Records made durable.") { $0.appended }
    counter("trackily_journal_failed_total", "Records whose batch failed.") { $0.failed }
    counter("trackily_journal_overloaded_total", "Records refused because too much waited.") { $0.overloaded }
    counter("trackily_journal_batches_total", "Batches written.") { $0.batches }
    counter("trackily_journal_fdatasync_total", "Calls of fdatasync, one for each batch.") { $0.syncs }
    counter("trackily_journal_bytes_total", "Bytes of the batches written.") { $0.bytes }
    counter("trackily_journal_failed_segments_total", "Segments given up after a disk error.") { $0.failedSegments }
    counter("trackily_journal_losses_total", "Faults that mean a loss.") { $0.losses }
    gauge("trackily_journal_pending_bytes", "Bytes waiting for the disk.") { $0.pendingBytes }
    gauge("trackily_journal_durable_segment", "Number of the segment being written.") { Int($0.durableEnd.segment) }
    gauge("trackily_journal_durable_offset_bytes", "Durable bytes of that segment.") { Int($0.durableEnd.offset) }
    metrics.gauge("trackily_click_tail_events", "Clicks in memory until they are in Postgres.") { Double(tail.count) }
  }
}
