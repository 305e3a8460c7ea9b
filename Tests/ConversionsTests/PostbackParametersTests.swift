import Conversions
import Core
import Testing

@Suite struct PostbackParametersTests {
  @Test func theDocumentsPostback() throws {
    let parameters = try PostbackParameters(get("click_id=\(click)&amount=40&txid=T-9"))
    #expect(parameters.payout == Micros(rawValue: 40_000_000))
    #expect(parameters.transactionID == "T-9")
    #expect(parameters.type == .sale)
    #expect(parameters.statusWord == nil)
    #expect(parameters.currency == nil)
    #expect(parameters.goal == nil)
  }

  @Test func routysPostback() throws {
    let body = """
      {"click_id": "\(click)", "event": "conversion", "payout": 25.00, "currency": "USD", "order_id": "ORD-789",
       "status": "approved"}
      """
    let parameters = try PostbackParameters(post("application/json", body))
    #expect(parameters.payout == Micros(rawValue: 25_000_000))
    #expect(parameters.currency == .usd)
    #expect(parameters.type == .sale)
    #expect(parameters.transactionID == "ORD-789")
    #expect(parameters.statusWord == "approved")
  }

  @Test func trackiersForm() throws {
    let body = "click_id=\(click)&goal=Deposit&sale_amount=99&txn_id=1"
    let parameters = try PostbackParameters(post("application/x-www-form-urlencoded", body))
    #expect(parameters.type == ConversionType(rawValue: "deposit"))
    #expect(parameters.goal == "Deposit")
  }

  @Test func theTypeComesFromItsOwnNamesOnly() throws {
    let type = { (query: String) in try PostbackParameters(get("click_id=\(click)&\(query)")).type }
    #expect(try type("type=upsell") == .sale)
    #expect(try type("status=rebill") == .sale)
    #expect(try type("conversion_type=Upsell&event=lead&goal=3") == .upsell)
    #expect(try type("event=REBILL&goal=3") == .rebill)
    #expect(try type("goal=Sign%20Up") == ConversionType(rawValue: "sign_up"))
    #expect(try type("event=purchase") == .sale)
    #expect(try type("event=") == .sale)
  }

  @Test(arguments: [
    "abc", "NaN", "inf", "-inf", "Infinity", "1e400", "1e2", "--1", "-1", "-0.01", "1.2.3", "1,234.56", "$5", "0x10",
    "٣", "{payout}", "99999999999999999999", "1000000000.01", "10.50 USD", ".", ",", "1 000",
  ])
  func aPayoutThatIsNoAmountIsRefusedByName(_ payout: String) {
    let query = "click_id=\(click)&Payout=\(PercentCoding.encodeComponent(payout))"
    guard case .badParameter(name: "Payout", reason: _)? = fault(get(query)) else {
      Issue.record("\(payout) was not refused")
      return
    }
    let json = post("application/json", #"{"click_id":"\#(click)","Payout":\#(JSONValue.string(payout).text)}"#)
    #expect(fault(json) == fault(get(query)))
  }

  @Test func amountsAreExact() throws {
    let amounts: [(String, Int64)] = [
      ("0", 0), ("0.000001", 1), ("0.0000005", 0), ("0.0000015", 2), ("12.3456789", 12_345_679),
      ("1000000000", 1_000_000_000_000_000), (".5", 500_000), ("5.", 5_000_000), ("5,", 5_000_000), ("-0", 0),
    ]
    for (text, micros) in amounts {
      #expect(try PostbackParameters(get("click_id=\(click)&payout=\(text)")).payout == Micros(rawValue: micros))
    }
  }

  @Test func aHitWithoutAClickIDIsRefused() {
    for query in ["", "payout=1", "click_id=", "click_id=%20&sub1=", "click=\(click)", "&&&=&=x&a", "click_id"] {
      #expect(fault(get(query)) == .noClickID)
    }
    // A body belongs to POST.
    var hit = post(nil, "click_id=\(click)")
    #expect(fault(hit) == nil)
    hit.method = .get
    #expect(fault(hit) == .noClickID)
  }

  @Test func bodiesThatAreNotWhatTheySayAreRefused() {
    for body in ["{", "[]", "[{\"click_id\":\"\(click)\"}]", "\"x\"", "{\"click_id\":}", "nonsense"] {
      guard case .badBody? = fault(post("application/json", body)) else {
        Issue.record("\(body) was read")
        continue
      }
    }
    guard case .badBody? = fault(post("multipart/form-data", "x")) else {
      Issue.record("a multipart body without a boundary was read")
      return
    }
    let deep = String(repeating: "[", count: 100_000)
    guard case .badBody? = fault(post("application/json", "{\"a\":\(deep)")) else {
      Issue.record("a nested body was read")
      return
    }
  }

  @Test func theContentTypeMayBeMissingOrWrong() throws {
    for type in [nil, "", "text/plain", "application/octet-stream"] {
      #expect(try PostbackParameters(post(type, " \n{\"click_id\":\"\(click)\"}")).clickIDs == [click])
      #expect(try PostbackParameters(post(type, "click_id=\(click)")).clickIDs == [click])
    }
    #expect(
      try PostbackParameters(post("APPLICATION/JSON;charset=utf-8", "{\"subid\":\"\(click)\"}")).clickIDs == [click])
    #expect(try PostbackParameters(post("application/vnd.api+json", "{\"subid\":\"\(click)\"}")).clickIDs == [click])
    #expect(try PostbackParameters(post("application/json", "", query: "subid=\(click)")).clickIDs == [click])
  }

  @Test func nestedAndOddJSONValuesAreNoParameters() throws {
    let body = #"{"click_id":"\#(click)","payout":{"amount":5},"status":["a"],"txid":12345678901234567890,"goal":true}"#
    let parameters = try PostbackParameters(post("application/json", body))
    #expect(parameters.payout == nil)
    #expect(parameters.statusWord == nil)
    #expect(parameters.transactionID == "12345678901234567890")
    #expect(parameters.goal == "true")
  }

  @Test func eightBitTextIsReadAsLatin1() throws {
    let one = try PostbackParameters(get("click_id=\(click)&txid=%E9&status=%FCber"))
    #expect(one.transactionID == "é")
    #expect(one.statusWord == "über")
    let other = try PostbackParameters(get("click_id=\(click)&txid=%E8"))
    #expect(one.transactionID != other.transactionID)
    var json = post("application/json", "")
    json.body = Array("{\"click_id\":\"\(click)\",\"txid\":\"".utf8) + [0xE9] + Array("\"}".utf8)
    #expect(try PostbackParameters(json).transactionID == "é")
  }

  @Test func nulsNeverReachTheDatabase() throws {
    let parameters = try PostbackParameters(get("click_id=\(click)&txid=a%00b&status=%00&goal=x%00"))
    #expect(parameters.transactionID == "a\u{FFFD}b")
    #expect(parameters.goal == "x\u{FFFD}")
  }

  @Test func aCurrencyThatIsNoneMatchesNoRate() throws {
    let currency = { (code: String) in try PostbackParameters(get("click_id=\(click)&currency=\(code)")).currency }
    #expect(try currency("eur") == .eur)
    #expect(try currency("USDT") == .unreadable)
    #expect(try currency("{currency}") == .unreadable)
    #expect(try currency("") == nil)
  }

  @Test func longIDsStayDifferentAndFitTheIndex() throws {
    let transaction = { (text: String) in
      try #require(try PostbackParameters(get("click_id=\(click)&txid=\(text)")).transactionID)
    }
    let start = String(repeating: "x", count: 255)
    #expect(try transaction(start) == start)
    let (one, other) = (try transaction(start + "1"), try transaction(start + "2"))
    #expect(one != other)
    #expect(one == (try transaction(start + "1")))
    #expect(one.unicodeScalars.count <= 255)
    let wide = try transaction(String(repeating: "%F0%9F%9B%92", count: 10_000))
    #expect(wide.utf8.count <= 1_020)
  }

  @Test func queriesOf100KilobytesAreRead() throws {
    let long = String(repeating: "a", count: 100_000)
    #expect(
      try PostbackParameters(get("junk=\(long)&click_id=\(click)&payout=1")).payout == Micros(rawValue: 1_000_000))
    let many = (0..<15_000).map { "p\($0)=1" }.joined(separator: "&")
    #expect(try PostbackParameters(get("\(many)&click_id=\(click)&payout=1")).clickIDs == [click])
    let ampersands = String(repeating: "&=", count: 50_000)
    #expect(try PostbackParameters(get("\(ampersands)&click_id=\(click)")).clickIDs == [click])
    let status = try PostbackParameters(get("click_id=\(click)&status=\(long)&goal=\(long)"))
    #expect(status.statusWord?.count == 255)
    #expect(status.goal?.count == 255)
    #expect(status.type.rawValue.count == 64)
    #expect(fault(get("click_id=\(click)&payout=\(long)")) != nil)
  }

  @Test func randomBytesAreReadOrRefusedButNeverCrash() {
    var random = SeededGenerator(seed: 4)
    let pieces = [
      "click_id=", "\(click)", "&", "=", "%", "%4", "%zz", "payout", "{", "\"", ":", "\u{1F6D2}", "--b\r\n", "\r\n\r\n",
    ]
    let types = [
      "application/json", "multipart/form-data; boundary=b", "application/x-www-form-urlencoded", "",
      "multipart/form-data; boundary=",
    ]
    for _ in 0..<3_000 {
      let text = (0..<Int.random(in: 0...12, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }
      var hit = post(types.randomElement(using: &random), text.joined(), query: text.reversed().joined())
      hit.body += (0..<Int.random(in: 0...6, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      _ = fault(hit)
      _ = PostbackReply(.recorded(click), to: hit, format: .text)
    }
  }
}
