import Core
import Security
import TestSupport
import Testing

@testable import TenantTracker

@Suite struct PagesSignInTests {
  @Test func theWayInAndOut() async throws {
    try await PagesWorld.with { world in
      let browser = world.browser()
      let turnedAway = try await browser.get("/admin/campaigns?q=a%20b")
      #expect(turnedAway.status == 303)
      #expect(turnedAway.header("Location") == "/admin/login?return_to=%2Fadmin%2Fcampaigns%3Fq%3Da%2520b")

      let wrong = try await browser.signIn(password: "not the password at all")
      #expect(wrong.status == 401)
      #expect(wrong.text.contains("role=\"alert\"") && wrong.text.contains("value=\"admin@example.com\""))
      #expect(!wrong.text.contains("not the password"))

      let right = try await browser.signIn(returnTo: "/admin/campaigns?q=a%20b")
      #expect(right.status == 303 && right.header("Location") == "/admin/campaigns?q=a%20b")
      let cookie = try #require(right.header("Set-Cookie"))
      #expect(cookie.hasPrefix("tly_session=") && cookie.contains("Path=/admin;"))
      #expect(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"))
      #expect(try await browser.get("/admin").status == 200)

      let session = try #require(try await browser.client.cookie("tly_session"))
      #expect(try await browser.post("/admin/logout").header("Location") == "/admin/login")
      let again = try await world.browser().client.get("/admin", headers: [("Cookie", "tly_session=\(session)")])
      #expect(again.status == 303, "the session must be over on the server, too")
    }
  }

  @Test(arguments: ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
  func nobodyIsSentElsewhere(address: String) async throws {
    try await PagesWorld.with { world in
      let answer = try await world.browser().signIn(returnTo: address)
      #expect(answer.header("Location") == "/admin")
    }
  }

  @Test func failuresAreLimited() async throws {
    try await PagesWorld.with { world in
      let browser = world.browser()
      for _ in 0..<10 { #expect(try await browser.signIn(password: "wrong wrong wrong").status == 401) }
      let limited = try await browser.signIn()
      #expect(limited.status == 429)
      #expect(limited.header("Retry-After") != nil && limited.text.contains("role=\"alert\""))
    }
  }

  @Test func aTokenOfTheAPIOpensNoPage() async throws {
    try await PagesWorld.with { world in
      let scope = try world.scope
      let (token, _) = try await world.tracker.accounts.signIn(
        .init(
          email: PagesWorld.email, password: PagesWorld.password, totp: nil, address: IPAddress(v4: 0x7F00_0001),
          userAgent: "", kind: .bearer), to: scope)
      let client = world.browser().client
      #expect(try await client.get("/admin", headers: [("Authorization", "Bearer \(token.text)")]).status == 303)
      #expect(try await client.get("/admin", headers: [("Cookie", "tly_session=\(token.text)")]).status == 303)
    }
  }

  @Test func theInitialPasswordMustGoFirst() async throws {
    try await PagesWorld.with(mustChangePassword: true) { world in
      let browser = try await world.signedIn()
      #expect(try await browser.get("/admin/campaigns").header("Location") == "/admin/account/password")
      #expect(try await browser.get("/admin/account/password").status == 200)
      let common = try await browser.post(
        "/admin/account/password", [("current", PagesWorld.password), ("new", "password1234")])
      #expect(common.status == 422 && common.text.contains("New is among the passwords that are tried first."))
      let changed = try await browser.post(
        "/admin/account/password", [("current", PagesWorld.password), ("new", "a better phrase than before")])
      #expect(changed.status == 303 && changed.header("Location") == "/admin")
      #expect(try await browser.get("/admin/campaigns").status == 200)
    }
  }

  @Test func anInvitationSetsAPasswordOnce() async throws {
    try await PagesWorld.with { world in
      let admin = try await world.signedIn()
      let made = try await admin.post("/admin/users", [("email", "new@example.com"), ("role", "viewer")])
      #expect(made.status == 200)
      let token = try #require(made.text.firstMatch(of: /\/admin\/invitation#(tlyi_[A-Za-z0-9_-]+)/)).1.description

      let guest = world.browser()
      #expect(try await guest.get("/admin/invitation").status == 200)
      let short = try await guest.client.post("/admin/invitation", form: [("token", token), ("password", "short")])
      #expect(short.status == 422 && short.text.contains("Password must have at least 12 characters."))
      let fields = [("token", token), ("password", PagesWorld.password)]
      #expect(try await guest.client.post("/admin/invitation", form: fields).header("Location") == "/admin/login")
      #expect(try await guest.client.post("/admin/invitation", form: fields).status == 404)
      #expect(try await guest.signIn(email: "new@example.com").status == 303)
    }
  }

  @Test func oneTimeCodesAreAskedFor() async throws {
    try await PagesWorld.with { world in
      let browser = try await world.signedIn()
      let page = try await browser.get("/admin/account/two-factor")
      let secret = try #require(page.text.firstMatch(of: /name="secret" value="([^"]+)"/)).1.description
      let totp = try #require(TOTP(typedSecret: secret))
      let wrong = try await browser.post("/admin/account/two-factor", [("secret", secret), ("code", "000000")])
      #expect(wrong.status == 422 && wrong.text.contains("value=\"\(secret)\""))
      let now = world.tracker.clock.now()
      let on = try await browser.post(
        "/admin/account/two-factor", [("secret", secret), ("code", totp.code(at: now))])
      #expect(on.status == 200)
      let recovery = try #require(on.text.firstMatch(of: /<li><code>([a-z0-9-]+)<\/code>/)).1.description

      let second = world.browser()
      let asked = try await second.signIn()
      #expect(asked.status == 401 && asked.text.contains("name=\"totp\""))
      #expect(try await second.signIn(code: recovery).status == 303)
      #expect(try await world.browser().signIn(code: recovery).status == 401, "a recovery code works once")

      let off = try await browser.post("/admin/account/two-factor/disable", [("password", PagesWorld.password)])
      #expect(off.status == 303)
      #expect(try await world.browser().signIn().status == 303)
    }
  }
}
