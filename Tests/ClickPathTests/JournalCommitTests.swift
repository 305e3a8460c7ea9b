import Glibc
import Synchronization
import TestSupport
import Testing

@testable import ClickPath

@Suite struct JournalCommitTests {
  private let faults = FaultLog()

  private func open(_ disk: JournalDisk, _ settings: JournalSettings = .small) throws -> Journal {
    try Journal.open(files: disk.newProcess(), settings: settings, onFault: faults.note)
  }

  @Test func recordsComeBackAsTheyWereAppended() async throws {
    let journal = try open(JournalDisk())
    let payloads = [[], [1], Array(repeating: 0, count: 9), Array(0..<255)] as [[UInt8]]
    for (index, payload) in payloads.enumerated() {
      let kind = JournalKind(rawValue: UInt8(index))
      #expect(try await journal.append(tenantID: Int64(index) - 1, kind: kind, payload: payload) == .durable)
    }
    let records = try await journal.everything()
    #expect(records.map { Array($0.payload) } == payloads)
    #expect(records.map(\.tenantID) == [-1, 0, 1, 2])
    #expect(records.map(\.kind.rawValue) == [0, 1, 2, 3])
    #expect(records.map(\.sequence) == [1, 2, 3, 4])
    #expect(zip(records, records.dropFirst()).allSatisfy { $0.end == $1.start })
    #expect(records.last?.end == journal.durableEnd)
    await journal.close()
    #expect(faults.all.isEmpty)
  }

  @Test func aLaneHearsOfABatchOnce() async throws {
    let disk = JournalDisk()
    let journal = try open(disk)
    let gate = Mutex(true)
    let lane = TestLane(journal)
    try lane.append(0)
    await lane.settle()
    // While the disk is busy with one batch everything else gathers.
    disk.fail { operation, _ in
      if operation == .sync { while gate.withLock({ $0 }) { sched_yield() } }
      return nil
    }
    let syncs = journal.figures.syncs
    try lane.append(1)
    try await eventually { journal.figures.pendingBytes == 0 }
    for token: UInt64 in 2...100 { try lane.append(token) }
    gate.withLock { $0 = false }
    await lane.settle()
    #expect(lane.batches == [1, 1, 99])
    #expect(lane.durable == Array(0...100))
    #expect(journal.figures.syncs == syncs + 2)
    await journal.close()
  }

  @Test func manyThreadsKeepTheOrderOfTheirLanes() async throws {
    let folder = JournalFolder()
    let journal = try Journal.open(
      directory: folder.path, settings: JournalSettings(segmentBytes: 2 << 20), onFault: faults.note)
    let lanes = (0..<8).map { _ in TestLane(journal) }
    await withTaskGroup { group in
      for (index, lane) in lanes.enumerated() {
        group.addTask {
          for number in 0..<20_000 {
            let token = UInt64(index) << 32 | UInt64(number)
            while true {
              do throws(JournalRefusal) {
                try lane.append(token, tenantID: Int64(index))
                break
              } catch {
                await lane.settle()
              }
            }
          }
          await lane.settle()
        }
      }
    }
    var seen = [Int64: [UInt64]]()
    for record in try await journal.everything(maxRecords: 10_000) {
      seen[record.tenantID, default: []].append(record.payload.reversed().reduce(0) { $0 << 8 | UInt64($1) })
    }
    for (index, lane) in lanes.enumerated() {
      #expect(lane.durable.count == 20_000 && lane.failed.isEmpty)
      #expect(seen[Int64(index)] == (0..<20_000).map { UInt64(index) << 32 | $0 })
      #expect(seen[Int64(index)] == lane.durable)
    }
    #expect(journal.figures.appended == 160_000)
    #expect(journal.figures.batches < 160_000)
    await journal.close()
    #expect(faults.all.isEmpty)
  }

  @Test func whatDoesNotFitIsRefusedAtOnce() async throws {
    let disk = JournalDisk()
    let journal = try open(disk)
    let gate = Mutex(true)
    let lane = TestLane(journal)
    try lane.append(0)
    await lane.settle()
    disk.fail { operation, _ in
      if operation == .sync { while gate.withLock({ $0 }) { sched_yield() } }
      return nil
    }
    let refusal = #expect(throws: JournalRefusal.self) {
      for token in 1...10_000 { try lane.append(UInt64(token), padding: 100) }
    }
    #expect(refusal == .overloaded)
    #expect(journal.figures.overloaded == 1)
    #expect(throws: JournalRefusal.tooLarge) { try lane.append(1, padding: 16 << 10) }
    gate.withLock { $0 = false }
    await lane.settle()
    #expect(lane.failed.isEmpty)
    #expect(try await journal.tokens() == lane.durable)
    await journal.close()
    #expect(throws: JournalRefusal.closed) { try lane.append(1) }
  }

  @Test func closingMakesWhatWaitsDurable() async throws {
    let disk = JournalDisk()
    let journal = try open(disk)
    let lane = TestLane(journal)
    for token in 0..<300 { try lane.append(UInt64(token)) }
    await journal.close()
    #expect(lane.durable == Array(0..<300))
    disk.crash()
    let next = try open(disk)
    #expect(try await next.tokens() == Array(0..<300))
    await next.close()
    #expect(faults.all.isEmpty)
  }

  @Test func aSegmentThatFailsToSyncIsNotWrittenToAgain() async throws {
    let disk = JournalDisk(seed: 3)
    let journal = try open(disk)
    let lane = TestLane(journal)
    try lane.append(0)
    await lane.settle()
    let name = try #require(disk.names.first { $0.hasSuffix(".journal") })
    let failures = Mutex(0)
    disk.fail { operation, file in
      guard operation == .sync, file == name else { return nil }
      failures.withLock { $0 += 1 }
      return EIO
    }
    for token in 1...20 { try lane.append(UInt64(token)) }
    await lane.settle()
    #expect(lane.durable == Array(0...20) && lane.failed.isEmpty)
    #expect(failures.withLock { $0 } == 1)
    #expect(journal.figures.failedSegments == 1)
    #expect(try await journal.tokens() == Array(0...20))
    await journal.close()
    // Whatever of the failed batch reached the first segment is void.
    disk.fail { _, _ in nil }
    let next = try open(disk)
    #expect(try await next.tokens() == Array(0...20))
    await next.close()
    #expect(faults.losses.isEmpty)
  }

  @Test func aFullDiskFailsAppendsQuicklyAndRecoversByItself() async throws {
    let disk = JournalDisk()
    let journal = try open(disk)
    let lane = TestLane(journal)
    try lane.append(0)
    await lane.settle()
    let next = SegmentName.segment(journal.durableEnd.segment + 1)
    try await eventually { disk.bytes(of: next).count == 16 << 10 }
    disk.setCapacity(0)
    var token: UInt64 = 0
    while lane.failed.isEmpty {
      token += 1
      try lane.append(token, padding: 2_000)
      await lane.settle()
    }
    #expect(token > 8)  // the next segment, made ahead, was still there to use
    #expect(faults.contains { if case .noSegment(let error) = $0 { error.isOutOfSpace } else { false } })
    disk.setCapacity(.max)
    try await eventually {
      token += 1
      try lane.append(token)
      await lane.settle()
      return lane.durable.contains(token)
    }
    #expect(faults.contains { $0 == .recovered })
    #expect(try await journal.tokens() == lane.durable)
    await journal.close()
    let reopened = try open(disk)
    #expect(try await reopened.tokens() == lane.durable)
    await reopened.close()
  }

  @Test func aJournalOpensOnAFullDiskAndWorksOnceThereIsRoom() async throws {
    let disk = JournalDisk()
    try await open(disk).close()
    disk.setCapacity(0)
    let journal = try open(disk)
    let outcome = try await journal.append(tenantID: 1, kind: .click, payload: [1])
    if case .failed(let error) = outcome { #expect(error.isOutOfSpace) } else { Issue.record("\(outcome)") }
    disk.setCapacity(.max)
    try await eventually { try await journal.append(tenantID: 1, kind: .click, payload: [2]) == .durable }
    await journal.close()
  }

  @Test func aDirectoryHasOneUser() async throws {
    let folder = JournalFolder()
    let journal = try Journal.open(directory: folder.path, settings: .small, onFault: faults.note)
    #expect(throws: JournalOpenError.inUse) {
      try Journal.open(directory: folder.path, settings: .small, onFault: faults.note)
    }
    await journal.close()
    let next = try Journal.open(directory: folder.path, settings: .small, onFault: faults.note)
    #expect(next.instance == journal.instance)
    await next.close()
  }

  @Test func aFolderWithoutAParentIsRefused() {
    #expect(throws: JournalOpenError.file(JournalFileError(.create, "/nonexistent/journal", code: ENOENT))) {
      try Journal.open(directory: "/nonexistent/journal", onFault: faults.note)
    }
  }
}
