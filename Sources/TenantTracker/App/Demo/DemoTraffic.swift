import ClickPath
import Conversions
import Core
import Database
import Geo
import UserAgents

/// Thirty days of visitors, shop events and postbacks, sent through the click path, a journal of its own and the postback
/// service.
struct DemoTraffic: Sendable {
  static let days = 30

  let tracker: Tracker
  let tenant: Tenant
  let scope: TenantScope
  let winners: DemoCatalog.Winners
  let clicksPerDay: Int
  private let place: Snapshot.Place
  private let pipeline: ClickPipeline
  private let directory: TenantDirectory

  init(tracker: Tracker, tenant: Tenant, winners: DemoCatalog.Winners, clicksPerDay: Int) async throws {
    self.tracker = tracker
    self.tenant = tenant
    self.winners = winners
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

  /// Makes the traffic day by day and drains it; then the day's steps are written and the networks report.
  func run(_ progress: @Sendable (Int, Int) -> Void) async throws -> Made {
    let journal = try tracker.openJournal(folder: "demo-journal")
    let postbacks = PostbackService(tail: ClickTail(), clock: tracker.clock, readers: [.pixel: PixelReader()])
    let writer = JournalWriter(
      control: tracker.control, base: tracker.configuration.databaseURL, secrets: tracker.secrets,
      logger: tracker.logger)
    let drainer = tracker.drainer(
      journal, writer: writer, directory: directory, postbacks: postbacks, metrics: MetricsRegistry())
    let generator = ChaChaGenerator(seed: 42)
    let now = tracker.clock.now()
    var crowd = DemoCrowd()
    var doings = DemoDoings(tenantID: tenant.id, winners: winners, now: now)
    var made = Made()
    for day in 1...Self.days {
      let end = now - .days(Int64(Self.days - day))
      made.clicks += try visit(before: end, until: now, &crowd, &doings, generator)
      let today = doings.take()
      try await append(today.records, to: journal)
      try await drainer.drainAll()
      try await ClickStepStore().insert(today.steps, of: scope)
      for hit in today.hits {
        if case .recorded = try await postbacks.receive(hit, in: scope) { made.conversions += 1 }
      }
      progress(day, Self.days)
    }
    await journal.close()
    await writer.close()
    return made
  }

  /// The clicks of the 24 hours before `end` and what follows from them.
  /// - Returns: how many there were.
  private func visit(
    before end: Timestamp, until now: Timestamp, _ crowd: inout DemoCrowd, _ doings: inout DemoDoings,
    _ generator: ChaChaGenerator
  ) throws -> Int {
    var random = generator
    let isWeekend = end.utcDate.weekday >= 5
    let count =
      clicksPerDay * (isWeekend ? 70 : 100) / 100 + Int.random(in: 0...max(1, clicksPerDay / 5), using: &random)
    let moments = (0..<count).map { _ -> Timestamp in
      // Two draws make afternoons busier than nights.
      let first = Int64.random(in: 0..<43_200_000, using: &random)
      let second = Int64.random(in: 0..<43_200_000, using: &random)
      return end - .days(1) + .milliseconds(first + second)
    }
    var clicks = 0
    for time in moments.sorted() where time < now {
      let (index, campaign) = crowd.next(using: &random)
      let person = crowd.people[index]
      let request = VisitorRequest(
        method: .get, target: "/c/\(campaign.slug)?\(campaign.query(using: &random))", host: "localhost",
        isSecure: true, headers: person.visitor.headers(cookie: person.cookie), address: person.visitor.address,
        now: time)
      let result = pipeline.click(request, slug: campaign.slug, in: place, using: generator)
      crowd.visited(index, result.answer)
      guard let event = result.event else { continue }
      clicks += 1
      if try doings.follow(event, of: campaign, by: crowd.people[index], using: &random) { crowd.bought(index) }
    }
    return clicks
  }

  private func append(_ events: [JournalEvent], to journal: Journal) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for event in events {
        group.addTask { [tenant] in
          var payload: [UInt8] = []
          event.encode(into: &payload)
          _ = try await journal.append(tenantID: tenant.id, kind: event.journalKind, payload: payload)
        }
      }
      try await group.waitForAll()
    }
  }
}
