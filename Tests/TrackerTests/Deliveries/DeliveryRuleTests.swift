import Core
import Testing

@testable import Security
@testable import TenantTracker

/// The rules of postbacks out, without a database and without a network.
@Suite struct DeliveryRuleTests {
  private static let now = Timestamp(seconds: 1_795_255_200)

  // What the answer must say

  @Test(arguments: [
    (SuccessRule.contains("OK"), "all is OK", true), (.contains("OK"), "ok", false),
    (.lacks("ERROR:"), "OK", true), (.lacks("ERROR:"), "ERROR: no such goal", false),
    (.json(path: ["code"], equals: "0"), #"{"code": 0}"#, true),
    (.json(path: ["code"], equals: "0"), #"{"code": "0"}"#, true),
    (.json(path: ["code"], equals: "0"), #"{"code": 40001, "message": "no"}"#, false),
    (.json(path: ["code"], equals: "0"), "OK", false), (.json(path: ["code"], equals: "0"), "{}", false),
    (.json(path: ["data", "1", "ok"], equals: "true"), #"{"data": [{}, {"ok": true}]}"#, true),
    (.json(path: ["data", "2", "ok"], equals: "true"), #"{"data": [{}, {"ok": true}]}"#, false),
  ])
  func anAnswersBodyDecides(rule: SuccessRule, body: String, isSuccess: Bool) {
    #expect((rule.problem(with: Array(body.utf8)) == nil) == isSuccess)
  }

  @Test func aRuleIsReadAsItIsWritten() throws {
    for rule in [SuccessRule.contains("OK"), .lacks("ERROR:"), .json(path: ["a", "0"], equals: "")] {
      #expect(SuccessRule(rule.json) == rule)
    }
    var fields = try FieldReader(["success": ["kind": "json", "path": "", "value": "0"]])
    _ = try SuccessRule.read(&fields)
    let problem = #expect(throws: Problem.self) { try fields.finish() }
    #expect(problem?.errors.map(\.field) == ["success.path"])
  }

  // Attempts

  private func verdict(
    _ result: Result<OutboundResponse, OutboundError>, attempt: Int = 1, success: SuccessRule? = nil
  ) -> DeliveryVerdict {
    var generator = SystemRandomNumberGenerator()
    let message = Delivery.Message(method: .get, url: "https://a.example/", body: "", contentType: "", success: success)
    return DeliveryVerdict(
      result, to: message, attempt: attempt, at: Self.now, took: .milliseconds(1_250), settings: DeliverySettings(),
      using: &generator)
  }

  private func answer(_ status: Int, _ body: String = "", _ headers: [HeaderField] = []) -> Result<
    OutboundResponse, OutboundError
  > { .success(OutboundResponse(status: status, headers: headers, body: Array(body.utf8))) }

  @Test func anAnswerOf2xxDelivers() {
    #expect(verdict(answer(204)).step == .delivered)
    #expect(verdict(answer(200, "ERROR: goal"), success: .lacks("ERROR:")).problem == "The answer contains ERROR:.")
    #expect(verdict(answer(200)).attempt.milliseconds == 1_250)
  }

  @Test func whatIsKeptOfAnAnswerIsBounded() {
    let long = String(repeating: "x", count: 10_000)
    #expect(verdict(answer(200, long)).attempt.body.count == 4_096)
  }

  @Test func failuresAreTriedAgainUntilTheyAreDead() {
    for result in [answer(500), answer(404), .failure(.timedOut), .failure(.unreachable)] {
      guard case .retry = verdict(result).step else {
        Issue.record("\(result) was not tried again")
        continue
      }
      #expect(verdict(result, attempt: DeliverySettings().attempts).step == .giveUp)
    }
  }

  @Test func whatCannotSucceedIsNotTriedAgain() {
    let elsewhere = verdict(answer(302, "", [HeaderField("Location", "https://b.example/")]))
    #expect(elsewhere.step == .giveUp)
    #expect(elsewhere.problem?.contains("https://b.example/") == true)
    let secret = verdict(.failure(.forbiddenAddress(host: "10.0.0.1")))
    #expect(secret.step == .giveUp)
    #expect(secret.problem == "10.0.0.1 is a private address, where nothing is sent.")
  }

  @Test func aTargetThatAsksToWaitIsLeftAlone() {
    let busy = verdict(answer(429, "", [HeaderField("Retry-After", "600")]))
    #expect(busy.sign == .busy(.seconds(600)))
    #expect(busy.step == .retry(after: .seconds(600)))
    #expect(verdict(answer(503, "", [HeaderField("Retry-After", "999999")])).sign == .busy(.seconds(3_600)))
  }

  @Test func pausesGrowAndAreNeverAlike() {
    let settings = DeliverySettings()
    var generator = SystemRandomNumberGenerator()
    for attempt in 1...20 {
      let whole = min(settings.firstPause * (1 << min(attempt - 1, 20)), settings.longestPause)
      let pauses = (0..<50).map { _ in settings.pause(after: attempt, using: &generator) }
      #expect(pauses.allSatisfy { $0 >= whole * 0.499 && $0 <= whole })
      #expect(Set(pauses).count > 1)
    }
  }

  // Targets

  @Test func aTargetHasItsSlots() {
    var gate = TargetGate(limit: 3)
    let entered = (1...4).map { _ in gate.enter("a", at: Self.now) }
    #expect(entered == [true, true, true, false])
    let isOtherEntered = gate.enter("b", at: Self.now)
    #expect(isOtherEntered)
    gate.leave("a", .answering, at: Self.now)
    #expect(gate.free("a", at: Self.now) == 1)
  }

  @Test func aTargetThatIsDownIsAskedOnceInAWhile() {
    var gate = TargetGate(limit: 8)
    for _ in 0..<TargetGate.tolerance { _ = gate.enter("a", at: Self.now) }
    for _ in 0..<TargetGate.tolerance { gate.leave("a", .failing, at: Self.now) }
    #expect(gate.free("a", at: Self.now) == 0)
    let later = Self.now + TargetGate.firstPause
    #expect(gate.nextOpening(after: Self.now) == later)
    let entered = (1...2).map { _ in gate.enter("a", at: later) }
    #expect(entered == [true, false])
    gate.leave("a", .failing, at: later)
    #expect(gate.free("a", at: later + TargetGate.firstPause) == 0)
    let muchLater = later + TargetGate.firstPause * 2
    let isEntered = gate.enter("a", at: muchLater)
    #expect(isEntered)
    gate.leave("a", .answering, at: muchLater)
    #expect(gate.free("a", at: muchLater) == 8)
    #expect(!gate.isRestricting)
  }

  @Test func failuresBetweenSuccessesCloseNothing() {
    var gate = TargetGate(limit: 8)
    for turn in 0..<100 {
      _ = gate.enter("a", at: Self.now)
      gate.leave("a", turn % 3 == 0 ? .answering : .failing, at: Self.now)
    }
    #expect(gate.free("a", at: Self.now) == 8)
  }

  // Turns

  private func expect(_ tenant: Int64?, _ expected: Int64?, _ place: SourceLocation = #_sourceLocation) {
    #expect(tenant == expected, sourceLocation: place)
  }

  @Test func tenantsTakeTurns() {
    var agenda = DeliveryAgenda()
    for tenant: Int64 in [1, 2, 3] { agenda.tell(tenant) }
    var turns: [Int64] = []
    for _ in 0..<6 {
      guard let tenant = agenda.begin() else { break }
      turns.append(tenant)
      agenda.end(tenant, found: true, next: nil, isRestricted: false)
    }
    #expect(turns == [1, 2, 3, 1, 2, 3])
  }

  @Test func aTenantWithNothingDueIsLeftAlone() {
    var agenda = DeliveryAgenda()
    agenda.tell(1)
    expect(agenda.begin(), 1)
    agenda.end(1, found: false, next: Self.now + .seconds(10), isRestricted: false)
    agenda.advance(to: Self.now + .seconds(9))
    expect(agenda.begin(), nil)
    agenda.advance(to: Self.now + .seconds(10))
    expect(agenda.begin(), 1)
  }

  @Test func whoIsToldOfDuringItsTurnComesAgain() {
    var agenda = DeliveryAgenda()
    agenda.tell(1)
    expect(agenda.begin(), 1)
    agenda.tell(1)
    expect(agenda.begin(), nil)
    agenda.end(1, found: false, next: nil, isRestricted: false)
    expect(agenda.begin(), 1)
  }

  @Test func whoFoundNoSlotComesWhenOneIsFree() {
    var agenda = DeliveryAgenda()
    agenda.tell(1)
    _ = agenda.begin()
    agenda.end(1, found: false, next: nil, isRestricted: true)
    expect(agenda.begin(), nil)
    agenda.slotsAreFree()
    expect(agenda.begin(), 1)
  }

  @Test(arguments: [
    ("https://A.example/x?y", "a.example"), ("http://a.example:8080", "a.example:8080"),
    ("https://user@b.example?c", "b.example"), ("nonsense", ""),
  ])
  func aTargetIsItsHost(url: String, host: String) { #expect(Delivery.Message.host(of: url) == host) }
}
