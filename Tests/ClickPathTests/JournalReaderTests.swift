import ClickPath
import Core
import Synchronization
import TestSupport
import Testing

@Suite struct JournalReaderTests {
  private let faults = FaultLog()
  private let disk = JournalDisk()

  private func open(_ settings: JournalSettings = .small) throws -> Journal {
    try Journal.open(files: disk.newProcess(), settings: settings, onFault: faults.note)
  }

  @Test func aReaderFollowsTheWriter() async throws {
    let journal = try open()
    let lane = TestLane(journal)
    async let read: [UInt64] = {
      var reader = journal.reader(from: .start)
      var tokens: [UInt64] = []
      while tokens.count < 5_000 {
        let batch = try await reader.next(maxRecords: 50)
        tokens += batch.records.compactMap { TestPayload.token($0.payload) }
        if batch.isEmpty { _ = await reader.waitForMore() }
      }
      return tokens
    }()
    try await lane.appendAll(0..<5_000, padding: { Int($0 % 50) })
    #expect(try await read == Array(0..<5_000))
    #expect(journal.durableEnd.segment > 10)
    await journal.close()
    #expect(faults.all.isEmpty)
  }

  @Test func nothingIsSeenBeforeItIsDurable() async throws {
    let journal = try open()
    let isHeld = Mutex(false)
    let lane = TestLane(journal)
    try lane.append(0)
    await lane.settle()
    try await eventually { disk.names.count == 3 }
    let isWriting = Mutex(false)
    disk.fail { operation, _ in
      guard operation == .sync else { return nil }
      isWriting.withLock { $0 = true }
      while isHeld.withLock({ $0 }) {}
      return nil
    }
    isHeld.withLock { $0 = true }
    let end = journal.durableEnd
    try lane.append(1)
    try await eventually { isWriting.withLock { $0 } }
    #expect(journal.durableEnd == end)
    isHeld.withLock { $0 = false }
    await lane.settle()
    #expect(journal.durableEnd > end)
    await journal.close()
  }

  @Test func everyRecordsEndIsAPlaceToGoOnFrom() async throws {
    let journal = try open()
    let lane = TestLane(journal)
    try await lane.appendAll(0..<400, padding: { _ in 60 })
    let records = try await journal.everything()
    #expect(records.count == 400 && Set(records.map(\.start.segment)).count > 1)
    for (index, record) in records.enumerated() where index % 13 == 0 || index == 399 {
      #expect(try await journal.tokens(from: record.end) == Array((UInt64(index) + 1)..<400))
      #expect(try await journal.tokens(from: record.start) == Array(UInt64(index)..<400))
    }
    await journal.close()
  }

  @Test func batchesKeepToTheirLimits() async throws {
    let journal = try open()
    let lane = TestLane(journal)
    try await lane.appendAll(0..<20, padding: { _ in 300 })
    var reader = journal.reader(from: .start)
    #expect(try await reader.next(maxRecords: 3).records.count == 3)
    #expect(try await reader.next(maxBytes: 700).records.count == 2)
    // A record larger than the limit comes alone.
    #expect(try await reader.next(maxBytes: 10).records.count == 1)
    let rest = try await reader.next()
    #expect(rest.records.count == 14 && rest.end == journal.durableEnd && rest.end == reader.position)
    #expect(try await reader.next().isEmpty)
    await journal.close()
  }

  @Test func waitingEndsWithMoreWithTheJournalOrWithTheTask() async throws {
    let journal = try open()
    let reader = journal.reader(from: .start)
    async let more = reader.waitForMore()
    _ = try await journal.append(tenantID: 1, kind: .click, payload: [1])
    #expect(await more)

    let atEnd = journal.reader(from: journal.durableEnd)
    let cancelled = Task { await atEnd.waitForMore() }
    cancelled.cancel()
    #expect(await cancelled.value == false)

    async let closed = atEnd.waitForMore()
    await journal.close()
    #expect(await closed == false)
  }

  @Test func aPositionAheadOfTheJournalIsSaidAndNewRecordsCanGoBeyondIt() async throws {
    let journal = try open()
    _ = try await journal.append(tenantID: 1, kind: .click, payload: TestPayload.make(1))
    let ahead = JournalPosition(segment: 50, offset: 9_000)
    var reader = journal.reader(from: ahead)
    await #expect(throws: JournalReadError.ahead(position: ahead, end: journal.durableEnd)) {
      try await reader.next()
    }
    journal.moveOn(past: ahead)
    #expect(try await reader.next().isEmpty)
    _ = try await journal.append(tenantID: 1, kind: .click, payload: TestPayload.make(2))
    let batch = try await reader.next()
    #expect(batch.records.compactMap { TestPayload.token($0.payload) } == [2])
    #expect(batch.end > ahead)
    #expect(try await journal.tokens() == [1, 2])
    await journal.close()
    let next = try open()
    #expect(try await next.tokens() == [1, 2])
    await next.close()
  }

  @Test func drainedSegmentsAreKeptAWhile() async throws {
    let journal = try open()
    let lane = TestLane(journal)
    try await lane.appendAll(0..<200, padding: { _ in 400 })
    let records = try await journal.everything()
    let segments = Set(records.map(\.start.segment)).sorted()
    #expect(segments.count > 4)
    let position = try #require(records.first { $0.start.segment == segments[3] }).end
    let noon = Timestamp(seconds: 43_200)

    let first = await journal.retire(before: position, keepFor: .hours(6), now: noon)
    #expect(first.removedSegments == 0 && first.diskBytes > 4 * 16_000)
    // Said to be drained again later: the time runs from the first word.
    #expect(await journal.retire(before: position, keepFor: .hours(6), now: noon + .hours(5)).removedSegments == 0)
    #expect(try await journal.tokens().count == 200)
    #expect(await journal.retire(before: position, keepFor: .hours(6), now: noon + .hours(6)).removedSegments == 3)
    #expect(journal.oldest == JournalPosition(segment: segments[3], offset: 0))
    #expect(try await journal.everything().first?.start.segment == segments[3])
    // A reader that was left behind goes on with what there is.
    #expect(
      try await journal.everything(from: records[3].end).count == records.count { $0.start.segment >= segments[3] })

    // The segment being written never goes.
    let end = JournalPosition(segment: .max, offset: 0)
    #expect(await journal.retire(before: end, keepFor: .zero, now: noon).removedSegments == segments.count - 4)
    await journal.close()
    let next = try open()
    #expect(try await next.everything().allSatisfy { $0.start.segment == segments.last })
    await next.close()
    #expect(faults.all.isEmpty)
  }

  @Test func aboveTheCeilingTheOldestDrainedGoFirstAndTheUndrainedNever() async throws {
    var settings = JournalSettings.small
    settings.ceilingBytes = 70_000
    let journal = try open(settings)
    let lane = TestLane(journal)
    try await lane.appendAll(0..<200, padding: { _ in 400 })
    let segments = Set(try await journal.everything().map(\.start.segment)).sorted()
    let undrained = await journal.retire(before: .start, keepFor: .hours(6), now: Timestamp(seconds: 0))
    #expect(undrained.removedSegments == 0 && undrained.diskBytes > 70_000)
    let position = JournalPosition(segment: segments[segments.count - 1], offset: 0)
    let upkeep = await journal.retire(before: position, keepFor: .hours(6), now: Timestamp(seconds: 0))
    #expect(upkeep.removedSegments > 0 && upkeep.diskBytes <= 70_000)
    #expect(journal.oldest == JournalPosition(segment: segments[upkeep.removedSegments], offset: 0))
    await journal.close()
  }
}
