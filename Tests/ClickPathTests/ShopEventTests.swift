import Core
import Testing

@testable import ClickPath

@Suite struct ShopEventTests {
  private func bytes(_ event: ShopEvent) -> [UInt8] {
    var bytes: [UInt8] = []
    JournalEvent.shop(event).encode(into: &bytes)
    return bytes
  }

  private static let smallest = ShopEvent(
    tenantID: 1, clickID: DestinationTests.click, eventID: "e", kind: "pageview", at: Timestamp(microseconds: 1))

  private static var whole: ShopEvent {
    var event = smallest
    event.kind = "purchase"
    event.value = Micros(rawValue: 89_990_000)
    event.currency = .eur
    event.orderID = "ORD-1"
    event.products = Array(#"[{"name":"Shoes"}]"#.utf8)
    event.origin = "https://shop.example"
    return event
  }

  @Test func theFormatStays() {
    #expect(
      bytes(Self.smallest).hex
        == "0401" + "01" + "117a3e1ca4b29301ab8967452301008f" + "0165" + "087061676576696577" + "02" + "00000000")
  }

  @Test func whatIsWrittenIsReadBack() throws {
    for event in [Self.smallest, Self.whole] {
      #expect(try JournalEvent(decoding: bytes(event)) == .shop(event))
    }
  }

  @Test func whatIsCutOffOrOfAnotherVersionIsNoEvent() {
    let whole = bytes(Self.whole)
    for length in 0..<whole.count {
      #expect(throws: EventFault.self) { try JournalEvent(decoding: Array(whole.prefix(length))) }
    }
    #expect(throws: EventFault.unknownVersion(2)) { try JournalEvent(decoding: [4, 2]) }
  }
}
