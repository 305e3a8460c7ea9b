import ClickPath
import Conversions
import Core
import Logging
import ServiceLifecycle
import Synchronization
import TestSupport
import Testing
import Web

@testable import TenantTracker

/// A tracker's public side alone: a tenant of two offers and four campaigns, a real journal, and a database that is
/// whatever a test says.
final class VisitorWorld: Sendable {
  static let clock = TestClock()
  /// For tests that are not about patience: a busy machine takes its time.
  static let patient = {
    var limits = VisitorService.Limits()
    (limits.offerPatience, limits.postbackPatience) = (.seconds(60), .seconds(60))
    return limits
  }()

  let disk: VisitorDisk
  let journal: Journal
  let tail = ClickTail()
  let metrics = MetricsRegistry()
  let service: VisitorService

  /// - Parameters:
  ///   - find: the database's clicks.
  ///   - receive: the database's postback service.
  init(
    isReady: Bool = true, limits: VisitorService.Limits = patient,
    journal settings: JournalSettings = JournalSettings(segmentBytes: 4 << 20, retryInterval: .milliseconds(1)),
    find: @escaping @Sendable (ClickID, Int64) async throws -> ClickEvent? = { _, _ in nil },
    receive: @escaping @Sendable (PostbackHit, Int64) async throws -> PostbackOutcome = { hit, _ in .recorded(hit.id) }
  ) throws {
    disk = try VisitorDisk()
    journal = try Journal.open(files: disk, settings: settings) { _ in }
    var builder = SnapshotBuilder()
    let snapshot = builder.build(VisitorWorld.records).snapshot
    service = VisitorService(
      VisitorService.Surroundings(
        snapshot: { snapshot }, isReady: { isReady }, findClick: find, receive: receive),
      journal: journal, tail: tail,
      pipeline: ClickPipeline(links: try #require(LinkSigner(key: Array(0..<16)))),
      proxies: try #require(TrustedProxies(list: "127.0.0.1/32")), limits: limits, metrics: metrics,
      clock: VisitorWorld.clock, logger: .silent)
  }

  private static var records: SnapshotRecords {
    var tenant = TenantRecord(id: 7, slug: "acme", isDefault: true)
    tenant.offers = [
      OfferRecord(id: 1, name: "Bare", url: "https://shop.example/buy", currency: .usd),
      OfferRecord(id: 2, name: "Macros", url: "https://shop.example/m?s={sub1}&c={click_id}", currency: .usd),
    ]
    tenant.landings = [
      LandingRecord(id: 5, name: "Page", content: .local(html: "<a href=\"{{offer_url}}\">on</a>")),
      LandingRecord(id: 6, name: "Large", content: .local(html: String(repeating: "<p>", count: 10_000))),
    ]
    var direct = CampaignRecord(id: 11, slug: "direct", name: "Direct", currency: .usd)
    direct.offerID = 1
    let landed = CampaignRecord(id: 12, slug: "landed", name: "Landed", currency: .usd)
    let lost = CampaignRecord(id: 13, slug: "lost", name: "Leads nowhere", currency: .usd)
    let large = CampaignRecord(id: 14, slug: "large", name: "Large", currency: .usd)
    tenant.campaigns = [direct, landed, lost, large]
    var flow = FlowRecord(id: 21, campaignID: 12, name: "All", kind: .default)
    flow.landings = [WeightedID(id: 5, weight: 1)]
    flow.offers = [WeightedID(id: 2, weight: 1)]
    var largeFlow = FlowRecord(id: 22, campaignID: 14, name: "All", kind: .default)
    largeFlow.landings = [WeightedID(id: 6, weight: 1)]
    tenant.flows = [flow, largeFlow]
    var strict = NetworkRecord(id: 31, name: "Strict", postbackKey: "secret")
    strict.allowedAddresses = ["198.51.100.0/24"]
    tenant.networks = [strict]
    return SnapshotRecords(takenAt: clock.now(), isSingleTenant: false, publicHosts: [], tenants: [tenant])
  }

  /// What is durable.
  func events() async throws -> [JournalEvent] {
    var reader = journal.reader(from: .start)
    var events: [JournalEvent] = []
    while true {
      let batch = try await reader.next()
      if batch.isEmpty { return events }
      events += try batch.records.map { try JournalEvent(decoding: Array($0.payload)) }
    }
  }

  func clicks() async throws -> [ClickEvent] {
    try await events().compactMap { if case .click(let event) = $0 { event } else { nil } }
  }

  func postbacks() async throws -> [RawPostbackEvent] {
    try await events().compactMap { if case .postback(let event) = $0 { event } else { nil } }
  }

  /// A metric's value, by its name and labels.
  func metric(_ series: String) -> Double? {
    let line = metrics.prometheusText().split(separator: "\n").first { $0.hasPrefix("\(series) ") }
    return line.flatMap { $0.split(separator: " ").last }.flatMap { Double($0) }
  }

  /// Runs the server while `body` talks to it.
  func serve<Result: Sendable>(
    _ limits: ConnectionLimits = ConnectionLimits(), _ body: (_ port: Int) async throws -> Result
  ) async throws -> Result {
    let (ports, listening) = AsyncStream<Int>.makeStream()
    let application = WebApplication(
      settings: WebSettings(address: "127.0.0.1", port: 0), mounts: [], logger: .silent,
      server: .web(limits: limits) { [service] in service.handlers($0) }, onListening: { listening.yield($0) })
    let services = ServiceGroup(configuration: .init(services: [service, application], logger: .silent))
    return try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask {
        defer { listening.finish() }
        try await services.run()
      }
      let result: Swift.Result<Result, any Error>
      do {
        guard let port = await ports.first(where: { _ in true }) else {
          throw TestHTTPError(description: "the server did not start")
        }
        result = .success(try await body(port))
      } catch {
        result = .failure(error)
      }
      disk.resume()
      await services.triggerGracefulShutdown()
      try await tasks.waitForAll()
      await journal.close()
      return try result.get()
    }
  }
}

extension TestHTTPAnswer {
  /// `_tly_click`.
  var clickID: ClickID? {
    headers("Set-Cookie").first { $0.hasPrefix("_tly_click=") }.flatMap { ClickID($0.dropFirst(11).prefix(36)) }
  }

  var location: String? { header("Location") }
}
