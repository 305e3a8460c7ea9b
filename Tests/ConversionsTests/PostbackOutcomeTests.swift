import Conversions
import Core
import Testing

@Suite struct PostbackOutcomeTests {
  private let outcomes: [(PostbackOutcome, Int, String)] = [
    (.recorded(click), 200, "recorded"), (.updated(click), 200, "updated"), (.repeated(click), 200, "repeated"),
    (.moveRefused(click), 200, "move_refused"), (.accepted, 202, "accepted"), (.notYet, 202, "not_yet"),
    (.refused(.noClickID), 400, "no_click_id"),
    (.refused(.badParameter(name: "payout", reason: "x")), 400, "bad_parameter"),
    (.refused(.badBody(reason: "x")), 400, "bad_body"), (.unauthorized, 401, "unauthorized"),
    (.unknownClick, 404, "unknown_click"), (.failed, 500, "failed"),
  ]

  @Test func everyOutcomeHasItsStatusAndCode() {
    for (outcome, status, code) in outcomes {
      #expect(outcome.status == status)
      #expect(outcome.code == code)
      #expect((outcome.conversionID != nil) == (status == 200))
    }
  }

  @Test func theTextAnswerIsOKOrWhatIsAskedFor() {
    let hit = get("click_id=\(click)")
    let reply = PostbackReply(.recorded(click), to: hit, format: .text)
    #expect((reply.status, reply.body, reply.conversionID) == (200, "OK", click))
    #expect(PostbackReply(.accepted, to: hit, format: .text).body == "OK")
    let wanted = get("click_id=\(click)&RETURN=%3Cscript%3Ealert(1)%3C/script%3E")
    let echo = PostbackReply(.repeated(click), to: wanted, format: .text)
    #expect(echo.body == "<script>alert(1)</script>")
    #expect(echo.contentType == "text/plain; charset=utf-8")
    #expect(PostbackReply(.unknownClick, to: wanted, format: .text).body == "No click has this id.")
    let fault = PostbackFault.badParameter(name: "amount", reason: "must be a decimal amount")
    #expect(PostbackReply(.refused(fault), to: wanted, format: .text).body.contains("amount"))
  }

  @Test func theJSONAnswerNamesTheConversion() throws {
    let reply = PostbackReply(.recorded(click), to: get("return=x"), format: .json)
    #expect(reply.body == #"{"status":"ok","code":"recorded","conversion_id":"\#(click)"}"#)
    let refused = try JSONValue.parse(PostbackReply(.unknownClick, to: get(""), format: .json).body)
    #expect(refused["status"]?.stringValue == "error")
    #expect(refused["code"]?.stringValue == "unknown_click")
    #expect(refused["conversion_id"] == .null)
    let waiting = try JSONValue.parse(PostbackReply(.accepted, to: get(""), format: .json).body)
    #expect(waiting["status"]?.stringValue == "accepted")
  }

  @Test func withoutTheDatabaseOnlyWhatIsCertainIsRefused() {
    let network = PostbackNetwork(
      id: 1, key: "k1", requiresKey: true, allowedAddresses: [CIDR("203.0.113.0/24")].compactMap { $0 },
      statuses: .standard)
    let outcome = { (hit: PostbackHit) in PostbackOutcome.withoutDatabase(hit, networks: [network]) }
    #expect(outcome(get("click_id=\(click)")) == .accepted)
    #expect(outcome(get("click_id=\(click)&payout=x")).status == 400)
    #expect(outcome(get("payout=1")) == .refused(.noClickID))
    #expect(outcome(get("click_id=98367")) == .unknownClick)
    var keyed = get("click_id=\(click)")
    keyed.pathKey = "k1"
    #expect(outcome(keyed) == .unauthorized)
    keyed.address = IPAddress("203.0.113.9")
    #expect(outcome(keyed) == .accepted)
    keyed.pathKey = "k2"
    #expect(outcome(keyed) == .unauthorized)
  }

  @Test func aNetworkAdmitsItsKeyAndAddresses() {
    var network = PostbackNetwork(id: 1, key: "k", requiresKey: false, allowedAddresses: [], statuses: .standard)
    var hit = get("")
    #expect(network.admits(hit))
    network.requiresKey = true
    #expect(!network.admits(hit))
    hit.pathKey = "k"
    #expect(network.admits(hit))
    network.allowedAddresses = [CIDR("2001:db8::/32"), CIDR("198.51.100.7")].compactMap { $0 }
    #expect(!network.admits(hit))
    hit.address = IPAddress("198.51.100.7")
    #expect(network.admits(hit))
    hit.address = IPAddress("198.51.100.8")
    #expect(!network.admits(hit))
    hit.address = IPAddress("2001:db8::1")
    #expect(network.admits(hit))
  }
}
