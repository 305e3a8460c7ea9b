import Foundation
import Testing

@testable import ClickPath

@Suite struct JournalFormatTests {
  struct Vector: Sendable {
    let bytes: [UInt8]
    let checksum: UInt32

    /// The first from the catalogue of CRCs, the others from RFC 3720, appendix B.4.
    static let published = [
      Vector(bytes: Array("123456789".utf8), checksum: 0xE306_9283),
      Vector(bytes: [UInt8](repeating: 0, count: 32), checksum: 0x8A91_36AA),
      Vector(bytes: [UInt8](repeating: 0xFF, count: 32), checksum: 0x62A8_AB43),
      Vector(bytes: (0..<32).map { UInt8($0) }, checksum: 0x46DD_794E),
      Vector(bytes: (0..<32).map { UInt8(31 - $0) }, checksum: 0x113F_DB5C),
      Vector(bytes: [], checksum: 0),
    ]
  }

  @Test("CRC-32C gives the published values", arguments: Vector.published)
  func checksums(vector: Vector) {
    #expect(vector.bytes.withUnsafeBytes { CRC32C.checksum($0) } == vector.checksum)
  }

  @Test func aChecksumCanBeContinuedAtAnyByte() {
    let bytes = (0..<100).map { UInt8(truncatingIfNeeded: $0 * 37) }
    bytes.withUnsafeBytes { bytes in
      let whole = CRC32C.checksum(bytes)
      for cut in 0...bytes.count {
        let first = CRC32C.checksum(UnsafeRawBufferPointer(rebasing: bytes[..<cut]))
        #expect(CRC32C.checksum(UnsafeRawBufferPointer(rebasing: bytes[cut...]), seed: first) == whole)
      }
    }
  }

  @Test func positionsAreTextAndBack() throws {
    let position = JournalPosition(segment: 12, offset: 4_096)
    #expect(position.description == "12:4096")
    #expect(JournalPosition("12:4096") == position)
    for bad in ["", "12", "12:", ":1", "-1:0", "1:2:3", "a:b", "1: 2"] { #expect(JournalPosition(bad) == nil) }
    let coded = try JSONEncoder().encode([position])
    #expect(String(decoding: coded, as: UTF8.self) == #"["12:4096"]"#)
    #expect(try JSONDecoder().decode([JournalPosition].self, from: coded) == [position])
  }

  @Test func positionsAreOrderedBySegmentThenOffset() {
    let ordered = ["0:0", "0:9", "1:0", "1:4096", "2:8", "10:1"].compactMap { JournalPosition($0) }
    #expect(ordered == ordered.reversed().sorted())
    #expect(ordered.map(\.ordinal) == ordered.map(\.ordinal).sorted())
    #expect(ordered.allSatisfy { JournalPosition(ordinal: $0.ordinal) == $0 })
  }

  @Test func aHeaderSurvivesTheLossOfEitherCopy() throws {
    let instance = try #require(JournalInstance("0123456789abcdef"))
    let header = SegmentHeader(
      number: 7, firstSequence: 1_234, instance: instance, salt: 0xDEAD_BEEF, capacity: 64 << 20)
    #expect(header.page.count == SegmentHeader.pageSize)
    for copy in [0, 2_048] {
      for offset in 0..<64 {
        var page = header.page
        page[copy + offset] ^= 0x10
        #expect(page.withUnsafeBytes { SegmentHeader.read($0) } == .header(header))
        page[2_048 - copy + offset] ^= 0x10
        #expect(page.withUnsafeBytes { SegmentHeader.read($0) } == .damaged)
      }
    }
    #expect([UInt8](repeating: 0, count: 4_096).withUnsafeBytes { SegmentHeader.read($0) } == .blank)
  }

  @Test func instancesAreSixteenLowerCaseHexadecimalDigits() {
    #expect(JournalInstance("0123456789abcdef")?.description == "0123456789abcdef")
    for bad in ["", "0123456789ABCDEF", "0123456789abcde", "0123456789abcdeg", "0123456789abcdef0"] {
      #expect(JournalInstance(bad) == nil)
    }
    #expect(JournalInstance.random() != JournalInstance.random())
  }

  @Test func namesTellSegmentsFromEverythingElse() throws {
    #expect(SegmentName.segment(42) == "000000000042.journal")
    #expect(SegmentName.number(of: "000000000042.journal") == 42)
    #expect(SegmentName.number(of: "000000000042.journal.bad") == 42)
    #expect(!SegmentName.isSegment("000000000042.journal.bad"))
    #expect(!SegmentName.isSegment("instance") && !SegmentName.isSegment("x.journal"))
    let aside = try #require(SegmentName.setAside(SegmentName.setAside(tenantID: 9, number: 1 << 40)))
    #expect(aside.tenantID == 9 && aside.number == 1 << 40)
    #expect(SegmentName.setAside("9.1.aside.bad") == nil)
  }
}
