import Core
import Geo
import Testing
import UserAgents

@testable import ClickPath
@testable import TenantTracker

/// A tracker's click path with all its real parts, clicked on by the requests of one world of a golden file.
final class GoldenWorld {
  private var setUp = GoldenSetUp()
  private var snapshot: Snapshot?
  private let caps = OfferCaps()
  private let automatic = AutomaticEntries()
  private let pipeline: ClickPipeline
  private var seed: UInt64 = 0
  /// Of the last hit that was recorded.
  private var last: ClickEvent?
  /// Where the last page's button leads.
  private var button = ""

  init(_ parts: GoldenParts) throws {
    let windows = FloodWindows(bytes: 1 << 20, shards: 1)
    pipeline = ClickPipeline(
      links: try #require(LinkSigner(key: Array(0..<16))),
      memory: VisitorMemory(keys: try #require(VisitorKeys(key: Array(16..<32))), bytes: 16 << 20), caps: caps,
      adding: [.geo(parts.places), .userAgent(parts.agents), .fraud(windows, automatic), .botFilter])
  }

  func apply(_ line: GoldenWords) throws {
    snapshot = nil
    guard try line.word(0) == "publish" else { return try setUp.apply(line) }
    setUp.list(automatic.waiting, until: try line["until"].map { try setUp.time($0, line) })
    automatic.remove(automatic.waiting)
  }

  /// The answer to one of a request's visits.
  func answer(_ request: GoldenRequest) throws -> GoldenAnswer {
    let visit = try visit(request)
    guard let route = VisitorRoute(path: visit.path, query: visit.query) else { return .notOurs }
    guard let place = currentSnapshot().place(forHost: visit.host) else {
      return GoldenAnswer("lost(unknown_host)", .notFound)
    }
    switch route {
    case .click(let slug): return try click(visit, slug, place, request)
    case .offer(let click, let offerID): return offer(click, offerID, visit, place)
    case .postback: return .notOurs
    }
  }

  private func click(
    _ visit: VisitorRequest, _ slug: String, _ place: Snapshot.Place, _ request: GoldenRequest
  ) throws -> GoldenAnswer {
    let seed = try seed(for: request, hasCookie: visit.headers.id(inCookie: VisitorCookie.name) != nil)
    let told = pipeline.explain(visit, slug: slug, in: place, using: ChaChaGenerator(seed: seed))
    if ClickPipeline.wantsExplanation(visit.query) { return GoldenAnswer(explained: told) }
    let result = pipeline.click(visit, slug: slug, in: place, using: ChaChaGenerator(seed: seed))
    if let event = result.event { last = event }
    let answer = GoldenAnswer(result, told: told)
    if let link = answer.button { button = link }
    return answer
  }

  private func offer(
    _ click: ClickID?, _ offerID: Int64, _ visit: VisitorRequest, _ place: Snapshot.Place
  ) -> GoldenAnswer {
    var knowledge = OfferKnowledge.nothing
    if let click, let link = pipeline.link(click, offerID: offerID, query: visit.query) {
      knowledge = .link(link)
    } else if let last, last.id == click {
      knowledge = .click(last)
    }
    let answer = pipeline.offer(
      click, offerID: offerID, knowing: knowledge, visit, in: place, using: ChaChaGenerator(seed: seed))
    return GoldenAnswer(answer.status == 404 ? "lost(unknown_offer)" : "onward", answer, click: click)
  }

  private func currentSnapshot() -> Snapshot {
    if let snapshot { return snapshot }
    var builder = SnapshotBuilder()
    let built = builder.build(setUp.records).snapshot
    for (offerID, count) in setUp.counts { caps.note(count, offerID: offerID, of: 1) }
    snapshot = built
    return built
  }

  /// The request as the tracker reads it off a connection.
  private func visit(_ request: GoldenRequest) throws -> VisitorRequest {
    guard let now = GoldenTime.parse(request.time, from: setUp.now) else {
      throw GoldenFault(request.number, "“\(request.time)” is no time")
    }
    guard let peer = IPAddress(GoldenParts.addresses[request.address] ?? request.address) else {
      throw GoldenFault(request.number, "“\(request.address)” is no address")
    }
    var fields = VisitFields()
    let agent = GoldenParts.agents[request.agent] ?? request.agent
    if !agent.isEmpty { fields.take("User-Agent", agent) }
    for header in request.headers {
      guard let colon = header.firstIndex(of: ":") else {
        fields.take("Cookie", "a=b; _tly_vid=\(try cookie(header, request))")
        continue
      }
      fields.take(String(header[..<colon]), header[header.index(after: colon)...].trimmed)
    }
    return VisitorRequest(
      method: request.method, target: target(request), host: fields.host ?? "t.example", isSecure: false,
      headers: fields.visitor,
      address: setUp.proxies.clientAddress(peer: peer, forwardedFor: fields.forwardedFor), now: now)
  }

  /// `button` presses the last page's; `button!` after somebody changed its signature.
  private func target(_ request: GoldenRequest) -> String {
    switch request.target {
    case "button": return button
    case "button!": return String(button.dropLast()) + (button.hasSuffix("A") ? "B" : "A")
    default: return request.target.replacing("$last", with: last?.id.description ?? "")
    }
  }

  /// Everybody has a name, and `given` is who was given the last cookie.
  private func cookie(_ name: String, _ request: GoldenRequest) throws -> String {
    guard name != "given" else { return last?.visitorID?.description ?? "" }
    guard name.allSatisfy(\.isLetter) else { return name }
    let number = name.utf8.reduce(UInt64(7)) { $0 &* 31 &+ UInt64($1) }
    var generator: any RandomNumberGenerator = ChaChaGenerator(seed: number)
    return VisitorID(at: Timestamp(seconds: 1_795_000_000), using: &generator).description
  }

  /// A seed with which the dice fall as the request says, after the numbers that the ids take.
  private func seed(for request: GoldenRequest, hasCookie: Bool) throws -> UInt64 {
    seed += 1 << 20
    guard !request.dice.isEmpty else { return seed }
    for candidate in seed..<seed + 1 << 18 {
      let generator = ChaChaGenerator(seed: candidate)
      for _ in 0..<(hasCookie ? 2 : 4) { _ = generator.next() }
      if request.dice.allSatisfy({ generator.below($0.of) == $0.shows }) { return candidate }
    }
    throw GoldenFault(request.number, "the dice can't fall like that")
  }
}

extension VisitFields {
  fileprivate mutating func take(_ name: String, _ value: String) {
    var name = name
    name.withUTF8 { take($0, value) }
  }
}
