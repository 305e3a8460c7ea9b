import Core
import Testing

@testable import ClickPath

@Suite struct EventCodingTests {
  private func bytes(_ event: JournalEvent) -> [UInt8] {
    var bytes: [UInt8] = []
    event.encode(into: &bytes)
    return bytes
  }

  private static let smallest = ClickEvent(
    id: DestinationTests.click, tenantID: 1, status: .ok, campaignID: 4, ip: IPAddress(v4: 0x7F00_0001), currency: .usd)

  @Test func theFormatStays() throws {
    #expect(
      bytes(.click(Self.smallest)).hex
        == "0103" + "117a3e1ca4b29301ab8967452301008f" + "01" + "00" + "04" + "040100007f" + "00" + "555344"
        + "00000000" + "00" + "00" + "00" + "0000000000000000" + "0000000000000000")
    var event = Self.smallest
    event.status = .capped
    event.isUnique = true
    event.flowID = 7
    event.country = "US"
    event.fraudScore = 80
    event.publisherID = 5
    event.cost = Micros(rawValue: -3)
    event.subs = [1: "a", 30: "b"]
    event.trace = ["flow:7"]
    event.hadCookie = true
    event.isUniqueGlobally = true
    (event.addressKey, event.visitorKey) = (1, 0x0203)
    #expect(
      bytes(.click(event)).hex
        == "0103" + "117a3e1ca4b29301ab8967452301008f" + "01" + "82" + "04" + "040100007f" + "05" + "555344"
        + "21001400"
        + "07" + "025553" + "50" + "05" + "02" + "010161" + "1e0162" + "01" + "06666c6f773a37" + "05"
        + "0100000000000000"
        + "0302000000000000")
    let postback = RawPostbackEvent(
      id: DestinationTests.click, tenantID: 300, receivedAt: Timestamp(microseconds: 1), ip: IPAddress(v4: 1),
      method: "GET", query: "a=b")
    #expect(
      bytes(.postback(postback)).hex
        == "0202" + "117a3e1ca4b29301ab8967452301008f" + "ac02" + "02" + "0401000000" + "03474554" + "03613d62"
        + "00000000")
    let visit = OfferVisitEvent(
      tenantID: 1, clickID: DestinationTests.click, offerID: 9, at: Timestamp(microseconds: 1))
    #expect(bytes(.offerVisit(visit)).hex == "0301" + "01" + "117a3e1ca4b29301ab8967452301008f" + "09" + "02")
  }

  @Test func clicksOfTheFirstVersionAreRead() throws {
    let first =
      "0101" + "117a3e1ca4b29301ab8967452301008f" + "01" + "00" + "04" + "040100007f" + "00" + "555344" + "00000000"
      + "00" + "00"
    let bytes = try #require([UInt8](hex: first))
    #expect(try JournalEvent(decoding: bytes) == .click(Self.smallest))
  }

  @Test func clicksOfTheSecondVersionAreRead() throws {
    var event = Self.smallest
    event.connection = "cellular"
    event.hadCookie = true
    event.visitorKey = 7
    // Bit 20 said nothing then: a click of that version never has a publisher.
    let second =
      "0102" + "117a3e1ca4b29301ab8967452301008f" + "01" + "00" + "04" + "040100007f" + "00" + "555344" + "00000800"
      + "0863656c6c756c6172" + "00" + "00" + "01" + "0000000000000000" + "0700000000000000"
    let bytes = try #require([UInt8](hex: second))
    #expect(try JournalEvent(decoding: bytes) == .click(event))
  }

  @Test func postbacksOfTheFirstVersionAreRead() throws {
    let first =
      "0201" + "117a3e1ca4b29301ab8967452301008f" + "ac02" + "02" + "0401000000" + "03474554" + "03613d62" + "00000000"
    let bytes = try #require([UInt8](hex: first))
    let postback = RawPostbackEvent(
      id: DestinationTests.click, tenantID: 300, receivedAt: Timestamp(microseconds: 1), ip: IPAddress(v4: 1),
      method: "GET", query: "a=b")
    #expect(try JournalEvent(decoding: bytes) == .postback(postback))
  }

  @Test func anythingComesBackAsItWentIn() throws {
    let dice = ChaChaGenerator(seed: 11)
    for _ in 0..<500 {
      let event = dice.event()
      #expect(try JournalEvent(decoding: bytes(event)) == event)
    }
  }

  @Test func severalEventsShareABuffer() throws {
    let dice = ChaChaGenerator(seed: 12)
    var buffer: [UInt8] = []
    var parts: [(Range<Int>, JournalEvent)] = []
    for _ in 0..<20 {
      let event = dice.event()
      let start = buffer.count
      event.encode(into: &buffer)
      parts.append((start..<buffer.count, event))
    }
    for (range, event) in parts {
      #expect(try JournalEvent(decoding: Array(buffer[range])) == event)
    }
  }

  @Test func cutOffAtAnyByteItIsRefused() {
    let dice = ChaChaGenerator(seed: 13)
    for _ in 0..<12 {
      let whole = bytes(dice.event())
      for count in 0..<whole.count {
        #expect(throws: EventFault.self) { try JournalEvent(decoding: Array(whole[..<count])) }
      }
      #expect(throws: EventFault.malformed) { try JournalEvent(decoding: whole + [0]) }
    }
  }

  @Test func noBytesMakeItCrash() {
    let dice = ChaChaGenerator(seed: 14)
    for _ in 0..<200 {
      var damaged = bytes(dice.event())
      for _ in 0...dice.below(4) { damaged[Int(dice.below(UInt64(damaged.count)))] = UInt8(dice.below(256)) }
      _ = try? JournalEvent(decoding: damaged)
      _ = try? JournalEvent(decoding: (0..<dice.below(200)).map { _ in UInt8(dice.below(256)) })
    }
  }

  @Test func whatIsNotOursIsNamed() {
    #expect(throws: EventFault.truncated) { try JournalEvent(decoding: []) }
    #expect(throws: EventFault.unknownKind(9)) { try JournalEvent(decoding: [9, 1]) }
    #expect(throws: EventFault.unknownVersion(4)) { try JournalEvent(decoding: [1, 4, 0]) }
    #expect(throws: EventFault.unknownVersion(7)) { try JournalEvent(decoding: [2, 7]) }
  }

  @Test func subIDsAreInOrderHoweverTheyAreSet() {
    var subs: SubIDs = [30: "z", 1: "a", 7: "g"]
    subs[31] = "no"
    subs[0] = "no"
    subs[1] = "b"
    subs[7] = nil
    subs[8] = nil
    #expect(subs.map(\.number) == [1, 30])
    #expect(subs[1] == "b")
    #expect(subs == [1: "b", 30: "z"])
  }
}

extension ChaChaGenerator {
  fileprivate func event() -> JournalEvent {
    switch below(3) {
    case 0: .click(click())
    case 1: .postback(postback())
    default:
      .offerVisit(
        OfferVisitEvent(
          tenantID: id(), clickID: uuid(), offerID: id(), at: Timestamp(microseconds: Int64(below(1 << 50)))))
    }
  }

  private var isHeads: Bool { next() & 1 == 1 }

  private func text() -> String {
    String(decoding: (0..<below(isHeads ? 300 : 12)).map { _ in UInt8(below(256)) }, as: UTF8.self)
  }

  private func maybe<T>(_ value: @autoclosure () -> T) -> T? { isHeads ? value() : nil }

  private func id() -> Int64 { isHeads ? Int64(below(100)) : Int64(bitPattern: next()) }

  private func uuid() -> UUIDv7 { UUIDv7(high: next(), low: next()) }

  private func address() -> IPAddress {
    isHeads ? IPAddress(v4: UInt32(truncatingIfNeeded: next())) : IPAddress(high: next(), low: next())
  }

  private func click() -> ClickEvent {
    var event = ClickEvent(
      id: uuid(), tenantID: id(), status: ClickStatus.allCases[Int(below(3))], campaignID: id(), ip: address(),
      currency: isHeads ? .usd : .eur)
    event.flowID = maybe(id())
    event.landingID = maybe(id())
    event.offerID = maybe(id())
    event.sourceID = maybe(id())
    event.networkID = maybe(id())
    event.publisherID = maybe(id())
    event.country = maybe(text())
    event.region = maybe(text())
    event.city = maybe(text())
    event.isp = maybe(text())
    event.os = maybe(text())
    event.browser = maybe(text())
    event.device = maybe(text())
    event.language = maybe(text())
    event.referrer = maybe(text())
    event.referrerDomain = maybe(text())
    event.userAgent = maybe(text())
    event.externalID = maybe(text())
    event.visitorID = maybe(uuid())
    event.fraudScore = maybe(UInt8(below(256)))
    event.isUnique = isHeads
    event.isUniqueInFlow = isHeads
    event.isUniqueGlobally = isHeads
    event.connection = maybe(text())
    event.hadCookie = isHeads
    (event.addressKey, event.visitorKey) = (next(), next())
    event.cost = Micros(rawValue: id())
    for number in SubIDs.numbers where isHeads { event.subs[number] = text() }
    event.trace = (0..<below(6)).map { _ in text() }
    return event
  }

  private func postback() -> RawPostbackEvent {
    RawPostbackEvent(
      id: uuid(), tenantID: id(), receivedAt: Timestamp(microseconds: id()), ip: address(), method: text(),
      pathKey: maybe(text()), query: text(), contentType: maybe(text()), body: maybe(Array(text().utf8)),
      channel: maybe(text()), headers: maybe(Array(text().utf8)))
  }
}
