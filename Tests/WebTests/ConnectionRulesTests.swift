import NIOHTTP1
import Testing

@testable import Web

@Suite struct ConnectionRulesTests {
  func rules(_ headers: HTTPHeaders, version: HTTPVersion = .http1_1) -> ConnectionRules {
    var rules = ConnectionRules(limits: ConnectionLimits(unreadBodyLimit: 100))
    _ = rules.receive(HTTPRequestHead(version: version, method: .POST, uri: "/", headers: headers))
    return rules
  }

  func end(_ rules: inout ConnectionRules, _ headers: HTTPHeaders = ["content-length": "0"])
    -> ConnectionRules.EndAction
  {
    var head = HTTPResponseHead(version: .http1_1, status: .ok, headers: headers)
    rules.begin(&head)
    let action = rules.endResponse()
    #expect((head.headers.first(name: "connection") == "close") == (action == .close))
    return action
  }

  @Test func exactlyOneHostIsAsked() {
    var rules = ConnectionRules(limits: ConnectionLimits())
    func receive(_ headers: HTTPHeaders, _ version: HTTPVersion = .http1_1) -> ConnectionRules.HeadAction {
      rules.receive(HTTPRequestHead(version: version, method: .GET, uri: "/", headers: headers))
    }
    #expect(receive(["hOST": "a"]) == .forward)
    #expect(receive([:]) == .refuse)
    #expect(receive(["Host": "a", "host": "a"]) == .refuse)
    #expect(receive([:], .http1_0) == .forward)
  }

  @Test func aShortUnreadBodyKeepsTheConnectionAndALongOneEndsIt() {
    var short = rules(["host": "a", "content-length": "100"])
    #expect(end(&short) == .keep)
    var long = rules(["host": "a", "content-length": "101"])
    #expect(end(&long) == .close)
    var nearlyRead = rules(["host": "a", "content-length": "1000"])
    nearlyRead.receive(bytes: 950)
    #expect(end(&nearlyRead) == .keep)
    var chunked = rules(["host": "a", "transfer-encoding": "chunked"])
    #expect(end(&chunked) == .close)
    chunked = rules(["host": "a", "transfer-encoding": "chunked"])
    chunked.receiveEnd()
    #expect(end(&chunked) == .keep)
  }

  @Test func continueIsSaidOnceAndOnlyToWhoWaits() {
    var waiting = rules(["host": "a", "content-length": "3", "expect": "100-Continue"])
    let answers = [waiting.takeContinue(), waiting.takeContinue()]
    #expect(answers == [true, false])
    var sending = rules(["host": "a", "content-length": "3", "expect": "100-continue"])
    sending.receive(bytes: 1)
    let whileSending = sending.takeContinue()
    #expect(!whileSending)
    var unread = rules(["host": "a", "content-length": "3", "expect": "100-continue"])
    #expect(end(&unread) == .close)
    var old = rules(["expect": "100-continue", "content-length": "3"], version: .http1_0)
    let toHTTP10 = old.takeContinue()
    #expect(!toHTTP10)
  }

  @Test func aBrokenStreamEndsWhereItBroke() {
    var idle = ConnectionRules(limits: ConnectionLimits())
    let betweenRequests = idle.parserError()
    #expect(betweenRequests == .refuse)
    var inBody = rules(["host": "a", "content-length": "3"])
    let withinBody = inBody.parserError()
    #expect(withinBody == .forward)
    #expect(end(&inBody) == .close)
    let afterTheEnd = inBody.parserError()
    #expect(afterTheEnd == .ignore)
    var behind = rules(["host": "a"])
    behind.receiveEnd()
    let behindARequest = behind.parserError()
    #expect(behindARequest == .wait)
  }

  @Test func aBodyHasMoreTimeTheMoreOfItCame() {
    var rules = rules(["host": "a", "content-length": "8192"])
    #expect(rules.bodyAllowance == .seconds(30))
    rules.receive(bytes: 8_192)
    #expect(rules.bodyAllowance == .seconds(32))
  }
}
