import Core
import Licensing
import Security
import TestSupport
import Testing

@testable import LicenseServer

@Suite struct WhiteLabelTests {
  private static let png = [UInt8](
    hex: "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
      + "0000000d49444154789c6360f8cfc0000003010100c9fe92ef0000000049454e44ae426082")!

  private static let brand: JSONObject = [
    "product_name": "Acme Track", "logo": .string(png.base64url), "colors": ["primary": "#0a7744"],
    "support_email": "help@acme.example",
  ]

  private func save(
    _ brand: JSONObject, _ more: JSONObject = [:], of reseller: TestReseller
  ) async throws -> TestHTTPAnswer {
    var settings = brand
    for member in more.members { settings[member.key] = member.value }
    return try await reseller.api.send("PUT", "/reseller/api/brands", json: .object(settings))
  }

  private func branding(_ decision: JSONValue) throws -> Branding? {
    let lease = try #require(decision["lease"]?.stringValue)
    let payload = try #require([UInt8](base64url: String(lease.split(separator: ".")[1])))
    return LeaseClaims(json: try JSONValue.parse(payload))?.branding
  }

  @Test func aLeaseCarriesTheResellersBrandPerDomain() async throws {
    try await withServer { server in
      let reseller = try await server.reseller("acme", ["white_label": true])
      let customer = try await reseller.customer("c@example.com")
      let license = try await reseller.sell(to: customer, "pro", ["max_instances": 5])
      #expect(try branding(try await server.activate(license.key, "before")) == nil)
      #expect(try await save(Self.brand, of: reseller).status == 200)
      let own: JSONObject = ["product_name": "Clicks by Bob", "domain": "Track.Bob.example"]
      #expect(try await save(own, of: reseller).status == 200)
      let all = try branding(try await server.activate(license.key, "a", domain: "other.example"))
      #expect(all?.productName == "Acme Track" && all?.logo?.bytes == Self.png && all?.hidesPoweredBy == false)
      let bob = try branding(try await server.activate(license.key, "b", domain: "track.bob.example"))
      #expect(bob?.productName == "Clicks by Bob" && bob?.logo == nil)
      let beat = try await server.heartbeat(license.key, "before", sequence: 1)
      #expect(try branding(beat)?.productName == "Acme Track")
    }
  }

  @Test func withoutTheAgreementOrThePlanEverythingIsOurs() async throws {
    try await withServer { server in
      let reseller = try await server.reseller("acme", ["white_label": true])
      let customer = try await reseller.customer("c@example.com")
      let license = try await reseller.sell(to: customer)
      #expect(try await save(Self.brand, of: reseller).status == 200)
      _ = try await server.activate(license.key)
      let path = "/api/resellers/\(reseller.id)"
      #expect(try await server.vendor().patch(path, json: ["white_label": false]).status == 200)
      #expect(try branding(try await server.heartbeat(license.key, sequence: 1)) == nil)
      #expect(try await save(Self.brand, of: reseller).code == "white_label_not_agreed")
      #expect(try await server.vendor().patch(path, json: ["white_label": true]).status == 200)
      #expect(try branding(try await server.heartbeat(license.key, sequence: 2))?.productName == "Acme Track")
      // One of our own customers on Pro has no brand, whatever is stored for it.
      let direct = try await server.license("pro", ["customer_email": "d@example.com"])
      #expect(try branding(try await server.activate(direct.key)) == nil)
    }
  }

  @Test func poweredByIsOffOnlyWhenAgreed() async throws {
    try await withServer { server in
      let reseller = try await server.reseller("acme", ["white_label": true])
      let refused = try await save(Self.brand, ["hides_powered_by": true], of: reseller)
      #expect(refused.status == 422 && refused.json["errors"]?.arrayValue?.first?["field"] == "hides_powered_by")
      let path = "/api/resellers/\(reseller.id)"
      _ = try await server.vendor().patch(path, json: ["may_hide_powered_by": true])
      #expect(try await save(Self.brand, ["hides_powered_by": true], of: reseller).status == 200)
      let license = try await reseller.sell(to: try await reseller.customer("c@example.com"))
      #expect(try branding(try await server.activate(license.key))?.hidesPoweredBy == true)
      _ = try await server.vendor().patch(path, json: ["may_hide_powered_by": false])
      #expect(try branding(try await server.heartbeat(license.key, sequence: 1))?.hidesPoweredBy == false)
    }
  }

  @Test func whatCouldBeMisusedIsRefusedByField() async throws {
    try await withServer { server in
      let reseller = try await server.reseller("acme", ["white_label": true])
      let svg = Array("<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>".utf8)
      let wrong: [(JSONObject, String)] = [
        (["product_name": ""], "product_name"), (["product_name": "a\u{7}b"], "product_name"),
        (["product_name": .string(String(repeating: "x", count: 41))], "product_name"),
        (["logo": .string(svg.base64url)], "logo"), (["logo": "not base64!"], "logo"),
        (["logo": .string((Self.png + [0]).base64url)], "logo"),
        (["favicon": .string([UInt8](repeating: 1, count: 9_000).base64url)], "favicon"),
        (["colors": ["primary": "red;}"]], "colors.primary"),
        (["css_variables": ["light": ["--ty-bg": "#fff;} body{display:none"]]], "css_variables.light.--ty-bg"),
        (["css_variables": ["light": ["background": "#fff"]]], "css_variables.light.background"),
        (["css_variables": ["print": [:]]], "css_variables.print"),
        (["support_url": "javascript:alert(1)"], "support_url"), (["support_email": "no"], "support_email"),
        (["sender_name": "A\nBcc: x@y.example"], "sender_name"), (["domain": "http://x.example/"], "domain"),
      ]
      for (more, field) in wrong {
        let answer = try await save(Self.brand, more, of: reseller)
        #expect(answer.status == 422, "\(field): \(answer.text)")
        #expect(answer.json["errors"]?.arrayValue?.first?["field"] == .string(field), "\(answer.text)")
      }
      #expect(try await reseller.items("/brands").isEmpty)
    }
  }

  @Test func aPortalDomainIsTheResellersAndShowsItsCustomersOnly() async throws {
    try await withServer { server in
      let reseller = try await server.reseller(
        "acme", ["white_label": true, "portal_domain": "licenses.acme.example"])
      #expect(try await save(Self.brand, of: reseller).status == 200)
      let license = try await reseller.sell(to: try await reseller.customer("c@example.com"))
      let direct = try await server.license("pro", ["customer_email": "d@example.com"])
      for path in ["/portal/login", "/reseller/login"] {
        let branded = TestHTTPClient(port: server.port, host: "licenses.acme.example")
        let page = try await branded.get(path).text
        #expect(page.contains("· Acme Track</title>") && page.contains("Powered by Trackily"))
        let logo = String(try #require(page.firstMatch(of: /\/brand\/[0-9]+\/[0-9a-f]+\.png/)).output)
        let file = try await branded.get(logo)
        #expect(file.status == 200 && file.body == Self.png && file.header("Content-Type") == "image/png")
        let sheet = String(try #require(page.firstMatch(of: /\/brand\/[0-9]+\/[0-9a-f]+\.css/)).output)
        #expect(try await branded.get(sheet).text.contains("--ty-primary"))
        #expect(try await branded.get("/brand/1/0000.png").status == 404)
        #expect(try await server.visitor.get(path).text.contains("Acme") == false)
      }
      func portal(_ email: String) async throws -> String {
        let browser = TestHTTPClient(port: server.port, host: "licenses.acme.example")
        _ = try await browser.post("/portal/login", form: [("email", email)])
        try await server.doJobs()
        _ = try await browser.post(try server.signInPath(for: email), form: [])
        return try await browser.get("/portal").text
      }
      let mine = try await portal("c@example.com")
      #expect(mine.contains(license.key.suffix(4)) && mine.contains("Acme Track"))
      #expect(try await portal("d@example.com").contains(direct.key.suffix(4)) == false)
      let mail = try #require(server.mails(to: "c@example.com").last)
      #expect(mail.text.contains("https://licenses.acme.example/portal/link/"))
      #expect(mail.from.name == "Acme Track" && mail.replyTo?.address.description == "help@acme.example")
    }
  }

  @Test func anEnterpriseCustomerHasItsOwnBrand() async throws {
    try await withServer { server in
      let license = try await server.license("enterprise", ["customer_email": "big@example.com"])
      let browser = try await server.customer("big@example.com")
      let page = try await browser.get("/portal/branding/edit").text
      #expect(page.contains("data-brand-form") && page.contains("/assets/brand-preview"))
      let saved = try await browser.post(
        "/portal/branding",
        form: [
          ("_csrf", try #require(page.csrfToken)), ("domain", ""), ("product_name", "Big Tracker"),
          ("primary", "#aa0000"),
          ("css_light", "--ty-bg: #fafafa;"), ("hides_powered_by", "on"),
        ])
      #expect(saved.status == 303, "\(saved.text)")
      let brand = try branding(try await server.activate(license.key))
      #expect(brand?.productName == "Big Tracker" && brand?.hidesPoweredBy == true)
      #expect(brand?.variables[.light]?[.background] == "#fafafa")
      _ = try await server.license("pro", ["customer_email": "small@example.com"])
      let small = try await server.customer("small@example.com")
      #expect(try await small.get("/portal/branding").text.contains("Enterprise"))
      #expect(try await small.get("/portal/branding/edit").text.contains("needs the Enterprise plan"))
    }
  }
}
