import Conversions
import Core
import Testing

@Suite struct StatusMapTests {
  @Test func commonWordsMatchInAnyCaseAndSpelling() {
    let words: [(String, ConversionStatus)] = [
      ("approved", .sale), ("APPROVED", .sale), (" Confirmed ", .sale), ("paid", .sale), ("lead", .lead),
      ("Pending", .hold), ("On-Hold", .hold), ("on hold", .hold), ("in_progress", .hold), ("declined", .rejected),
      ("Cancelled", .rejected), ("canceled", .rejected), ("refund", .rejected), ("Chargeback", .rejected),
      ("trash", .trash), ("SPAM", .trash), ("duplicate", .trash),
    ]
    for (word, status) in words { #expect(StatusMap.standard[word] == status, "\(word)") }
  }

  @Test func unknownWordsAreNobodys() {
    for word in ["", "1", "frobnicated", "sale!", "approvedd", "{status}"] { #expect(StatusMap.standard[word] == nil) }
  }

  @Test func aNetworksOwnMappingComesFirst() {
    let map = StatusMap(["Pending": "sale", "7": "rejected", "odd": "nonsense", "paid": 5, "Frob Nicated": "trash"])
    #expect(map["PENDING"] == .sale)
    #expect(map["7"] == .rejected)
    #expect(map["odd"] == nil)
    #expect(map["paid"] == .sale)
    #expect(map["frob-nicated"] == .trash)
    #expect(map["approved"] == .sale)
    #expect(StatusMap(.null) == .standard)
  }

  @Test func onlyTheLegalMovesAreLegal() {
    let legal: [ConversionStatus: Set<ConversionStatus>] = [
      .lead: [.sale, .rejected], .hold: [.sale, .rejected], .sale: [.rejected], .rejected: [], .trash: [],
    ]
    for status in ConversionStatus.allCases { #expect(status.successors == legal[status]) }
  }
}
