import Core
import Logging
import Synchronization
import TestSupport
import Testing

@testable import Web

@Suite struct EdgeTests {
  let api = SampleAPI()
  let authorization = [("Authorization", "Bearer admin")]

  @Test func anUnknownErrorHidesItsDetailsAndIsLoggedWithTheRequestsID() async throws {
    let log = MemoryLog()
    try await withServer([api.mount], logger: log.logger) { port in
      let answer = try await TestHTTPClient(port: port, headers: authorization).get("/api/secretive")
      #expect(answer.status == 500 && answer.code == "internal_error")
      #expect(!answer.text.contains("hunter2") && !answer.text.contains("SELECT"))
      let id = try #require(answer.header("X-Request-Id"))
      #expect(log.lines.contains { $0.contains("request failed") && $0.contains(id) && $0.contains("error") })
    }
  }

  @Test func aKnownErrorOfAnotherLayerIsTranslated() async throws {
    try await withServer([api.mount], translate: SampleAPI.translate) { port in
      let answer = try await TestHTTPClient(port: port, headers: authorization).get("/api/database")
      #expect(answer.status == 503 && answer.code == "unavailable" && answer.header("Retry-After") == "5")
    }
  }

  @Test func theAccessLogHasTheRouteButNoQueryAndNoSecretOfThePath() async throws {
    let log = MemoryLog()
    try await withServer([api.mount], logger: log.logger) { port in
      let client = TestHTTPClient(port: port, headers: authorization)
      _ = try await client.get("/api/tags/s3cret?note=s3cret")
      _ = try await client.get("/api/campaigns/42")
      _ = try await client.get("/s3cret")
    }
    let requests = log.lines.filter { $0.hasPrefix("request ") }
    #expect(requests.contains { $0.contains("route=/api/tags/{tag} ") && $0.contains("status=200") })
    #expect(requests.contains { $0.contains("route=/api/campaigns/42 ") })
    #expect(!log.lines.contains { $0.contains("s3cret") || $0.contains("Bearer") })
  }

  @Test func everyAnswerCarriesTheSecurityHeaders() async throws {
    try await withServer([api.mount, SamplePages.mount]) { port in
      let client = TestHTTPClient(port: port, headers: authorization)
      for path in ["/api/me", "/api/unknown", "/nowhere", "/admin/login"] {
        let answer = try await client.get(path)
        #expect(answer.header("X-Content-Type-Options") == "nosniff")
        #expect(answer.header("Referrer-Policy") == "same-origin")
        #expect(answer.header("Cache-Control") == "no-store")
        #expect(answer.header("Server") == nil)
        #expect(answer.header("Strict-Transport-Security") == nil)
        #expect(answer.header("X-Request-Id")?.isEmpty == false)
        #expect(answer.header("Date") != nil)
      }
      let policy = try await client.get("/admin/login").header("Content-Security-Policy")
      #expect(policy?.contains("script-src 'self'") == true && policy?.contains("frame-ancestors 'none'") == true)
      #expect(try await client.get("/api/me").header("Content-Security-Policy")?.contains("default-src 'none'") == true)
    }
  }

  @Test func onlyTrustedProxiesSayWhoTheClientIs() async throws {
    let forwarded = [("X-Forwarded-For", "198.51.100.7, 203.0.113.9"), ("X-Request-Id", "abcdef-123456")]
    try await withServer([api.mount]) { port in
      let answer = try await TestHTTPClient(port: port, headers: authorization).get("/api/me", headers: forwarded)
      #expect(answer.json["client"] == "127.0.0.1")
      #expect(answer.header("X-Request-Id") != "abcdef-123456")
    }
    let trusting = WebSettings(
      address: "127.0.0.1", port: 0, trustedProxies: try #require(TrustedProxies(list: "127.0.0.1/32,203.0.113.0/24")))
    try await withServer([api.mount], settings: trusting) { port in
      let client = TestHTTPClient(port: port, headers: authorization)
      let answer = try await client.get("/api/me", headers: forwarded)
      #expect(answer.json["client"] == "198.51.100.7")
      #expect(answer.header("X-Request-Id") == "abcdef-123456")
      #expect(
        try await client.get("/api/me", headers: [("X-Forwarded-For", "2001:db8::1")]).json["client"] == "2001:db8::1")
      #expect(try await client.get("/api/me").json["client"] == "127.0.0.1")
      #expect(
        try await client.get("/api/me", headers: [("X-Forwarded-Proto", "https")])
          .header("Strict-Transport-Security") != nil)
      let forged = try await client.get("/api/me", headers: [("X-Request-Id", "a b\"c<script>")])
      #expect(forged.header("X-Request-Id") != "a b\"c<script>")
    }
  }

  @Test func longAnswersArePackedForWhoUnpacks() async throws {
    try await withServer([api.mount, SamplePages.mount]) { port in
      let client = TestHTTPClient(port: port, headers: authorization + [("Cookie", "_session=admin")])
      let plain = try await client.get("/api/long")
      #expect(plain.header("Content-Encoding") == nil && plain.header("Vary") == "Accept-Encoding")
      for accepted in ["gzip", "deflate, gzip;q=0.5", "*"] {
        let packed = try await client.get("/api/long", headers: [("Accept-Encoding", accepted)])
        #expect(packed.header("Content-Encoding") == "gzip" && packed.body.count < plain.body.count / 10)
        #expect(try gunzip(packed.body) == plain.body)
      }
      for refused in ["gzip;q=0", "br", "identity", "gzip; q=0.0"] {
        let answer = try await client.get("/api/long", headers: [("Accept-Encoding", refused)])
        #expect(answer.header("Content-Encoding") == nil, "\(refused)")
      }
      #expect(try await client.get("/api/me", headers: [("Accept-Encoding", "gzip")]).header("Content-Encoding") == nil)
      #expect(
        try await client.get("/admin/long", headers: [("Accept-Encoding", "gzip")]).header("Content-Encoding") == "gzip"
      )
    }
  }

  @Test func streamsArriveWholeOrVisiblyBroken() async throws {
    try await withServer([api.mount]) { port in
      let client = TestHTTPClient(port: port, headers: authorization)
      let stream = try await client.get("/api/stream")
      #expect(stream.text.split(separator: "\n").count == 1_000)
      #expect(stream.header("Content-Disposition") == "attachment; filename=\"stats_2026.csv\"")
      await #expect(throws: TestHTTPError.self) { try await client.get("/api/broken-stream") }
      #expect(try await client.get("/api/me").status == 200)
    }
  }

  @Test func observersSeeRouteAndStatus() async throws {
    let seen = Mutex<[String]>([])
    try await withServer(
      [api.mount],
      observe: { answered in seen.withLock { $0.append("\(answered.method) \(answered.route) \(answered.status)") } }
    ) { port in
      _ = try await TestHTTPClient(port: port).get("/api/campaigns/7")
      _ = try await TestHTTPClient(port: port).get("/nowhere")
    }
    #expect(seen.withLock { $0 } == ["GET /api/campaigns/{id} 401", "GET * 404"])
  }

  @Test func theLongestPrefixAnswers() async throws {
    var root = RouteTable<Void, NoSession>()
    root.open(.get, "/", "Start.") { _ in .redirect(to: "/admin") }
    root.open(.get, "/healthz", "Alive.") { _ in .text("ok") }
    let mounts = [Mount("", root, RouteHooks(locate: { _ in })), api.mount, SamplePages.mount]
    try await withServer(mounts) { port in
      let client = TestHTTPClient(port: port)
      let start = try await client.get("/")
      #expect(start.header("Location") == "/admin")
      #expect(try await client.get("/healthz").text == "ok")
      #expect(try await client.get("/healthz/").header("Location") == "/healthz")
      #expect(try await client.get("/api/me").status == 401)
      #expect(try await client.get("/nothing").status == 404)
      #expect(try await client.send("POST", "/healthz").header("Allow") == "GET, HEAD")
    }
  }
}

/// Keeps log lines: message, then sorted metadata.
final class MemoryLog: Sendable {
  private let kept = Mutex<[String]>([])

  var lines: [String] { kept.withLock { $0 } }

  var logger: Logger {
    var logger = Logger(label: "memory", factory: { _ in Handler(log: self) })
    logger.logLevel = .trace
    return logger
  }

  private struct Handler: LogHandler {
    let log: MemoryLog
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.MetadataValue? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      let fields = metadata.merging(event.metadata ?? [:]) { _, new in new }.sorted { $0.key < $1.key }
      let line = "\(event.message) " + fields.map { "\($0.key)=\($0.value) " }.joined()
      log.kept.withLock { $0.append(line) }
    }
  }
}
