import ClickPath
import Conversions
import Core
import Logging
import NIOCore
import ServiceLifecycle
import Synchronization
import Web

/// Answers visitors and networks on the connections it puts its handlers on. Its task carries what has to ask the
/// database; let it end after the server.
final class VisitorService: Service {
  /// What visitors need of the rest of the tracker.
  struct Surroundings: Sendable {
    /// What clicks are decided by, now.
    var snapshot: @Sendable () -> Snapshot
    /// Whether there is a snapshot.
    var isReady: @Sendable () -> Bool
    /// A click from the database; nil if there is none.
    var findClick: @Sendable (_ id: ClickID, _ tenantID: Int64) async throws -> ClickEvent?
    /// Records a postback at once. Throws ``DatabaseAway``, or an error that ``PostbackService/isTemporary(_:)``, when
    /// that must wait.
    var receive: @Sendable (_ hit: PostbackHit, _ tenantID: Int64) async throws -> PostbackOutcome
    /// Hears of macros that the click's source should have replaced.
    var noteUnreplaced: @Sendable (_ macros: [UnreplacedMacro], _ click: ClickEvent) -> Void = { _, _ in }
  }

  /// How long who waits, and how much of it at a time.
  struct Limits: Sendable {
    /// `/offer` waits this long for the database.
    var offerPatience = Duration.milliseconds(50)
    /// A postback waits this long for the database before it is journaled.
    var postbackPatience = Duration.seconds(2)
    var postbacksInFlight = 32
    var postbacksWaiting = 4_096
    var lookupsInFlight = 8
    var lookupsWaiting = 64
    var reports = ReportLimits.Counts()
  }

  let journal: Journal
  let tail: ClickTail
  let pipeline: ClickPipeline
  let surroundings: Surroundings
  let limits: Limits
  let proxies: TrustedProxies
  /// Hosts that are only reached over TLS, for proxies that do not say so.
  let httpsHosts: Set<String>
  /// False on a node that only answers for its health.
  let answersVisitors: Bool
  let figures: VisitorFigures
  let health = JournalHealth()
  let clock: any WallClock
  let postbacks: BoundedWork
  let lookups: BoundedWork
  let reportLimits: ReportLimits
  private let lanes = Mutex<[ObjectIdentifier: NIOLoopBound<VisitorLane>]>([:])

  /// - Parameter proxies: whose `X-Forwarded-For` and `X-Forwarded-Proto` count.
  init(
    _ surroundings: Surroundings, journal: Journal, tail: ClickTail, pipeline: ClickPipeline, proxies: TrustedProxies,
    httpsHosts: Set<String> = [], answersVisitors: Bool = true, limits: Limits = Limits(), metrics: MetricsRegistry,
    clock: any WallClock,
    logger: Logger
  ) {
    self.surroundings = surroundings
    self.journal = journal
    self.tail = tail
    self.pipeline = pipeline
    self.proxies = proxies
    self.httpsHosts = httpsHosts
    self.answersVisitors = answersVisitors
    self.limits = limits
    self.clock = clock
    figures = VisitorFigures(metrics, journal: journal, tail: tail, logger: logger)
    postbacks = BoundedWork(limit: limits.postbacksInFlight, queue: limits.postbacksWaiting)
    lookups = BoundedWork(limit: limits.lookupsInFlight, queue: limits.lookupsWaiting)
    reportLimits = ReportLimits(limits.reports, clock: clock)
  }

  /// For one connection: before its HTTP decoder, and between that and the framework.
  func handlers(_ activity: ConnectionActivity) -> ConnectionHandlers {
    let visitor = VisitorHandler(self)
    return ConnectionHandlers(
      front: answersVisitors ? VisitorFront(visitor, activity: activity) : nil, [visitor])
  }

  func run() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for work in [postbacks, lookups] { group.addTask { try await work.run() } }
      try await group.waitForAll()
    }
  }

  /// The lane of the event loop that calls.
  func lane(on eventLoop: any EventLoop) -> VisitorLane {
    lanes.withLock { lanes in
      if let lane = lanes[ObjectIdentifier(eventLoop)] { return lane }
      let lane = NIOLoopBound(VisitorLane(journal, tail: tail, on: eventLoop, health: health), eventLoop: eventLoop)
      lanes[ObjectIdentifier(eventLoop)] = lane
      return lane
    }.value
  }
}

/// There is no telling yet what the database would say; the hit is journaled.
struct DatabaseAway: Error {}
