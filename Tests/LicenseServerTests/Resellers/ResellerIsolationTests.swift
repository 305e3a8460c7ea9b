import Core
import Security
import TestSupport
import Testing
import Web

@testable import LicenseServer

@Suite struct ResellerIsolationTests {
  private func routes(of server: RunningServer) -> [RouteDescription] {
    server.plane.apiTables(keys: server.keys, metrics: ServerMetrics(database: server.plane.database)).reseller.routes
  }

  @Test func noRouteOfTheAPITellsOrChangesWhatIsAnothers() async throws {
    try await withServer { server in
      let (own, other) = (try await server.reseller("own"), try await server.reseller("other", ["white_label": true]))
      let customer = try await other.customer("secret@example.com")
      let license = try await other.sell(to: customer)
      let brand = try await other.api.send("PUT", "/reseller/api/brands", json: ["product_name": "Secret brand"])
      let ids: [String: Int64] = [
        "/customers/{id}": customer, "/licenses/{id}": license.id,
        "/brands/{id}": try #require(brand.json["id"]?.intValue),
      ]
      let before = try await other.items("/licenses") + other.items("/customers") + other.items("/brands")
      for route in routes(of: server) {
        let id = ids.first { route.path.hasPrefix($0.key) }?.value
        let path = "/reseller/api" + route.path.replacing("{id}", with: "\(id ?? 0)")
        let body: JSONValue = [
          "name": "taken", "renews": false, "customer_id": .int(customer), "plan": "pro", "interval": "month",
          "retail": "1.00",
        ]
        let answer: TestHTTPAnswer =
          switch route.body {
          case .none: try await own.api.send(route.method.rawValue, path)
          default:
            try await own.api.send(
              route.method.rawValue, path,
              json: route.path == "/customers/{id}"
                ? ["name": "taken"]
                : route.path == "/licenses/{id}"
                  ? ["renews": false]
                  : route.path == "/licenses" ? body.without("name", "renews") : [:])
          }
        let name = "\(route.method.rawValue) \(route.path): \(answer.status) \(answer.text)"
        if id != nil || (route.path == "/licenses" && route.method == .post) {
          #expect(answer.status == 404, "\(name)")
        }
        #expect(!answer.text.contains("secret") && !answer.text.contains("Secret"), "\(name)")
      }
      #expect(try await other.items("/licenses") + other.items("/customers") + other.items("/brands") == before)
    }
  }

  @Test func noPageTellsOrChangesWhatIsAnothers() async throws {
    try await withServer { server in
      let (own, other) = (
        try await server.reseller("own", ["white_label": true]),
        try await server.reseller("other", ["white_label": true])
      )
      let customer = try await other.customer("secret@example.com")
      let license = try await other.sell(to: customer)
      let brand = try await other.api.send("PUT", "/reseller/api/brands", json: ["product_name": "Secret brand"])
      let brandID = try #require(brand.json["id"]?.intValue)
      let (_, _) = try await ResellerSessionStore(server.plane.database).makeKey(
        "secret", .read, of: other.id, at: server.clock.now())
      let users = try await ResellerUserStore(server.plane.database).all(of: other.id)
      let keys = try await ResellerSessionStore(server.plane.database).keys(of: other.id)
      let (user, key) = (try #require(users.first), try #require(keys.first))
      let browser = try await server.browser(of: own)
      for path in [
        "customers", "licenses", "prices", "margins", "margins.csv", "statements", "branding", "branding/edit", "team",
        "customers/\(customer)",
      ] {
        let answer = try await browser.get("/reseller/\(path)")
        #expect(answer.status == (path == "customers/\(customer)" ? 404 : 200), "\(path)")
        #expect(!answer.text.lowercased().contains("secret"), "\(path)")
      }
      for (path, form) in [
        ("customers/\(customer)", [("name", "taken")]),
        ("customers/\(customer)/licenses", [("offer", "pro month"), ("max_instances", "1"), ("retail", "1.00")]),
        ("licenses/\(license.id)/suspend", []), ("licenses/\(license.id)/reinstate", []),
        ("licenses/\(license.id)/end", []), ("licenses/\(license.id)/renew", []), ("branding/\(brandID)/delete", []),
        ("team/\(user.id)/invite", []), ("team/\(user.id)/change", [("role", "viewer")]), ("keys/\(key.id)/revoke", []),
      ] {
        let answer = try await browser.submit("/reseller/\(path)", from: "/reseller/team", form)
        #expect(answer.status == 404, "\(path): \(answer.status)")
      }
      #expect(try await server.validate(license.key).verdict == "true VALID")
      #expect(try await other.items("/licenses").first?["renews"] == true)
    }
  }

  @Test func withoutAKeyNothingIsLookedAtAndAReadingKeyChangesNothing() async throws {
    try await withServer { server in
      let reseller = try await server.reseller()
      let (_, token) = try await ResellerSessionStore(server.plane.database).makeKey(
        "reads", .read, of: reseller.id, at: server.clock.now())
      let reader = server.client(token: token.text)
      let staff = try await server.vendor()
      for route in routes(of: server) {
        let path = "/reseller/api" + route.path.replacing("{id}", with: "999999")
        for client in [server.visitor, staff] {
          let answer = try await client.send(
            route.method.rawValue, path, headers: [("Content-Type", "application/json")], body: Array("{".utf8))
          #expect(answer.status == 401, "\(route.method.rawValue) \(route.path)")
        }
        let answer =
          route.body == .none
          ? try await reader.send(route.method.rawValue, path)
          : try await reader.send(route.method.rawValue, path, json: [:])
        if route.method == .get { #expect(answer.status != 403) } else { #expect(answer.status == 403) }
      }
      #expect(try await reseller.api.get("/api/resellers").status == 401)
    }
  }

  @Test func eachRoleSeesAndDoesWhatItMay() async throws {
    try await withServer { server in
      let reseller = try await server.reseller()
      let hash = try await server.plane.entrance.hasher.hash(RunningServer.resellerPassword)
      let pages = server.plane.resellerPages(Layout(directories: server.plane.home.assets)).routes
      for role in ResellerRole.allCases {
        let email = "\(role.rawValue)@people.example"
        _ = try await ResellerUserStore(server.plane.database).insert(
          .init(
            reseller: reseller.id, email: try #require(EmailAddress(email)), name: "", role: role, passwordHash: hash),
          at: server.clock.now())
        let browser = try await server.browser(
          of: TestReseller(id: reseller.id, email: email, api: reseller.api))
        for route in pages where route.access != .anyone && !["/logout", "/"].contains(route.path) {
          let path = "/reseller" + route.path.replacing("{id}", with: "999999")
          let answer =
            route.method == .get
            ? try await browser.get(path) : try await browser.submit(path, from: "/reseller/password")
          let name = "\(role) \(route.method.rawValue) \(route.path): \(answer.status)"
          if role.grants.allows(route.access) {
            // The agreement has no white label: the editor says so.
            if !route.path.hasPrefix("/branding") { #expect(![403, 500].contains(answer.status), "\(name)") }
          } else {
            #expect(answer.status == 403, "\(name)")
          }
        }
      }
    }
  }
}

extension JSONValue {
  fileprivate func without(_ names: String...) -> JSONValue {
    var object = objectValue ?? [:]
    for name in names { object[name] = Optional.none }
    return .object(object)
  }
}
