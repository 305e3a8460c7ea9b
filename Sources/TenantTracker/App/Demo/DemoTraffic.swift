import ClickPath
import Conversions
import Core
import Database
import Geo
import UserAgents

/// Thirty days of visitors and postbacks, sent through the click path, a journal of its own and the postback service.
struct DemoTraffic: Sendable {
  static let days = 30

  let tracker: Tracker
  let tenant: Tenant
  let scope: TenantScope
  let clicksPerDay: Int
  private let place: Snapshot.Place
  private let pipeline: ClickPipeline
  private let directory: TenantDirectory

  init(tracker: Tracker, tenant: Tenant, clicksPerDay: Int) async throws {
    self.tracker = tracker
    self.tenant = tenant
    self.clicksPerDay = clicksPerDay
    scope = try tracker.scope(of: tenant)
    directory = tracker.makeDirectory()
    try await directory.reload()
    let loader = SnapshotLoader(
      directory: directory, control: tracker.control, scopes: { try tracker.scope(of: $0) }, settings: tracker.settings,
      features: { try await tracker.licenses.features(of: $0) }, clock: tracker.clock)
    var builder = SnapshotBuilder()
    let snapshot = builder.build(loader.frame([try await loader.load(tenant).record])).snapshot
    guard let place = snapshot.place(forHost: "localhost") else { throw TenancyError.corruptCatalog }
    self.place = place
    tracker.geo.reload()
    pipeline = ClickPipeline(
      links: try tracker.linkSigner(), memory: VisitorMemory(keys: try tracker.visitorKeys(), bytes: 32 << 20),
      adding: [.geo(tracker.geo), .userAgent(tracker.userAgentParser())])
  }

  struct Made: Sendable {
    var clicks = 0
    var conversions = 0
  }

  /// Makes the traffic day by day, drains it, then lets the networks report.
  func run(_ progress: @Sendable (Int, Int) -> Void) async throws -> Made {
    let journal = try tracker.openJournal(folder: "demo-journal")
    let postbacks = PostbackService(tail: ClickTail(), clock: tracker.clock)
    let writer = JournalWriter(
      control: tracker.control, base: tracker.configuration.databaseURL, secrets: tracker.secrets,
      logger: tracker.logger)
    let drainer = tracker.drainer(
      journal, writer: writer, directory: directory, postbacks: postbacks, metrics: MetricsRegistry())
    let generator = ChaChaGenerator(seed: 42)
    let now = tracker.clock.now()
    var made = Made()
    for day in 1...Self.days {
      let clicks = visitors(of: now - .days(Int64(Self.days - day)), until: now, generator)
      try await append(clicks, to: journal)
      try await drainer.drainAll()
      made.clicks += clicks.count
      made.conversions += try await report(clicks, to: postbacks, until: now, generator)
      progress(day, Self.days)
    }
    await journal.close()
    await writer.close()
    return made
  }

  /// The recorded clicks of the 24 hours before `end`.
  private func visitors(of end: Timestamp, until now: Timestamp, _ generator: ChaChaGenerator) -> [ClickEvent] {
    let isWeekend = end.utcDate.weekday >= 5
    let count = clicksPerDay * (isWeekend ? 70 : 100) / 100 + Int(generator.next() % UInt64(max(1, clicksPerDay / 5)))
    var generator = generator
    let moments = (0..<count).map { _ -> Timestamp in
      // Two draws make afternoons busier than nights.
      let first = Int64.random(in: 0..<43_200_000, using: &generator)
      let second = Int64.random(in: 0..<43_200_000, using: &generator)
      return end - .days(1) + .milliseconds(first + second)
    }
    return moments.sorted().compactMap { $0 < now ? visit(at: $0, generator) : nil }
  }

  private func visit(at time: Timestamp, _ generator: ChaChaGenerator) -> ClickEvent? {
    var random = generator
    let slug = DemoCatalog.slugs[[0, 0, 0, 1, 1, 2].randomElement(using: &random) ?? 0]
    let visitor = DemoVisitor.random(using: &random)
    let query = visitor.query(for: slug, using: &random)
    let request = VisitorRequest(
      method: .get, target: "/c/\(slug)?\(query)", host: "localhost", isSecure: true, headers: visitor.headers,
      address: visitor.address, now: time)
    return pipeline.click(request, slug: slug, in: place, using: generator).event
  }

  private func append(_ clicks: [ClickEvent], to journal: Journal) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for click in clicks {
        group.addTask {
          let event = JournalEvent.click(click)
          var payload: [UInt8] = []
          event.encode(into: &payload)
          _ = try await journal.append(tenantID: click.tenantID, kind: event.journalKind, payload: payload)
        }
      }
      try await group.waitForAll()
    }
  }

  /// Networks report some of the clicks after a while: most as sales, a few on hold or rejected.
  private func report(
    _ clicks: [ClickEvent], to postbacks: PostbackService, until now: Timestamp, _ generator: ChaChaGenerator
  ) async throws -> Int {
    var random = generator
    var reported = 0
    for click in clicks {
      // Per thousand clicks; the second landing converts a little better.
      let rate = click.landingID == nil ? 42 : (click.landingID ?? 0) % 2 == 0 ? 11 : 8
      guard Int.random(in: 0..<1_000, using: &random) < rate else { continue }
      let time = click.ts + .seconds(Int64.random(in: 60...14_400, using: &random))
      guard time < now else { continue }
      let status = ["approved", "approved", "approved", "approved", "pending", "rejected"].randomElement(using: &random)
      let hit = PostbackHit(
        id: UUIDv7(at: time, using: &random),
        query: "click_id=\(click.id)&txid=T\(reported)-\(click.ts.seconds)&status=\(status ?? "approved")")
      if case .recorded = try await postbacks.receive(hit, in: scope) { reported += 1 }
    }
    return reported
  }
}
