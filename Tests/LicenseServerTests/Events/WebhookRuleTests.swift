import Core
import Testing

@testable import LicenseServer
@testable import Security

@Suite struct WebhookRuleTests {
  private let settings = WebhookSettings()

  private func verdict(
    _ status: Int, attempt: Int = 1, headers: [HeaderField] = [], body: String = ""
  ) -> WebhookVerdict {
    WebhookVerdict(
      .success(OutboundResponse(status: status, headers: headers, body: Array(body.utf8))), attempt: attempt,
      at: Timestamp(seconds: 0), took: .milliseconds(7), settings: settings)
  }

  @Test func attemptsAreMadeAtTheDocumentedTimes() {
    let waits = (1...10).map { settings.wait(after: $0)?.components.seconds }
    #expect(waits == [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400, nil])
    #expect(settings.attempts == 10)
  }

  @Test func onlyTwoHundredsAreDelivered() {
    for status in [200, 201, 204, 299] { #expect(verdict(status).step == .delivered) }
    for status in [301, 302, 307, 400, 401, 404, 422, 500, 503] {
      #expect(verdict(status).step == .retry(after: .seconds(5)), "\(status)")
      #expect(verdict(status, attempt: 10).step == .giveUp)
    }
    #expect(verdict(410).step == .gone)
    #expect(verdict(302).problem?.contains("redirects are not followed") == true)
  }

  @Test func whoAsksToWaitIsWaitedForWithinADay() {
    let wait = { (text: String) in verdict(429, headers: [HeaderField("Retry-After", text)]).step }
    #expect(wait("60") == .retry(after: .seconds(60)))
    #expect(wait("1") == .retry(after: .seconds(5)), "never sooner than the schedule")
    #expect(wait("999999999") == .retry(after: .hours(24)))
    #expect(wait("soon") == .retry(after: .seconds(5)))
  }

  @Test func ofAnAnswerOnlyTheBeginningIsKept() {
    let kept = verdict(500, body: "a\0" + String(repeating: "b", count: 5_000)).answer
    #expect(kept.utf8.count <= WebhookSettings.excerpt + 2 && !kept.contains("\0"))
  }

  @Test func whatWasInterruptedIsNobodysFault() {
    let interrupted = WebhookVerdict(
      .failure(.cancelled), attempt: 1, at: Timestamp(seconds: 0), took: .zero, settings: settings)
    #expect(interrupted.isInterrupted)
    let timedOut = WebhookVerdict(
      .failure(.timedOut), attempt: 3, at: Timestamp(seconds: 0), took: .zero, settings: settings)
    #expect(!timedOut.isInterrupted && timedOut.step == .retry(after: .minutes(30)))
  }

  @Test func anEndpointThatFailsGetsOneSlotAndTheFailingNeverAll() {
    var slots = WebhookSlots(total: 4, perEndpoint: 2)
    /// Which of these are let in, one after the other.
    func enter(_ endpoints: Int64...) -> [Bool] { endpoints.map { slots.enter($0) } }
    #expect(enter(1, 1, 1) == [true, true, false])
    slots.leave(1, answered: false)
    slots.leave(1, answered: false)
    #expect(slots.free(1) == 1)
    #expect(enter(1, 1) == [true, false])
    for endpoint in [2, 3] as [Int64] {
      #expect(enter(endpoint) == [true])
      slots.leave(endpoint, answered: false)
    }
    #expect(enter(2, 3) == [true, false], "failing endpoints have half of the slots at most")
    #expect(enter(9, 9) == [true, true] && slots.left == 0)
    slots.leave(1, answered: true)
    #expect(slots.free(1) == 2)
  }

  @Test func anAddressMustBePublicAndEncrypted() {
    let open = DestinationPolicy.publicInternet
    #expect(WebhookURL.fault("https://example.com/hooks?a=b", open) == nil)
    for url in [
      "http://example.com/", "ftp://example.com/", "example.com", "https://", "https://10.0.0.1/", "https://[::1]/",
      "https://127.0.0.1:8443/x", "https://user:secret@example.com/", "https://example.com/a b",
    ] { #expect(WebhookURL.fault(url, open) != nil, "\(url)") }
    let named = DestinationPolicy(allowedHosts: ["hooks.internal"], allowedNetworks: [CIDR("127.0.0.0/8")!])
    #expect(WebhookURL.fault("http://hooks.internal/", named) == nil)
    #expect(WebhookURL.fault("http://127.0.0.1:9000/", named) == nil)
    #expect(WebhookURL.fault("http://example.com/", named) != nil)
  }
}
