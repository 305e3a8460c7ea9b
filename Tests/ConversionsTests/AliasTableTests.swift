import Conversions
import Core
import Testing

/// The table of the documents, written out once more so that a change of the code's own table is noticed.
@Suite struct AliasTableTests {
  static let clickNames = [
    "subid", "sub_id", "click_id", "clickid", "trackID", "aff_sub", "aff_click_id", "sub1", "sub2",
  ]
  static let payoutNames = [
    "payout", "amount", "revenue", "price", "pay", "money", "summ_approved", "payment", "order_sum",
    "affiliateCommission", "value",
  ]
  static let statusNames = ["status", "type", "state", "conversion_status"]
  static let transactionNames = ["tid", "transaction_id", "txid", "trans_id", "receipt"]

  /// As written, in capitals, in small letters, and with every character percent-encoded.
  static func spellings(_ name: String) -> [String] { [name, name.uppercased(), name.lowercased()] }

  static func percentEncoded(_ text: String) -> String {
    text.utf8.map { byte in "%\(byte < 16 ? "0" : "")\(String(byte, radix: 16))" }.joined()
  }

  @Test(arguments: Transport.allCases, clickNames) func everyNameOfTheClick(_ transport: Transport, _ name: String)
    throws
  {
    for name in Self.spellings(name) {
      for id in [click.description, click.description.uppercased()] {
        #expect(try PostbackParameters(transport.hit([("x", "y"), (name, id)])).clickIDs == [click])
      }
    }
  }

  @Test(arguments: Transport.allCases, payoutNames) func everyNameOfThePayout(_ transport: Transport, _ name: String)
    throws
  {
    for name in Self.spellings(name) {
      for amount in ["10.50", "10,50", " 10.5 ", "+10.5", "0010.500000"] {
        let parameters = try PostbackParameters(transport.hit([("click_id", click.description), (name, amount)]))
        #expect(parameters.payout == Micros(rawValue: 10_500_000))
      }
    }
  }

  @Test(arguments: Transport.allCases, statusNames) func everyNameOfTheStatus(_ transport: Transport, _ name: String)
    throws
  {
    for name in Self.spellings(name) {
      let parameters = try PostbackParameters(transport.hit([(name, "Approved"), ("click_id", click.description)]))
      #expect(parameters.statusWord == "Approved")
      #expect(parameters.type == .sale)
    }
  }

  @Test(arguments: Transport.allCases, transactionNames + ["order_id"])
  func everyNameOfTheTransaction(_ transport: Transport, _ name: String) throws {
    for name in Self.spellings(name) {
      for id in ["T-1", "заказ №7", "注文", "🛒=&?%+#", "a b"] {
        let parameters = try PostbackParameters(transport.hit([("click_id", click.description), (name, id)]))
        #expect(parameters.transactionID == id)
      }
    }
  }

  @Test func namesAndValuesMayBePercentEncodedThroughout() throws {
    for name in Self.clickNames {
      let query = "\(Self.percentEncoded(name))=\(Self.percentEncoded(click.description))"
      #expect(try PostbackParameters(get(query)).clickIDs == [click])
    }
    let query = "click_id=\(click)&\(Self.percentEncoded("affiliateCommission"))=\(Self.percentEncoded("7,25"))"
    #expect(try PostbackParameters(get(query)).payout == Micros(rawValue: 7_250_000))
  }

  @Test func theFirstNameOfTheTableThatHasAValueCounts() throws {
    for (earlier, later) in zip(Self.payoutNames, Self.payoutNames.dropFirst()) {
      let hit = get("click_id=\(click)&\(later)=2&\(earlier)=1")
      #expect(try PostbackParameters(hit).payout == Micros(rawValue: 1_000_000))
      let empty = get("click_id=\(click)&\(earlier)=&\(later)=2")
      #expect(try PostbackParameters(empty).payout == Micros(rawValue: 2_000_000))
    }
    for (earlier, later) in zip(Self.statusNames, Self.statusNames.dropFirst()) {
      let hit = get("click_id=\(click)&\(later)=second&\(earlier)=first")
      #expect(try PostbackParameters(hit).statusWord == "first")
    }
  }

  @Test func aCandidateCountsOnlyWhenItHasTheFormOfAClickOfOurs() throws {
    let other = ClickID(at: Timestamp(seconds: 1_795_255_000))
    let randomUUID = "0e4f9fb4-3d0f-4f6a-9f7e-7f3f9b1f3c55"
    #expect(try PostbackParameters(get("sub1=banner-7&sub2=\(click)")).clickIDs == [click])
    #expect(try PostbackParameters(get("subid=\(randomUUID)&click_id=\(click)")).clickIDs == [click])
    #expect(try PostbackParameters(get("sub2=\(other)&sub1=\(click)&aff_sub=x")).clickIDs == [click, other])
    #expect(try PostbackParameters(get("sub2=\(click)&clickid=\(click)")).clickIDs == [click])
    #expect(try PostbackParameters(get("click_id=98367")).clickIDs.isEmpty)
  }

  @Test func repeatedParametersYieldTheirFirstValue() throws {
    let hit = get("click_id=&CLICK_ID=\(click)&click_id=x&payout=&payout=3&payout=4&txid=%20&TXID=a&txid=b")
    let parameters = try PostbackParameters(hit)
    #expect(parameters.clickIDs == [click])
    #expect(parameters.payout == Micros(rawValue: 3_000_000))
    #expect(parameters.transactionID == "a")
    let json = post("application/json", #"{"click_id":"","click_id":"\#(click)","payout":null,"payout":3,"payout":4}"#)
    #expect(try PostbackParameters(json).clickIDs == [click])
    #expect(try PostbackParameters(json).payout == Micros(rawValue: 3_000_000))
  }

  @Test func theBodyReplacesTheQuery() throws {
    let query = "click_id=old&payout=1&txid=q"
    let form = post("application/x-www-form-urlencoded", "Click_ID=\(click)&payout=2", query: query)
    let parameters = try PostbackParameters(form)
    #expect(parameters.clickIDs == [click])
    #expect(parameters.payout == Micros(rawValue: 2_000_000))
    #expect(parameters.transactionID == "q")
    let json = post("application/json", #"{"payout":"2"}"#, query: "click_id=\(click)&payout=1")
    #expect(try PostbackParameters(json).payout == Micros(rawValue: 2_000_000))
  }
}
