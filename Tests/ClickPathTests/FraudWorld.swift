import Core
import Testing

@testable import ClickPath

/// A campaign with fraud scoring, clicked on by several visitors.
final class FraudWorld {
  static let browser = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"

  let windows = FloodWindows(bytes: 1 << 20, shards: 4)
  let automatic: AutomaticEntries
  let place: Snapshot.Place
  let pipeline: ClickPipeline
  let generator: ChaChaGenerator

  /// What GeoIP and user-agent data would say.
  struct Visitor: Sendable {
    var address = "203.0.113.7"
    var agent: String? = FraudWorld.browser
    var bot: String?
    var provider: String?
  }

  init(
    plan: Set<String> = ["anti_fraud"], filter isEnabled: Bool = true, automatic: AutomaticEntries = AutomaticEntries(),
    _ change: (inout ClickWorld) -> Void = { _ in }
  ) throws {
    var world = ClickWorld()
    world.offer(1)
    world.campaign.offerID = 1
    world.tenant.features = plan
    world.campaign.botFilter.isEnabled = isEnabled
    change(&world)
    self.automatic = automatic
    place = try world.place()
    generator = world.generator
    // What is known of a visitor comes in sub ids here.
    let knowing = ClickStep.knowing(.userAgent) { facts in
      facts.bot = facts.subs[1]
      facts.isp = facts.subs[2]
    }
    pipeline = ClickPipeline(
      links: try #require(ClickWorld.signer),
      adding: [knowing, .fraud(windows, automatic), .botFilter] + world.steps)
  }

  /// A visit so many milliseconds after ``ClickWorld/now``.
  @discardableResult
  func click(
    _ visitor: Visitor = Visitor(), after milliseconds: Int64 = 0, method: VisitorRequest.Method = .get,
    headers: (name: String, value: String)? = nil
  ) -> ClickResult {
    pipeline.click(
      request(visitor, milliseconds, method, headers), slug: "mcafee-us", in: place, using: generator)
  }

  func explain(_ visitor: Visitor = Visitor(), after milliseconds: Int64 = 0) -> JSONValue {
    pipeline.explain(request(visitor, milliseconds, .get, nil), slug: "mcafee-us", in: place, using: generator)
  }

  private func request(
    _ visitor: Visitor, _ milliseconds: Int64, _ method: VisitorRequest.Method, _ header: (name: String, value: String)?
  ) -> VisitorRequest {
    var query: [String] = []
    if let bot = visitor.bot { query.append("sub1=\(bot)") }
    if let provider = visitor.provider { query.append("sub2=\(PercentCoding.encodeComponent(provider))") }
    var request = VisitorRequest.visit(
      query.joined(separator: "&"), method: method, address: visitor.address,
      at: ClickWorld.now + .milliseconds(milliseconds))
    if let agent = visitor.agent { request.headers.take("User-Agent", agent) }
    if let header { request.headers.take(header.name, header.value) }
    return request
  }

  /// Clicks of an address that count, at one moment.
  func flood(_ count: Int, _ visitor: Visitor = Visitor(), after milliseconds: Int64 = 0) {
    for _ in 0..<count { click(visitor, after: milliseconds) }
  }
}

extension ClickWorld {
  mutating func blacklist(_ range: String, isAutomatic: Bool = false, until milliseconds: Int64? = nil) {
    tenant.blacklist.append(
      BlacklistRecord(
        range: range, isAutomatic: isAutomatic, expiresAt: milliseconds.map { ClickWorld.now + .milliseconds($0) }))
  }
}
