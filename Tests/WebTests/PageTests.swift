import Core
import HTTPTypes
import TestSupport
import Testing

@testable import Web

@Suite struct PageTests {
  func withPages(
    settings: WebSettings = WebSettings(address: "127.0.0.1", port: 0), _ body: (TestHTTPClient) async throws -> Void
  ) async throws {
    try await withServer([SamplePages.mount], settings: settings, translate: SampleAPI.translate) { port in
      try await body(TestHTTPClient(port: port))
    }
  }

  func signIn(_ client: TestHTTPClient, as name: String) async throws {
    #expect(try await client.post("/admin/login", form: [("name", name)]).status == 303)
  }

  /// The token in a page's form.
  func token(of page: TestHTTPAnswer) throws -> String {
    let start = try #require(page.text.firstRange(of: "value=\"")).upperBound
    return String(page.text[start...].prefix { $0 != "\"" })
  }

  @Test func withoutASessionTheBrowserGoesToTheSignInAndComesBack() async throws {
    try await withPages { client in
      let answer = try await client.get("/admin/campaigns?q=a%20b")
      #expect(answer.status == 303)
      let location = try #require(answer.header("Location"))
      #expect(location == "/admin/login?return_to=%2Fadmin%2Fcampaigns%3Fq%3Da%2520b")
      #expect(try await client.get(location).text.contains("/admin/campaigns?q=a%20b"))
      #expect(try await client.post("/admin/campaigns", form: []).header("Location") == "/admin/login")
    }
  }

  @Test func htmxIsToldByHeader() async throws {
    try await withPages { client in
      let answer = try await client.get("/admin/campaigns", headers: [("HX-Request", "true")])
      #expect(answer.status == 401 && answer.header("HX-Redirect") == "/admin/login")
    }
  }

  @Test func theSessionCookieIsOutOfReachOfScriptsAndOtherPaths() async throws {
    try await withPages { client in
      let answer = try await client.post("/admin/login", form: [("name", "admin")])
      #expect(answer.header("Set-Cookie") == "_session=admin; Path=/admin; Max-Age=3600; HttpOnly; SameSite=Lax")
      #expect(try await client.get("/admin").status == 200)
    }
    let settings = WebSettings(address: "127.0.0.1", port: 0, httpsHosts: ["127.0.0.1"])
    try await withPages(settings: settings) { client in
      let answer = try await client.post("/admin/login", form: [("name", "admin")])
      #expect(answer.header("Set-Cookie")?.contains("; Secure") == true)
      #expect(answer.header("Strict-Transport-Security") == "max-age=31536000")
    }
  }

  @Test func aFormNeedsItsSessionsToken() async throws {
    try await withPages { client in
      try await signIn(client, as: "admin")
      let page = try await client.get("/admin")
      let token = try token(of: page)
      #expect(try await client.post("/admin/campaigns", form: [("_csrf", token)]).status == 303)
      let byHeader = try await client.post("/admin/campaigns", form: [], headers: [("X-CSRF-Token", token)])
      #expect(byHeader.status == 303)
      let foreign = SamplePages.csrf.token(for: "viewer")
      for wrong in ["", "x", foreign, String(token.dropLast()), token + "A"] {
        let answer = try await client.post("/admin/campaigns", form: [("_csrf", wrong)])
        #expect(answer.status == 403, "\(wrong)")
        #expect(answer.text.contains("Not from this page"))
      }
      #expect(try await client.post("/admin/campaigns", form: []).status == 403)
    }
  }

  @Test func otherSitesCannotPost() async throws {
    try await withPages { client in
      try await signIn(client, as: "admin")
      let token = try token(of: try await client.get("/admin"))
      func status(_ headers: [(String, String)], path: String = "/admin/campaigns") async throws -> Int {
        try await client.post(path, form: [("_csrf", token), ("name", "admin")], headers: headers).status
      }
      let host = try await client.get("/admin").status == 200 ? "own.test:8080" : ""
      #expect(try await status([("Host", host), ("Origin", "http://own.test:8080")]) == 303)
      #expect(try await status([("Host", "own.test"), ("Origin", "https://OWN.test:443")]) == 303)
      #expect(try await status([("Sec-Fetch-Site", "same-origin")]) == 303)
      #expect(try await status([("Sec-Fetch-Site", "none")]) == 303)
      for refused in [
        ("Origin", "http://evil.test"), ("Origin", "null"), ("Origin", "http://own.test:1"), ("Origin", "own.test"),
        ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Site", "same-site"),
      ] {
        #expect(try await status([("Host", "own.test"), refused]) == 403, "\(refused)")
        #expect(try await status([("Host", "own.test"), refused], path: "/admin/login") == 403, "\(refused)")
      }
    }
  }

  @Test func tokensLookDifferentOnEachPageAndAllHold() {
    let guardian = SamplePages.csrf
    let tokens = Set((0..<20).map { _ in guardian.token(for: "session") })
    #expect(tokens.count == 20)
    #expect(tokens.allSatisfy { guardian.accepts($0, for: "session") && !guardian.accepts($0, for: "other") })
    #expect(!CSRFGuard(key: Array(repeating: 8, count: 32)).accepts(tokens.first, for: "session"))
    #expect(!guardian.accepts(nil, for: "session"))
  }

  @Test func aFlashMessageIsShownOnce() async throws {
    try await withPages { client in
      try await signIn(client, as: "admin")
      let token = try token(of: try await client.get("/admin"))
      let saved = try await client.post("/admin/campaigns", form: [("_csrf", token), ("name", "<b>ü")])
      #expect(saved.header("Location") == "/admin")
      #expect(saved.header("Set-Cookie")?.contains("Max-Age=60; HttpOnly") == true)
      #expect(try await client.get("/admin").text.contains("Saved &lt;b&gt;ü."))
      let again = try await client.get("/admin")
      #expect(!again.text.contains("Saved"))
    }
  }

  @Test func aForgedFlashMessageIsNotShown() async throws {
    try await withPages { client in
      let message = Array(#"{"kind":"info","message":"Call 555"}"#.utf8).base64url
      let cookie = "_session=admin; _flash=\(message).\(RandomBytes.make(32).base64url)"
      let page = try await client.get("/admin", headers: [("Cookie", cookie)])
      #expect(page.status == 200 && !page.text.contains("555"))
    }
  }

  @Test func refusalsArePages() async throws {
    try await withPages { client in
      try await signIn(client, as: "viewer")
      let denied = try await client.post(
        "/admin/campaigns", form: [("_csrf", SamplePages.csrf.token(for: "viewer"))])
      #expect(denied.status == 403 && denied.header("Content-Type") == "text/html; charset=utf-8")
      #expect(denied.text.contains("Not allowed") && denied.text.contains("<nav>2</nav>"))
      #expect(try await client.get("/admin/unknown").status == 404)
      #expect(try await client.send("DELETE", "/admin/campaigns").header("Allow") == "GET, HEAD, POST")
      let failed = try await client.get("/admin/secretive")
      #expect(failed.status == 500 && !failed.text.contains("hunter2"))
    }
  }

  @Test func aPageWithoutItsFeatureIs200AndSaysWhichPlanHasIt() async throws {
    try await withPages { client in
      try await signIn(client, as: "admin")
      let answer = try await client.get("/admin/automation")
      #expect(answer.status == 200 && answer.text.contains("Pro"))
    }
  }

  @Test func anInitialPasswordLeadsToItsPage() async throws {
    try await withPages { client in
      try await signIn(client, as: "newcomer")
      #expect(try await client.get("/admin/campaigns").header("Location") == "/admin/password")
      #expect(try await client.get("/admin/password").status == 200)
    }
  }

  @Test func theStartPageHasOneAddress() async throws {
    try await withPages { client in
      try await signIn(client, as: "admin")
      #expect(try await client.get("/admin").status == 200)
      #expect(try await client.get("/admin/").header("Location") == "/admin")
    }
  }

  @Test func filesAreUploaded() async throws {
    try await withPages { client in
      try await signIn(client, as: "admin")
      let body =
        "--B\r\nContent-Disposition: form-data; name=\"_csrf\"\r\n\r\n\(SamplePages.csrf.token(for: "admin"))\r\n"
        + "--B\r\nContent-Disposition: form-data; name=\"page\"; filename=\"<x>.html\"\r\n"
        + "Content-Type: text/html\r\n\r\n<html>\r\n</html>\r\n--B--\r\n"
      let answer = try await client.send(
        "POST", "/admin/upload", headers: [("Content-Type", "multipart/form-data; boundary=B")], body: Array(body.utf8))
      #expect(answer.text == "<p>&lt;x&gt;.html: 15</p>")
    }
  }

  @Test func onlyPathsOfThisHostAreComeBackTo() {
    for path in ["/admin", "/admin/campaigns?q=1", "/"] { #expect(ReturnPath(path)?.description == path) }
    for evil in [
      "//evil.test", "https://evil.test", "/\\evil.test", "admin", "", "/a\nb", "/a b", "/ü", "/\u{9}/evil.test",
    ] {
      #expect(ReturnPath(evil) == nil, "\(evil)")
    }
    #expect(ReturnPath(nil) == nil)
  }
}
