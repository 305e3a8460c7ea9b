import Core
import Testing

@testable import ClickPath

/// A campaign with a memory, clicked on by several visitors over the hours.
final class MemoryWorld {
  static let keys = VisitorKeys(key: Array(16..<32))

  let memory: VisitorMemory
  let caps = OfferCaps()
  let place: Snapshot.Place
  let pipeline: ClickPipeline
  let generator: ChaChaGenerator
  private(set) var events: [ClickEvent] = []

  init(
    seed: UInt64 = 1, memory: VisitorMemory? = nil, steps: [ClickStep] = [], _ change: (inout ClickWorld) -> Void
  ) throws {
    var world = ClickWorld(seed: seed)
    world.offer(1)
    world.campaign.offerID = 1
    change(&world)
    self.memory = try memory ?? MemoryWorld.freshMemory()
    place = try world.place()
    pipeline = ClickPipeline(
      links: try #require(ClickWorld.signer), memory: self.memory, caps: caps, adding: steps)
    generator = world.generator
  }

  static func freshMemory() throws -> VisitorMemory {
    VisitorMemory(keys: try #require(keys), bytes: 16 << 20)
  }

  /// A visit so many milliseconds after ``ClickWorld/now``.
  @discardableResult
  func click(
    after milliseconds: Int64 = 0, from address: String = "203.0.113.7", agent: String = "Firefox",
    cookie: VisitorID? = nil, method: VisitorRequest.Method = .get
  ) -> ClickResult {
    let result = pipeline.click(
      request(after: milliseconds, from: address, agent: agent, cookie: cookie, method: method), slug: "mcafee-us",
      in: place, using: generator)
    if let event = result.event { events.append(event) }
    return result
  }

  func explain(
    after milliseconds: Int64 = 0, from address: String = "203.0.113.7", cookie: VisitorID? = nil
  ) -> JSONValue {
    pipeline.explain(
      request(after: milliseconds, from: address, agent: "Firefox", cookie: cookie, method: .get), slug: "mcafee-us",
      in: place, using: generator)
  }

  private func request(
    after milliseconds: Int64, from address: String, agent: String, cookie: VisitorID?, method: VisitorRequest.Method
  ) -> VisitorRequest {
    let cookies = cookie.map { "\(VisitorCookie.name)=\($0)" } ?? ""
    return .visit(
      method: method, headers: ["User-Agent": agent, "Cookie": cookies], address: address,
      at: ClickWorld.now + .milliseconds(milliseconds))
  }

  /// The memory that a process has which finds only the journal.
  func replayed(
    _ events: some Sequence<ClickEvent>, into memory: VisitorMemory? = nil, after history: ReplayHistory = .whole
  ) throws -> VisitorMemory {
    let memory = try memory ?? MemoryWorld.freshMemory()
    for event in events { memory.replay(event, in: place.tenant, after: history) }
    return memory
  }
}

/// Everything in a memory that is not over.
struct MemoryContent: Hashable {
  struct Entry: Hashable {
    let key: UInt64
    let milliseconds: Int64
    let value: AnyHashable
  }

  let visits: Set<Entry>
  let firsts: Set<Entry>
  let bindings: Set<Entry>

  init(_ memory: VisitorMemory, after milliseconds: Int64) {
    let now = (ClickWorld.now + .milliseconds(milliseconds)).milliseconds
    visits = Self.entries(memory.visits, now)
    firsts = Self.entries(memory.firsts, now)
    bindings = Self.entries(memory.bindings, now)
  }

  private static func entries<Value: MemoryValue>(_ shards: MemoryShards<Value>, _ now: Int64) -> Set<Entry> {
    Set(
      shards.parts.flatMap { shards.entries(ofPart: $0, at: now) }.map {
        Entry(key: $0.key, milliseconds: $0.stamp.milliseconds, value: AnyHashable($0.value))
      })
  }
}

extension ClickWorld {
  mutating func cap(_ limit: Int, hours: Int, key: FrequencyCapRecord.Key = .address) {
    var cap = FrequencyCapRecord(limit: limit, hours: hours)
    cap.key = key
    campaign.frequencyCap = cap
  }

  /// One flow with landings 1...count and offers 11...(10 + count), all of the same weight.
  mutating func boundFlow(_ binding: Binding, items count: Int64 = 3) {
    for id in 1...count {
      landing(id, .local(html: "Landing \(id) {{offer_url}}"))
      offer(10 + id)
    }
    flow(
      7, .regular, landings: (1...count).map { WeightedID(id: $0, weight: 1) },
      offers: (1...count).map { WeightedID(id: 10 + $0, weight: 1) })
    tenant.flows[0].binding = binding
  }
}

let hour: Int64 = 3_600_000
