import Core
import Testing

@testable import ClickPath

@Suite struct VisitorCheckpointTests {
  private static let instance = JournalInstance("0123456789abcdef")

  /// Hours of visits by a handful of visitors, some with their cookies, some at the same moment, on a campaign with
  /// everything that is remembered.
  private func traffic(seed: UInt64, visits: Int, cap: FrequencyCapRecord.Key = .address) throws -> (
    world: MemoryWorld, times: [Int64], contents: [MemoryContent]
  ) {
    let world = try MemoryWorld(seed: seed) { world in
      world.cap(2, hours: 5, key: cap)
      world.tenant.settings.uniquenessHours = 7
      world.boundFlow(.landingOffer)
    }
    var generator = ChaChaGenerator(seed: seed + 50)
    var cookies: [VisitorID] = []
    var times: [Int64] = []
    var contents: [MemoryContent] = []
    var now: Int64 = 0
    for _ in 0..<visits {
      if !Bool.random(using: &generator) { now += Int64.random(in: 0...hour, using: &generator) }
      let cookie = Bool.random(using: &generator) ? cookies.randomElement(using: &generator) : nil
      let address = "203.0.113.\(Int.random(in: 1...5, using: &generator))"
      if let visitor = world.click(after: now, from: address, cookie: cookie).event?.visitorID {
        cookies.append(visitor)
      }
      if cookies.count > 6 { cookies.removeFirst() }
      times.append(now)
      contents.append(MemoryContent(world.memory, after: now))
    }
    return (world, times, contents)
  }

  private func files() -> ModelFiles { JournalDisk().newProcess() }

  private func save(_ memory: VisitorMemory, _ files: ModelFiles, after milliseconds: Int64) throws -> [UInt8] {
    let header = CheckpointHeader(
      fingerprint: memory.keys.fingerprint, instance: try #require(Self.instance),
      position: JournalPosition(segment: 3, offset: 77), begunAt: ClickWorld.now + .milliseconds(milliseconds))
    if files.disk.names.contains("checkpoint") { try files.remove("checkpoint") }
    let bytes = try CheckpointWriter(try files.create("checkpoint"), rest: .zero).write(memory, header: header)
    let content = files.disk.bytes(of: "checkpoint")
    #expect(content.count == bytes)
    return content
  }

  private func load(_ files: ModelFiles) throws -> (VisitorMemory, isWhole: Bool?) {
    let memory = try MemoryWorld.freshMemory()
    let reader = CheckpointReader(file: try files.open("checkpoint"), memory: memory)
    return (memory, try reader.read()?.isWhole)
  }

  @Test(arguments: [1, 2, 3] as [UInt64], FrequencyCapRecord.Key.allCases)
  func theJournalAloneMakesTheMemoryAgainAfterAnyClick(_ seed: UInt64, _ cap: FrequencyCapRecord.Key) throws {
    let (world, times, contents) = try traffic(seed: seed, visits: 120, cap: cap)
    #expect(world.events.contains { $0.status == .capped })
    #expect(contents.count == world.events.count)
    for cut in 1...world.events.count {
      let now = times[cut - 1]
      // What somebody knew then who never stopped.
      for history in [ReplayHistory.whole, .partial] {
        let memory = try world.replayed(world.events.prefix(cut), after: history)
        #expect(MemoryContent(memory, after: now) == contents[cut - 1])
      }
    }
  }

  @Test(arguments: [11, 12, 13] as [UInt64])
  func aCheckpointAtAnyPointAndTheJournalFromAnyEarlierOneMakeTheSameMemory(_ seed: UInt64) throws {
    let (world, times, _) = try traffic(seed: seed, visits: 90)
    let end = times[times.count - 1]
    let expected = MemoryContent(world.memory, after: end)
    let files = files()
    for cut in 0...world.events.count {
      let now = cut == 0 ? 0 : times[cut - 1]
      _ = try save(try world.replayed(world.events.prefix(cut)), files, after: now)
      // The position that a checkpoint names lies before what it holds: events come again.
      for again in Set([0, 1, 5, cut]) where again <= cut {
        let (memory, isWhole) = try load(files)
        #expect(isWhole == true)
        let rest = world.events[(cut - again)...]
        #expect(MemoryContent(try world.replayed(rest, into: memory), after: end) == expected)
      }
    }
  }

  @Test func eventsThatComeTwiceOrInAnotherOrderChangeNothing() throws {
    let (world, times, _) = try traffic(seed: 21, visits: 100)
    let end = times[times.count - 1]
    let twice = try world.replayed(world.events)
    #expect(
      MemoryContent(try world.replayed(world.events, into: twice), after: end).visits
        == MemoryContent(world.memory, after: end).visits)
    #expect(MemoryContent(twice, after: end) == MemoryContent(world.memory, after: end))
    // Event loops reach the journal in an order of their own.
    var swapped = world.events
    for index in stride(from: 0, to: swapped.count - 1, by: 2) { swapped.swapAt(index, index + 1) }
    #expect(
      MemoryContent(try world.replayed(swapped), after: end).visits
        == MemoryContent(world.memory, after: end).visits)
  }

  @Test func aTornCheckpointGivesWhatIsWholeAndSaysSo() throws {
    let (world, times, _) = try traffic(seed: 31, visits: 60)
    let end = times[times.count - 1]
    let files = files()
    let content = try save(world.memory, files, after: end)
    let expected = MemoryContent(world.memory, after: end)
    for length in 0..<content.count {
      files.disk.corrupt("checkpoint") { $0 = Array(content[..<length]) }
      let (memory, isWhole) = try load(files)
      #expect(isWhole != true)
      let found = MemoryContent(memory, after: end)
      #expect(found.firsts.isSubset(of: expected.firsts) && found.visits.isSubset(of: expected.visits))
      if length % 97 == 0 {
        let again = MemoryContent(try world.replayed(world.events, into: memory, after: .partial), after: end)
        #expect(again.visits == expected.visits)
        #expect(again.bindings.isSuperset(of: expected.bindings))
        let times = Dictionary(again.firsts.map { ($0.key, $0.milliseconds) }) { first, _ in first }
        #expect(expected.firsts.allSatisfy { times[$0.key] ?? 0 >= $0.milliseconds })
      }
    }
    for place in content.indices {
      files.disk.corrupt("checkpoint") {
        $0 = content
        $0[place] ^= 0x10
      }
      let (memory, isWhole) = try load(files)
      #expect(isWhole != true)
      #expect(MemoryContent(memory, after: end).firsts.isSubset(of: expected.firsts))
    }
  }

  @Test func aCheckpointOfAnotherSecretIsNotUsed() throws {
    let (world, times, _) = try traffic(seed: 41, visits: 20)
    let end = times[times.count - 1]
    let files = files()
    _ = try save(world.memory, files, after: end)
    let other = VisitorMemory(keys: try #require(VisitorKeys(key: Array(1..<17))), bytes: 16 << 20)
    let reader = CheckpointReader(file: try files.open("checkpoint"), memory: other)
    #expect(try reader.read() == nil)
    #expect(other.firsts.figures.entries == 0)
  }

  @Test func whatIsOverIsNotWritten() throws {
    let (world, times, _) = try traffic(seed: 51, visits: 40)
    let late = try save(world.memory, files(), after: times[times.count - 1] + 24 * hour)
    #expect(late.count == CheckpointHeader.size + CheckpointKind.headSize)
  }

  @Test func aSaveNamesTheJournalsEndAndSurvivesTheProcess() async throws {
    let (world, times, _) = try traffic(seed: 61, visits: 50)
    let end = times[times.count - 1]
    let (journalDisk, disk) = (JournalDisk(), JournalDisk())
    let journal = try Journal.open(files: journalDisk.newProcess(), settings: .small) { _ in }
    for event in world.events {
      var payload: [UInt8] = []
      JournalEvent.click(event).encode(into: &payload)
      #expect(try await journal.append(tenantID: 1, kind: .click, payload: payload) == .durable)
    }
    let checkpoints = try VisitorCheckpoints(files: disk.newProcess())
    let now = ClickWorld.now + .milliseconds(end)
    let saved = try await checkpoints.save(world.memory, of: journal, at: now, grace: .zero)
    #expect(saved.position == journal.durableEnd)
    disk.crash()
    let memory = try MemoryWorld.freshMemory()
    let found = try await VisitorCheckpoints(files: disk.newProcess()).load(
      into: memory, for: journal.instance)
    #expect(found == .whole(saved.position))
    #expect(MemoryContent(memory, after: end) == MemoryContent(world.memory, after: end))
    let other = try #require(Self.instance)
    let stranger = await checkpoints.load(into: memory, for: other)
    #expect(stranger != .whole(saved.position))
    await journal.close()
  }

  @Test(arguments: 1..<30)
  func aDiskThatFailsDuringASaveLeavesTheCheckpointBefore(_ operations: Int) async throws {
    let (world, times, _) = try traffic(seed: 71, visits: 30)
    let end = times[times.count - 1]
    let now = ClickWorld.now + .milliseconds(end)
    let disk = JournalDisk(seed: operations)
    let journal = try Journal.open(files: JournalDisk().newProcess(), settings: .small) { _ in }
    let first = try VisitorCheckpoints(files: disk.newProcess())
    let position = try await first.save(world.memory, of: journal, at: now, grace: .zero).position
    let second = try VisitorCheckpoints(files: disk.newProcess())
    disk.die(afterOperations: operations)
    _ = try? await second.save(world.memory, of: journal, at: now, grace: .zero)
    disk.crash()
    let memory = try MemoryWorld.freshMemory()
    let found = try await VisitorCheckpoints(files: disk.newProcess()).load(
      into: memory, for: journal.instance)
    #expect(found == .whole(position))
    #expect(MemoryContent(memory, after: end) == MemoryContent(world.memory, after: end))
    await journal.close()
  }
}
