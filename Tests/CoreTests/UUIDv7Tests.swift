import Core
import Testing

@Suite struct UUIDv7Tests {
  private let now = Timestamp(milliseconds: 1_795_255_200_123)

  @Test func aNewIdHasTheBitsOfVersion7AndItsMillisecond() {
    var generator = SeededGenerator(seed: 5)
    for _ in 0..<1_000 {
      let time = Timestamp(milliseconds: Int64(generator.number(0...(1 << 48 - 1))))
      let id = UUIDv7(at: time, using: &generator)
      #expect(id.isVersion7)
      #expect(id.timestamp == time)
      let text = Array(id.description.utf8)
      #expect(text[14] == UInt8(ascii: "7"))
      #expect("89ab".utf8.contains(text[19]))
    }
  }

  /// RFC 9562, appendix A.6.
  @Test func theExampleOfTheRFCIsReadAsMinted() throws {
    let id = try #require(UUIDv7("017F22E2-79B0-7CC3-98C4-DC0C0C07398F"))
    #expect(id.isVersion7)
    #expect(id.timestamp == Timestamp(rfc3339: "2022-02-22T14:22:22-05:00"))
    #expect(id.high == 0x017F_22E2_79B0_7CC3)
    #expect(id.low == 0x98C4_DC0C_0C07_398F)
  }

  @Test func partsBelowAMillisecondAreNotKept() {
    #expect(UUIDv7(at: now + .microseconds(999)).timestamp == now)
  }

  @Test func idsOfOneMillisecondDiffer() {
    #expect(Set((0..<1_000).map { _ in UUIDv7(at: now) }).count == 1_000)
  }

  @Test func laterIdsSortAfterEarlierOnesAsValuesTextAndBytes() {
    var generator = SeededGenerator(seed: 6)
    var earlier = UUIDv7(at: now, using: &generator)
    for step in 1...500 {
      let later = UUIDv7(at: now + .milliseconds(step), using: &generator)
      #expect(earlier < later)
      #expect(earlier.description < later.description)
      #expect(earlier.bytes.lexicographicallyPrecedes(later.bytes))
      earlier = later
    }
  }

  @Test func theBoundOfAMomentLiesBetweenTheIdsBeforeItAndItsOwn() {
    var generator = SeededGenerator(seed: 8)
    for _ in 0..<100 {
      #expect(UUIDv7(at: now - .milliseconds(1), using: &generator) < .first(at: now))
      #expect(UUIDv7(at: now, using: &generator) > .first(at: now))
    }
  }

  @Test func everyIdComesBackFromItsText() {
    var generator = SeededGenerator(seed: 7)
    for _ in 0..<1_000 {
      let id = UUIDv7(high: generator.next(), low: generator.next())
      let text = id.description
      #expect(UUIDv7(text) == id)
      #expect(UUIDv7(text.uppercased()) == id)
      #expect(UUIDv7("<\(text)>".dropFirst().dropLast()) == id)
      #expect(Array(text.utf8).withUnsafeBufferPointer { UUIDv7(utf8: $0) } == id)
      #expect(text == text.lowercased())
      #expect(text.replacing("-", with: "") == id.bytes.hex)
    }
  }

  @Test func otherVersionsAreReadButKnown() throws {
    for text in [
      "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff",
      "919108f7-52d1-4320-9bac-f847db4148a8", "017f22e2-79b0-7cc3-d8c4-dc0c0c07398f",
    ] {
      let id = try #require(UUIDv7(text))
      #expect(!id.isVersion7)
      #expect(id.description == text)
    }
  }

  @Test(arguments: [
    "", "017f22e2", "017f22e279b07cc398c4dc0c0c07398f", "{017f22e2-79b0-7cc3-98c4-dc0c0c07398f}",
    "017f22e2-79b0-7cc3-98c4-dc0c0c07398", "017f22e2-79b0-7cc3-98c4-dc0c0c07398f0",
    "017f22e2-79b0-7cc3-98c4-dc0c0c07398g", "017f22e2-79b0-7cc3-98c4_dc0c0c07398f",
    "017f22e27-9b0-7cc3-98c4-dc0c0c07398f", "-17f22e2-79b0-7cc3-98c4-dc0c0c07398f",
    "017f22e2-79b0-7cc3-98c4-dc0c0c07398\u{0}", "０17f22e2-79b0-7cc3-98c4-dc0c0c0739",
    " 017f22e2-79b0-7cc3-98c4-dc0c0c07398f", "------------------------------------",
  ])
  func anythingElseIsNoId(text: String) { #expect(UUIDv7(text) == nil) }
}
