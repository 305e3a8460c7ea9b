import ClickPath
import Core
import Testing

@testable import TenantTracker

/// What is taken past the HTTP decoder must be beyond all doubt.
@Suite struct RequestScannerTests {
  private func scan(_ text: String) -> RequestScanner.Request? {
    Array(text.utf8).withUnsafeBufferPointer { RequestScanner.request(in: $0) }
  }

  private let plain = "GET /c/slug?sub1=a HTTP/1.1\r\nHost: x.test\r\nUser-Agent: Mozilla/5.0\r\n\r\n"

  @Test func aPlainRequestIsReadToItsBlankLine() throws {
    let request = try #require(scan(plain + "GET /admin HTTP/1.1\r\n"))
    #expect(request.target == "/c/slug?sub1=a")
    #expect(request.fields.host == "x.test")
    #expect(request.fields.visitor.userAgent == "Mozilla/5.0")
    #expect(request.length == plain.utf8.count)
  }

  @Test func everyPrefixOfARequestIsNoRequestYet() {
    for count in 0..<plain.utf8.count {
      #expect(scan(String(decoding: plain.utf8.prefix(count), as: UTF8.self)) == nil, "\(count)")
    }
  }

  @Test func blanksAroundAValueAreNotPartOfIt() throws {
    let request = try #require(scan("GET /c/a HTTP/1.1\r\nhOsT:\t x.test \t\r\nUser-Agent:\r\n\r\n"))
    #expect(request.fields.host == "x.test")
    #expect(request.fields.visitor.userAgent == "")
  }

  @Test(arguments: [
    "HEAD /c/a HTTP/1.1\r\nHost: x\r\n\r\n", "POST /postback HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET /admin HTTP/1.1\r\nHost: x\r\n\r\n", "GET http://x/c/a HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET /c/a HTTP/1.0\r\nHost: x\r\n\r\n", "GET /c/a HTTP/2.0\r\nHost: x\r\n\r\n", "GET /c/a\r\nHost: x\r\n\r\n",
    "GET  /c/a HTTP/1.1\r\nHost: x\r\n\r\n", "GET /c/a  HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET /c/\u{E9} HTTP/1.1\r\nHost: x\r\n\r\n", "GET /c/a\u{0} HTTP/1.1\r\nHost: x\r\n\r\n",
    "get /c/a HTTP/1.1\r\nHost: x\r\n\r\n", "\r\nGET /c/a HTTP/1.1\r\nHost: x\r\n\r\n",
  ])
  func otherRequestLinesAreTheDecoders(_ text: String) { #expect(scan(text) == nil) }

  @Test(arguments: [
    "", "Host: x\r\nHost: x\r\n", "Host : x\r\n", "Host: x\r\n folded\r\n", "Host: x\nX: y\r\n", "Host: x\r\nX\r\n",
    "Host: x\r\n: y\r\n", "Host: x\r\nX: a\u{0}b\r\n", "Host: x\r\nX: a\rb\r\n", "Host: x\r\nX: a\u{7F}\r\n",
    "Host: x\r\nX y: z\r\n", "Host: x\r\nContent-Length: 0\r\n", "Host: x\r\nTransfer-Encoding: chunked\r\n",
    "Host: x\r\nConnection: close\r\n", "Host: x\r\nConnection: keep-alive, close\r\n", "Host: x\r\nUpgrade: h2c\r\n",
    "Host: x\r\nExpect: 100-continue\r\n", "Host: x\r\nTE: trailers\r\n", "Host: x\r\nTrailer: X\r\n",
    "Host: x\r\nX: " + String(repeating: "x", count: 17_000) + "\r\n",
    "Host: x\r\n" + String(repeating: "X: y\r\n", count: 64),
  ])
  func doubtfulFieldsAreTheDecoders(_ fields: String) {
    #expect(scan("GET /c/a HTTP/1.1\r\n\(fields)\r\n") == nil)
  }

  @Test func anythingMayComeAndOnlyWholeRequestsAreTaken() {
    var generator = SystemRandomNumberGenerator()
    let pieces = [
      "GET ", "/c/a", "/offer/x/1", " HTTP/1.1", "\r\n", "\n", "\r", "Host: x", "Host:", "X: y", " ", "\t", ":",
      "Content-Length: 3", "Connection: keep-alive", "\u{0}", "é", "abc",
    ]
    for _ in 0..<50_000 {
      let text = (0..<Int.random(in: 1...14, using: &generator)).map { _ in
        pieces.randomElement(using: &generator) ?? ""
      }
      .joined()
      guard let request = scan(text) else { continue }
      let head = String(decoding: Array(text.utf8)[..<request.length], as: UTF8.self)
      #expect(head.hasPrefix("GET /") && head.hasSuffix("\r\n\r\n"))
      #expect(head.ranges(of: "\r\n\r\n").count == 1, "\(text.debugDescription)")
      #expect(!head.contains("Content-Length") && head.lowercased().ranges(of: "\r\nhost:").count == 1)
    }
  }
}
