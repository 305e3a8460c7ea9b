import Core
import Glibc
import TestSupport
import Testing

@testable import ClickPath

@Suite struct JournalDamageTests {
  private let faults = FaultLog()
  private let disk = JournalDisk()

  private func open(_ settings: JournalSettings = .small) throws -> Journal {
    try Journal.open(files: disk.newProcess(), settings: settings, onFault: faults.note)
  }

  /// Twelve records of different lengths, each in a batch of its own, in one segment; and a second segment.
  private func fill(isClosed: Bool = true) async throws -> (name: String, records: [JournalRecord]) {
    let journal = try Journal.open(files: disk.newProcess(), settings: .small, onFault: { _ in })
    for token in 0..<12 as Range<UInt64> {
      let payload = TestPayload.make(token, padding: Int(token) * 3)
      #expect(try await journal.append(tenantID: 1, kind: .click, payload: payload) == .durable)
    }
    let records = try await journal.everything()
    let name = SegmentName.segment(try #require(records.first).start.segment)
    // A killed process closes nothing.
    if isClosed { await journal.close() } else { _ = disk.newProcess() }
    return (name, records)
  }

  @Test func anyFlippedBitCostsAtMostItsOwnRecord() async throws {
    let (name, records) = try await fill()
    let sound = disk.bytes(of: name)
    let headerBytes = Array(0..<64) + Array(2_048..<2_112)
    let recordBytes = Array(4_096..<sound.count)
    #expect(recordBytes.count > 500)
    for place in headerBytes + recordBytes {
      let disk = JournalDisk()
      let faults = FaultLog()
      let files = disk.newProcess()
      try write(disk.bytesOfInstance(from: self.disk), as: "instance", files)
      var damaged = sound
      damaged[place] ^= 1 << UInt8(place % 8)
      try write(damaged, as: name, files)

      let journal = try Journal.open(files: disk.newProcess(), settings: .small, onFault: faults.note)
      let read = try await journal.everything()
      await journal.close()

      let hit = records.firstIndex { $0.start.offset <= place && place < $0.end.offset }
      let isPadding = hit.map { place >= Int(records[$0].start.offset) + 32 + records[$0].payload.count } ?? true
      let expected = records.enumerated().filter { isPadding || $0.offset != hit }.map { Array($0.element.payload) }
      #expect(read.map { Array($0.payload) } == expected, "byte \(place)")
      if isPadding {
        #expect(faults.all.isEmpty, "byte \(place)")
      } else {
        let record = records[hit ?? 0]
        // Nothing after the last record says how many there should have been.
        let lost = hit == records.count - 1 ? nil : 1
        let fault = JournalFault.damaged(
          at: record.start, bytes: Int(record.end.offset - record.start.offset), records: lost,
          keptAs: "\(name).bad")
        #expect(faults.all == [fault], "byte \(place)")
        #expect(disk.bytes(of: "\(name).bad") == damaged, "byte \(place)")
      }
    }
  }

  private func write(_ bytes: [UInt8], as name: String, _ files: ModelFiles) throws {
    let file = try files.create(name)
    try file.write(bytes, at: 0)
    try file.sync()
    try files.syncNames()
  }

  @Test func aTornLastRecordIsDroppedAndSaid() async throws {
    let (name, records) = try await fill(isClosed: false)
    let last = try #require(records.last)
    disk.corrupt(name) {
      $0.replaceSubrange(Int(last.end.offset) - 9..<Int(last.end.offset), with: repeatElement(0, count: 9))
    }
    let journal = try open()
    #expect(faults.all.count == 1)
    guard case .torn(let position, let bytes)? = faults.all.first else {
      Issue.record("\(faults.all)")
      return
    }
    #expect(position == last.start && bytes > 0)
    #expect(journal.durableEnd == last.start)
    #expect(try await journal.tokens() == Array(0..<11))
    #expect(try await journal.append(tenantID: 1, kind: .click, payload: TestPayload.make(99)) == .durable)
    #expect(try await journal.tokens() == Array(0..<11) + [99])
    await journal.close()
    // Said once: at the next start the segment is an old one.
    let next = try open()
    #expect(try await next.tokens() == Array(0..<11) + [99])
    await next.close()
    #expect(faults.all.count == 1)
  }

  @Test func aFlippedBitInWhatACrashLeftIsDamageWhenALaterBatchProvesIt() async throws {
    let (name, records) = try await fill(isClosed: false)
    disk.corrupt(name) { $0[Int(records[4].start.offset) + 40] ^= 4 }
    let journal = try open()
    #expect(faults.all.isEmpty)
    #expect(try await journal.tokens() == [0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11])
    #expect(journal.figures.losses == 1)
    // However often it is read.
    #expect(try await journal.tokens().count == 11)
    #expect(faults.all.count == 1 && faults.losses.count == 1)
    await journal.close()
  }

  @Test func aDamagedSegmentStaysAsideWhenItsTimeHasCome() async throws {
    let (name, records) = try await fill()
    disk.corrupt(name) { $0[Int(records[4].start.offset) + 40] ^= 4 }
    let journal = try open()
    _ = try await journal.append(tenantID: 1, kind: .click, payload: TestPayload.make(12))
    #expect(try await journal.tokens().count == 12)
    let upkeep = await journal.retire(before: journal.durableEnd, keepFor: .zero, now: .init(seconds: 0))
    #expect(upkeep.removedSegments == 1)
    #expect(!disk.names.contains(name) && disk.names.contains("\(name).bad"))
    await journal.close()
    let next = try open()
    #expect(try await next.tokens() == [12])
    await next.close()
  }

  @Test func aSegmentWithoutAHeaderIsKeptAsideAndItsRecordsCounted() async throws {
    let (name, _) = try await fill()
    let second = try open()
    _ = try await second.append(tenantID: 1, kind: .click, payload: TestPayload.make(12))
    await second.close()
    let third = try open()
    _ = try await third.append(tenantID: 1, kind: .click, payload: TestPayload.make(13))
    let middle = try #require(try await third.everything().first { $0.sequence == 13 }).start.segment
    await third.close()
    disk.corrupt(SegmentName.segment(middle)) { for byte in 0..<4_096 { $0[byte] = 0xAA } }

    let journal = try open()
    let middleName = SegmentName.segment(middle)
    #expect(faults.all == [.unreadable(segment: middle, keptAs: "\(middleName).bad")])
    #expect(try await journal.tokens() == Array(0..<12) + [13])
    #expect(faults.contains { if case .missing(records: 1, _) = $0 { true } else { false } })
    #expect(disk.names.contains(name) && disk.names.contains("\(middleName).bad"))
    await journal.close()
  }

  @Test func aNewerFormatIsRefusedAndNothingIsTouched() async throws {
    let (name, _) = try await fill()
    disk.corrupt(name) { bytes in
      for copy in [0, 2_048] {
        bytes[copy + 8] = 9
        bytes.withUnsafeMutableBytes { bytes in
          var covered = Array(bytes[copy..<(copy + 12)])
          covered.append(contentsOf: bytes[(copy + 16)..<(copy + 64)])
          let checksum = covered.withUnsafeBytes { CRC32C.checksum($0) }
          bytes.storeBytes(of: checksum.littleEndian, toByteOffset: copy + 12, as: UInt32.self)
        }
      }
    }
    let names = disk.names
    let refusal = #expect(throws: JournalOpenError.self) { try open() }
    #expect(refusal == .unknownVersion(segment: name, version: 9, readable: 1...1))
    #expect(refusal?.description == "\(name) has format version 9; this release reads 1 to 1")
    #expect(disk.names == names)
    // The lock was given back.
    #expect(throws: refusal ?? .noThreads) {
      try Journal.open(files: disk.newProcess(), settings: .small, onFault: faults.note)
    }
  }

  @Test func aSegmentOfAnotherJournalIsRefused() async throws {
    let (name, _) = try await fill()
    let other = JournalDisk()
    let stranger = try Journal.open(files: other.newProcess(), settings: .small, onFault: faults.note)
    _ = try await stranger.append(tenantID: 1, kind: .click, payload: [1])
    await stranger.close()
    disk.corrupt(name) { $0 = other.bytes(of: name) }
    #expect(throws: JournalOpenError.foreignSegment(name, instance: stranger.instance)) { try open() }
    disk.corrupt("instance") { $0 = Array("nonsense".utf8) }
    #expect(throws: JournalOpenError.malformedInstance) { try open() }
  }

  @Test func aFileCutShortLosesOnlyWhatWasCutOff() async throws {
    let (name, records) = try await fill()
    let journal = try open()
    disk.corrupt(name) { $0.removeLast(Int(records[11].end.offset - records[9].start.offset) - 3) }
    #expect(try await journal.tokens() == Array(0..<9))
    #expect(journal.figures.losses == 1)
    await journal.close()
  }

  @Test func aVisitorCannotSmuggleARecordIntoAPayload() async throws {
    let journal = try open()
    // A record within a record, sound but for the salt, which nobody outside knows.
    var inner = RecordBuffer()
    TestPayload.make(666).withUnsafeBytes { inner.append(tenantID: 2, kind: .click, payload: $0) }
    inner.seal(batchStart: 4_096, numberedFrom: 2, salt: 0)
    _ = try await journal.append(tenantID: 1, kind: .click, payload: Array(inner.bytes))
    _ = try await journal.append(tenantID: 1, kind: .click, payload: TestPayload.make(1))
    let first = try #require(try await journal.everything().first)
    await journal.close()
    disk.corrupt(SegmentName.segment(first.start.segment)) { $0[Int(first.start.offset)] ^= 1 }
    let next = try open()
    #expect(try await next.tokens() == [1])
    await next.close()
  }
}

extension JournalDisk {
  fileprivate func bytesOfInstance(from other: JournalDisk) -> [UInt8] { other.bytes(of: "instance") }
}
