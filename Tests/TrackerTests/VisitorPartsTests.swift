import ClickPath
import Core
import NIOCore
import Testing

@testable import TenantTracker

@Suite struct VisitorPartsTests {
  @Test(arguments: [
    ("1970-01-01T00:00:00Z", "Thu, 01 Jan 1970 00:00:00 GMT"),
    ("2026-11-21T10:04:09Z", "Sat, 21 Nov 2026 10:04:09 GMT"),
    ("2028-02-29T23:59:59.999Z", "Tue, 29 Feb 2028 23:59:59 GMT"),
  ])
  func datesAreWrittenAsHTTPWantsThem(time: String, text: String) throws {
    var date = HTTPDate()
    #expect(date.text(at: try #require(Timestamp(rfc3339: time))) == text)
  }

  @Test(arguments: [
    "/c/x", "/click?campaign=x", "/offer/a/1", "/postback", "/v1/postback", "/healthz", "/readyz", "/", "/?x=1",
    "/robots.txt",
  ])
  func theVisitorsPathsAreOurs(target: String) {
    let parts = target.split(separator: "?")
    #expect(VisitorTarget.mayBe(target))
    #expect(VisitorTarget(path: parts[0], query: parts.count > 1 ? parts[1] : "") != nil)
  }

  @Test(arguments: ["", "*", "/admin/c/x", "/assets/app.css", "/stats", "/metrics", "http://x/c/y"])
  func whatIsNobodysIsSeenAtOnce(target: String) { #expect(!VisitorTarget.mayBe(target)) }

  @Test(arguments: [
    "/c/", "/c", "/click", "/control/v1/tenants", "/pixel.js", "/v1/postbacks", "/healthzz", "/offer/a",
  ])
  func whatOnlyLooksLikeItIsTheFrameworks(target: String) {
    #expect(VisitorTarget(path: Substring(target), query: "") == nil)
  }

  @Test func aJournalIsTrustedAgainAfterItsNextRecordOrInTime() {
    let health = JournalHealth()
    let start = NIODeadline.uptimeNanoseconds(1_000)
    #expect(health.takesRecords(at: start))
    health.noteLoss(at: start)
    #expect(!health.takesRecords(at: start + .seconds(1)))
    #expect(health.takesRecords(at: start + .seconds(11)))
    health.note(.durable, at: start + .seconds(2))
    #expect(health.takesRecords(at: start + .seconds(3)))
    health.note(.failed(JournalFileError(.sync, "x", code: 5)), at: start + .seconds(4))
    #expect(!health.takesRecords(at: start + .seconds(5)))
  }
}
