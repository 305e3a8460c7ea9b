import ClickPath
import Core
import Security
import TestSupport
import Testing

@testable import TenantTracker

@Suite struct DomainTests {
  private static let ours = "203.0.113.7"

  /// A tracker whose address is ``ours``, in a world of the test's own.
  private func withWorld(
    _ environment: [String: String] = [:], _ body: (RunningTracker, FakeDNS, TestHTTPClient) async throws -> Void
  ) async throws {
    let dns = FakeDNS()
    try await withTracker(
      environment.merging(["PUBLIC_URL": "http://\(Self.ours)"]) { given, _ in given },
      change: {
        $0.dns = dns.client
        $0.certificates = dns.probe
      }
    ) { tracker in try await body(tracker, dns, try await tracker.admin()) }
  }

  private func add(_ host: String, _ admin: TestHTTPClient) async throws -> (json: JSONValue, path: String) {
    let answer = try await admin.post("/admin/api/domains", json: ["host": .string(host)])
    try #require(answer.status == 201, "\(answer.text)")
    return (answer.json, "/admin/api/domains/\(answer.json["id"]?.intValue ?? 0)")
  }

  @Test func aDomainIsVerifiedByItsTextAndItsAddressTogether() async throws {
    try await withWorld { tracker, dns, admin in
      let domain = try await add("track.example.com", admin)
      let record = try #require(domain.json["verification"])
      #expect(record["name"] == "_trackily.track.example.com")
      let value = try #require(record["value"]?.stringValue)
      #expect(value.wholeMatch(of: /trackily-verification=[0-9a-f]{32}/) != nil)

      func check() async throws -> JSONValue { try await admin.post("\(domain.path)/verify", json: [:]).json }
      let nothing = try await check()
      #expect(nothing["status"] == "failed")
      #expect(
        nothing["problem"]?.stringValue
          == "There is no TXT record at _trackily.track.example.com yet; it must say \(value). "
          + "track.example.com has no A, AAAA or CNAME record yet; it must have an A record for \(Self.ours).")

      dns.set {
        $0.texts["_trackily.track.example.com"] = ["trackily-verification=guessed"]
        $0.addresses["track.example.com"] = ["198.51.100.1", "2001:db8::1"]
      }
      let wrong = try await check()
      #expect(
        wrong["problem"]?.stringValue
          == "The TXT record at _trackily.track.example.com says “trackily-verification=guessed”; it must say \(value). "
          + "track.example.com points to 198.51.100.1, 2001:db8::1; it must have an A record for \(Self.ours).")
      #expect(wrong["checks"]?.arrayValue?.map { $0["ok"] } == [false, false])

      dns.set { $0.addresses["track.example.com"] = [Self.ours] }
      #expect(try await check()["status"] == "failed")
      #expect(tracker.parts.snapshots.current.place(forHost: "track.example.com") == nil)
      dns.set { $0.texts["_trackily.track.example.com"]?.append(value) }
      let right = try await check()
      #expect(right["status"] == "verified" && right["problem"] == .null)
      #expect(tracker.parts.snapshots.current.place(forHost: "track.example.com") != nil)
    }
  }

  @Test func ofTwoTenantsOnlyTheOneWithTheTokenGetsTheHost() async throws {
    let token = "the-control-token-of-the-tests-is-long"
    try await withWorld(["CONTROL_TOKEN": token]) { tracker, dns, admin in
      let made = try await tracker.client(token: token).post(
        "/control/v1/tenants",
        json: [
          "slug": "acme", "name": "Acme", "domains": ["acme.test"],
          "admin": ["email": "a@acme.test", "password": .string(RunningTracker.password)],
        ])
      #expect(made.status == 201, "\(made.text)")
      let acme = try #require(try await tracker.tracker.catalog.find(slug: "acme"))
      let visitor = TestHTTPClient(port: tracker.port, host: "acme.test")
      let login = try await visitor.post(
        "/admin/api/login", json: ["email": "a@acme.test", "password": .string(RunningTracker.password)])
      let other = TestHTTPClient(
        port: tracker.port, host: "acme.test",
        headers: [("Authorization", "Bearer \(login.json["token"]?.stringValue ?? "")")])

      let (mine, theirs) = (try await add("track.example.com", admin), try await add("track.example.com", other))
      #expect(mine.json["verification"]?["value"] != theirs.json["verification"]?["value"])
      dns.setUp(theirs.json, at: Self.ours)
      #expect(try await admin.post("\(mine.path)/verify", json: [:]).json["status"] == "failed")
      #expect(try await other.post("\(theirs.path)/verify", json: [:]).json["status"] == "verified")
      #expect(tracker.parts.snapshots.current.place(forHost: "track.example.com")?.tenant.id == acme.id)

      // Whoever can write both records changes nothing; who has lost his loses the host.
      dns.setUp(mine.json, at: Self.ours)
      let second = try await admin.post("\(mine.path)/verify", json: [:])
      #expect(second.json["status"] == "failed")
      #expect(second.json["problem"]?.stringValue?.contains("another account") == true)
      dns.set { $0.texts = [:] }
      dns.setUp(mine.json, at: Self.ours)
      #expect(try await admin.post("\(mine.path)/verify", json: [:]).json["status"] == "verified")
      #expect(tracker.parts.snapshots.current.place(forHost: "track.example.com")?.tenant.id == tracker.tenant.id)

      // What the operator gave is nobody's to take.
      let operators = try await add("acme.test", admin)
      dns.setUp(operators.json, at: Self.ours)
      #expect(try await admin.post("\(operators.path)/verify", json: [:]).json["status"] == "failed")
    }
  }

  @Test func anAliasOfTheTrackersNameIsEnough() async throws {
    try await withWorld(["PUBLIC_URL": "https://trackily.example.net"]) { tracker, dns, admin in
      let domain = try await add("go.example.com", admin)
      dns.setUp(domain.json, at: "198.51.100.9")
      dns.set {
        $0.addresses = ["trackily.example.net": ["198.51.100.9"]]
        $0.aliases["go.example.com"] = "trackily.example.net"
      }
      #expect(domain.json["verification"] != nil)
      #expect(try await admin.post("\(domain.path)/verify", json: [:]).json["status"] == "verified")
    }
  }

  @Test func aNameServersBadDayEndsNoTracking() async throws {
    try await withWorld { tracker, dns, admin in
      let domain = try await add("track.example.com", admin)
      dns.setUp(domain.json, at: Self.ours)
      #expect(try await admin.post("\(domain.path)/verify", json: [:]).json["status"] == "verified")
      dns.set { $0.isDown = true }
      let checked = try await admin.post("\(domain.path)/verify", json: [:]).json
      #expect(checked["status"] == "verified")
      #expect(checked["problem"]?.stringValue?.contains("did not answer in time") == true)
      #expect(tracker.parts.snapshots.current.place(forHost: "track.example.com") != nil)
    }
  }

  @Test func providerAndCertificateAreShown() async throws {
    try await withWorld { tracker, dns, admin in
      let now = tracker.clock.now()
      dns.set {
        $0.nameServers["example.com"] = ["ada.ns.cloudflare.com", "bob.ns.cloudflare.com"]
        $0.addresses["track.example.com"] = ["104.16.0.1"]
        $0.certificates["track.example.com"] = ServerCertificate(
          subject: "CN = track.example.com", issuer: "O = Let's Encrypt", names: ["track.example.com"],
          notBefore: now - .days(80), notAfter: now + .days(9) + .hours(3), isTrusted: true)
      }
      let domain = try await add("track.example.com", admin)
      let shown = try await admin.post("\(domain.path)/verify", json: [:]).json
      #expect(shown["provider"] == "Cloudflare")
      #expect(shown["name_servers"] == ["ada.ns.cloudflare.com", "bob.ns.cloudflare.com"])
      #expect(shown["problem"]?.stringValue?.contains("switch it from Proxied to DNS only") == true)
      #expect(shown["certificate"]?["status"] == "expiring" && shown["certificate"]?["days_left"] == 9)
      #expect(shown["certificate"]?["issuer"] == "O = Let's Encrypt")
      // Days go by without another look.
      tracker.clock.advance(by: .days(10))
      #expect(try await admin.get(domain.path).json["certificate"]?["status"] == "expired")
    }
  }

  @Test func upkeepLooksAgainAfterADay() async throws {
    try await withWorld { tracker, dns, admin in
      let domain = try await add("track.example.com", admin)
      dns.setUp(domain.json, at: Self.ours)
      let verification = tracker.parts.adminAPI.domainVerification
      func recheck() async {
        await verification.recheck([tracker.tenant]) { [tracker = tracker.tracker] in try tracker.scope(of: $0) }
      }
      await recheck()
      #expect(try await admin.get(domain.path).json["status"] == "pending")
      tracker.clock.advance(by: .hours(25))
      await recheck()
      #expect(try await admin.get(domain.path).json["status"] == "verified")
    }
  }

  @Test func theBareHostAnswersAsItsSettingsSay() async throws {
    try await withWorld { tracker, dns, admin in
      let offer = try await admin.post(
        "/admin/api/offers", json: ["name": "O", "url": "https://o.example/", "currency": "USD"])
      let campaign = try await admin.post(
        "/admin/api/campaigns", json: ["name": "C", "slug": "c", "offer_id": .optional(offer.json["id"])])
      let domain = try await add("track.example.com", admin)
      dns.setUp(domain.json, at: Self.ours)
      #expect(try await admin.post("\(domain.path)/verify", json: [:]).json["status"] == "verified")
      let visitor = TestHTTPClient(port: tracker.port, host: "track.example.com")

      #expect(try await visitor.get("/").status == 404)
      #expect(try await visitor.get("/robots.txt").text == "User-agent: *\nDisallow: /\n")
      #expect(try await visitor.get("/admin").status == 404)

      func set(_ change: JSONValue) async throws {
        let answer = try await admin.patch(domain.path, json: change)
        #expect(answer.status == 200, "\(answer.text)")
      }
      try await set(["root": "redirect", "root_url": "https://www.example.com/", "robots": "allow"])
      let redirect = try await visitor.get("/?x=1")
      #expect(redirect.status == 302 && redirect.location == "https://www.example.com/")
      #expect(redirect.clickID == nil)
      #expect(try await visitor.get("/robots.txt").text == "User-agent: *\nAllow: /\n")

      try await set([
        "root": "campaign", "root_campaign_id": .optional(campaign.json["id"]), "robots": "custom",
        "robots_text": "User-agent: Bot\r\nDisallow: /c/",
      ])
      let click = try await visitor.get("/?sub1=bare")
      #expect(click.status == 302 && click.location?.hasPrefix("https://o.example/") == true && click.clickID != nil)
      #expect(try await visitor.get("/robots.txt").text == "User-agent: Bot\nDisallow: /c/\n")
      #expect(try await visitor.send("HEAD", "/robots.txt").status == 200)
      #expect(try await visitor.send("POST", "/", body: []).status == 405)

      // A campaign that a domain leads to can't go.
      let path = "/admin/api/campaigns/\(campaign.json["id"]?.intValue ?? 0)"
      #expect(try await admin.delete(path).status == 409)
      try await set(["root": "not_found"])
      #expect(try await visitor.get("/").status == 404)
      #expect(try await admin.delete(path).status == 204)

      // The dashboard's own host keeps its start page; crawlers are kept out there too. A stranger's host is nobody's.
      #expect(try await tracker.visitor.get("/").location == "/admin")
      #expect(try await tracker.visitor.get("/robots.txt").text == "User-agent: *\nDisallow: /\n")
      for host in ["nobody.example", "example.com", "track.example.com.evil.test"] {
        let stranger = TestHTTPClient(port: tracker.port, host: host)
        for path in ["/", "/robots.txt", "/c/c", "/admin"] {
          #expect(try await stranger.get(path).status == 404, "\(host)\(path)")
        }
      }
    }
  }

  @Test func whatADomainMayNotBeIsSaidByField() async throws {
    try await withWorld { _, _, admin in
      let cases: [(JSONValue, String)] = [
        (["host": "track.example.com", "root": "campaign"], "root_campaign_id"),
        (["host": "track.example.com", "root": "campaign", "root_campaign_id": 99], "root_campaign_id"),
        (["host": "track.example.com", "root": "redirect"], "root_url"),
        (["host": "track.example.com", "root": "redirect", "root_url": "javascript:alert(1)"], "root_url"),
        (["host": "track.example.com", "robots": "custom", "robots_text": "  "], "robots_text"),
        (["host": "track.example.com", "robots_text": .string(String(repeating: "x", count: 8_193))], "robots_text"),
        (["host": "track.example.com", "robots": "maybe"], "robots"),
        (["host": "track.example.com", "group_name": .string(String(repeating: "x", count: 61))], "group_name"),
        (["host": "192.0.2.1"], "host"), (["host": "localhost"], "host"),
      ]
      for (body, field) in cases {
        let answer = try await admin.post("/admin/api/domains", json: body)
        #expect(answer.status == 422, "\(field): \(answer.text)")
        #expect(answer.json["errors"]?.arrayValue?.first?["field"] == .string(field), "\(answer.text)")
      }
    }
  }

  @Test func domainsAreListedByGroup() async throws {
    try await withWorld { _, _, admin in
      for (host, group) in [("a.example.com", "Push"), ("b.example.com", ""), ("c.example.com", "Push")] {
        let body: JSONValue = ["host": .string(host), "group_name": .string(group)]
        #expect(try await admin.post("/admin/api/domains", json: body).status == 201)
      }
      let list = try await admin.get("/admin/api/domains?group_name=Push&sort=id").json
      #expect(list["items"]?.arrayValue?.map { $0["host"] } == ["a.example.com", "c.example.com"])
    }
  }
}
