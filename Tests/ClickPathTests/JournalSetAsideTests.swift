import ClickPath
import Glibc
import Synchronization
import Testing

@Suite struct JournalSetAsideTests {
  private let faults = FaultLog()
  private let disk = JournalDisk()

  private func open() throws -> Journal {
    try Journal.open(files: disk.newProcess(), settings: .small, onFault: faults.note)
  }

  /// A journal with 60 records of tenants 1 to 3 in turn.
  private func filled() async throws -> (Journal, [Int64: [JournalRecord]]) {
    let journal = try open()
    let lane = TestLane(journal)
    try await lane.appendAll(0..<60, tenantID: { Int64($0 % 3) + 1 }, padding: { _ in 700 })
    return (journal, Dictionary(grouping: try await journal.everything()) { $0.tenantID })
  }

  private func setAside(_ journal: Journal, tenantID: Int64) async throws -> [SetAsideRecord] {
    var position = JournalPosition.start
    var records: [SetAsideRecord] = []
    while true {
      let batch = try await journal.setAside.read(tenantID: tenantID, from: position, maxRecords: 3)
      if batch.isEmpty { return records }
      records += batch.records
      position = batch.end
    }
  }

  @Test func recordsComeBackInOrderWithTheirSource() async throws {
    let (journal, byTenant) = try await filled()
    let mine = try #require(byTenant[2])
    #expect(try await journal.setAside.lastSource(tenantID: 2) == nil)
    for start in stride(from: 0, to: 20, by: 4) {
      try await journal.setAside.append(Array(mine[start..<(start + 4)]), tenantID: 2)
      #expect(try await journal.setAside.lastSource(tenantID: 2) == mine[start + 3].end)
    }
    let back = try await setAside(journal, tenantID: 2)
    #expect(back.map(\.source) == mine.map(\.end))
    #expect(back.map { Array($0.record.payload) } == mine.map { Array($0.payload) })
    #expect(back.map(\.record.sequence) == mine.map(\.sequence))
    #expect(back.allSatisfy { $0.record.tenantID == 2 && $0.record.kind == .click })
    #expect(try await journal.setAside.tenants() == [2])
    #expect(try await setAside(journal, tenantID: 1).isEmpty)
    await journal.close()
  }

  @Test func theSameRecordsAreSetAsideOnceEvenAfterACrash() async throws {
    let (journal, byTenant) = try await filled()
    let mine = try #require(byTenant[1])
    try await journal.setAside.append(Array(mine[0..<10]), tenantID: 1)
    try await journal.setAside.append(Array(mine[5..<12]), tenantID: 1)
    await journal.close()
    disk.crash()
    let next = try open()
    #expect(try await next.setAside.tenants() == [1])
    #expect(try await next.setAside.lastSource(tenantID: 1) == mine[11].end)
    try await next.setAside.append(mine, tenantID: 1)
    #expect(try await setAside(next, tenantID: 1).map(\.source) == mine.map(\.end))
    await next.close()
    #expect(faults.all.isEmpty)
  }

  @Test func whatIsDroppedIsGoneAndPositionsNeverComeTwice() async throws {
    let (journal, byTenant) = try await filled()
    let mine = try #require(byTenant[3])
    try await journal.setAside.append(Array(mine[0..<6]), tenantID: 3)
    let early = try await journal.setAside.read(tenantID: 3, from: .start)
    try await journal.setAside.drop(tenantID: 3, through: early.end)
    #expect(try await journal.setAside.tenants().isEmpty)
    #expect(!disk.names.contains { $0.hasSuffix(".aside") })

    try await journal.setAside.append(Array(mine[6..<20]), tenantID: 3)
    let late = try await journal.setAside.read(tenantID: 3, from: early.end, maxRecords: 20)
    #expect(late.records.map(\.source) == mine[6..<20].map(\.end))
    #expect(late.records.allSatisfy { $0.record.start > early.end })

    // Half of it: nothing goes that was not read.
    let half = try #require(late.records.first).record.end
    try await journal.setAside.drop(tenantID: 3, through: half)
    #expect(try await journal.setAside.read(tenantID: 3, from: half, maxRecords: 20).records.count == 13)
    try await journal.setAside.dropAll(tenantID: 3)
    #expect(try await journal.setAside.tenants().isEmpty)
    await journal.close()
  }

  @Test func manyFilesAreReadAsOneAndGoOneByOne() async throws {
    let (journal, byTenant) = try await filled()
    let mine = try #require(byTenant[2])
    for record in mine { try await journal.setAside.append([record], tenantID: 2) }
    let files = disk.names.filter { $0.hasSuffix(".aside") }.count
    #expect(files > 1)
    let records = try await setAside(journal, tenantID: 2)
    #expect(records.count == 20)
    try await journal.setAside.drop(tenantID: 2, through: records[18].record.end)
    #expect(disk.names.filter { $0.hasSuffix(".aside") }.count == 1)
    #expect(try await setAside(journal, tenantID: 2).last?.source == mine.last?.end)
    await journal.close()
  }

  @Test(arguments: 0..<30)
  func aFailedAttemptLeavesNothingBehind(seed: Int) async throws {
    let disk = JournalDisk(seed: seed)
    let journal = try Journal.open(files: disk.newProcess(), settings: .small, onFault: faults.note)
    let lane = TestLane(journal)
    try await lane.appendAll(0..<20, padding: { _ in 100 })
    let records = try await journal.everything()
    disk.fail { operation, name in
      guard operation == .sync || operation == .write, name.hasSuffix(".aside") else { return nil }
      return Int.random(in: 0..<4) == 0 ? EIO : nil
    }
    var done = 0
    while done < records.count {
      do {
        try await journal.setAside.append(Array(records[done..<(done + 2)]), tenantID: 1)
        done += 2
      } catch {
        #expect(try await setAside(journal, tenantID: 1).count == done)
      }
    }
    #expect(try await setAside(journal, tenantID: 1).map(\.source) == records.map(\.end))
    disk.fail { _, _ in nil }
    await journal.close()
    disk.crash()
    let next = try Journal.open(files: disk.newProcess(), settings: .small, onFault: faults.note)
    #expect(try await setAside(next, tenantID: 1).map(\.source) == records.map(\.end))
    await next.close()
  }

  @Test func damageIsSaidOnceAndCostsOnlyItsRecord() async throws {
    let (journal, byTenant) = try await filled()
    let mine = try #require(byTenant[2])
    try await journal.setAside.append(Array(mine[0..<6]), tenantID: 2)
    let third = try await setAside(journal, tenantID: 2)[2]
    await journal.close()
    let name = try #require(disk.names.first { $0.hasSuffix(".aside") })
    disk.corrupt(name) { $0[Int(third.record.start.offset) + 50] ^= 1 }
    let next = try open()
    #expect(try await setAside(next, tenantID: 2).map(\.source) == [0, 1, 3, 4, 5].map { mine[$0].end })
    #expect(try await setAside(next, tenantID: 2).count == 5)
    #expect(faults.losses.count == 1)
    await next.close()
  }
}
