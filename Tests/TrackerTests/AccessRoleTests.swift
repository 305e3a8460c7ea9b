import Core
import Security
import TestSupport
import Testing
import Web

@testable import TenantTracker

extension AccessTests {
  /// Every route and page there is, by everybody there is.
  @Suite struct Roles {
    /// Somebody to walk the routes as.
    private struct Walker {
      let name: String
      let permissions: Permissions
      let client: TestHTTPClient
      /// For the forms of pages; nil at the API.
      var formToken: String?
    }

    /// The documented roles, and for each section somebody who may only look there and somebody who may only write there.
    private static let people: [(name: String, role: Role, permissions: Permissions?)] =
      [("admin", .admin, nil), ("manager", .manager, nil), ("viewer", .viewer, nil)]
      + Section.allCases.flatMap { section in
        AccessLevel.allCases.map { level in
          ("custom-\(section.rawValue)-\(level.rawValue)", .custom, Permissions([(section, level)]))
        }
      }

    @Test func everyRouteAsksForItsPermission() async throws {
      try await withTracker { tracker in
        let routes = tracker.parts.adminAPI.table().routes
        #expect(routes.count > 70)
        #expect(routes.filter { $0.access == .anyone }.map(\.path) == ["/login", "/openapi.json"])
        for walker in try await Self.walkers(tracker, ofPages: false) {
          for route in routes where route.access != .anyone && route.path != "/logout" {
            try await Self.check(route, below: "/admin/api", walker)
          }
        }
      }
    }

    @Test func everyPageAsksForItsPermission() async throws {
      try await withTracker { tracker in
        let routes = try Self.pages(tracker).routes
        #expect(routes.count > 60)
        let open = routes.filter { $0.access == .anyone }.map(\.path)
        #expect(open == ["/login", "/login", "/invitation", "/invitation", "/brand/{file}"])
        for walker in try await Self.walkers(tracker, ofPages: true) {
          for route in routes where route.access != .anyone && route.path != "/logout" {
            try await Self.check(route, below: "/admin", walker)
          }
        }
      }
    }

    @Test func withoutASessionNothingIsLookedAt() async throws {
      try await withTracker { tracker in
        let browserToken = try await Self.browser(tracker, RunningTracker.adminEmail).token
        let strangers = [
          tracker.visitor, tracker.client(token: "not-a-token"), tracker.client(token: "tlyk_not-a-key"),
          tracker.client(token: browserToken),
        ]
        for client in strangers {
          for route in tracker.parts.adminAPI.table().routes where route.access != .anyone {
            for id in ["1", "999999", "no-id"] {
              let answer = try await client.send(
                route.method.rawValue, route.target(below: "/admin/api", id: id),
                headers: [("Content-Type", "application/json")], body: Array("{".utf8))
              #expect(answer.status == 401 && answer.code == "unauthorized", "\(route.method.rawValue) \(route.path)")
            }
          }
          #expect(try await client.get("/admin/api/no-such-thing").status == 401)
          #expect(try await client.send("PUT", "/admin/api/campaigns").status == 401)
        }
        let bearer = try await tracker.token(RunningTracker.adminEmail)
        for route in try Self.pages(tracker).routes where route.access != .anyone {
          for client in [tracker.visitor, tracker.client(token: bearer)] {
            let answer = try await client.send(
              route.method.rawValue, route.target(below: "/admin", id: "1"),
              headers: [("Cookie", "tly_session=\(bearer)")])
            #expect(
              answer.status == 303 && answer.header("Location")?.hasPrefix("/admin/login") == true,
              "\(route.method.rawValue) \(route.path): \(answer.status)")
          }
        }
      }
    }

    /// As the product's documents have it: a change here is a change of the product.
    @Test func theDocumentedRolesAreTheseAndNoOthers() async throws {
      try await withTracker { tracker in
        let answer = try await tracker.admin().get("/admin/api/roles")
        #expect(
          answer.json["items"] == [
            [
              "id": nil, "name": "admin",
              "permissions": [
                "campaigns": "write", "offers": "write", "landings": "write", "flows": "write", "sources": "write",
                "networks": "write", "domains": "write", "reports": "write", "settings": "write", "users": "write",
              ], "users": nil, "built_in": true,
            ],
            [
              "id": nil, "name": "manager",
              "permissions": [
                "campaigns": "write", "offers": "write", "landings": "write", "flows": "write", "sources": "write",
                "reports": "read",
              ], "users": nil, "built_in": true,
            ],
            [
              "id": nil, "name": "viewer",
              "permissions": ["campaigns": "read", "offers": "read", "landings": "read", "reports": "read"],
              "users": nil, "built_in": true,
            ],
          ])
      }
    }

    // Walking

    private static func walkers(_ tracker: RunningTracker, ofPages: Bool) async throws -> [Walker] {
      let admin = try await tracker.admin()
      var walkers: [Walker] = []
      for person in people {
        let email = "\(person.name)@walk.example"
        try await tracker.addUser(email, person.role, person.permissions?.json, by: admin)
        let permissions = try #require(person.permissions ?? person.role.permissions)
        if ofPages {
          let browser = try await browser(tracker, email)
          walkers.append(
            Walker(name: person.name, permissions: permissions, client: browser.client, formToken: browser.formToken))
        } else {
          walkers.append(
            Walker(name: person.name, permissions: permissions, client: try await tracker.signedIn(email)))
        }
      }
      return walkers
    }

    private static func browser(
      _ tracker: RunningTracker, _ email: String
    ) async throws -> (client: TestHTTPClient, token: String, formToken: String) {
      let client = tracker.visitor
      _ = try await client.post("/admin/login", form: [("email", email), ("password", RunningTracker.password)])
      let token = try #require(try await client.cookie("tly_session"), "\(email) is not signed in")
      let guardian = CSRFGuard(key: tracker.tracker.secretKey.derivedKey(for: "pages"))
      return (client, token, guardian.token(for: token))
    }

    private static func pages(_ tracker: RunningTracker) throws -> TrackerTable {
      AdminPages(parts: tracker.parts, assets: try StaticAssets(directories: [])).table()
    }

    /// Who may not is refused whether or not the id names something. Who may gets past 401 and 403; with an id of
    /// nothing, so that nothing is changed.
    private static func check(_ route: RouteDescription, below prefix: String, _ walker: Walker) async throws {
      let isAllowed = walker.permissions.allows(route.access)
      for id in isAllowed ? ["999999"] : ["1", "999999"] {
        let answer = try await call(route, route.target(below: prefix, id: id), walker)
        let what = "\(walker.name) \(route.method.rawValue) \(prefix)\(route.path) \(id): \(answer.status)"
        if isAllowed {
          #expect(![401, 403, 405].contains(answer.status) && answer.status != 500, "\(what)")
        } else {
          #expect(answer.status == 403, "\(what)")
          if walker.formToken == nil { #expect(answer.code == "permission_denied", "\(what)") }
        }
      }
    }

    private static func call(_ route: RouteDescription, _ path: String, _ walker: Walker) async throws -> TestHTTPAnswer
    {
      switch route.body {
      case .none: try await walker.client.send(route.method.rawValue, path)
      case .form: try await walker.client.post(path, form: [("_csrf", walker.formToken ?? "")])
      case .json, .optionalJSON, .raw: try await walker.client.send(route.method.rawValue, path, json: [:])
      }
    }
  }
}

extension RouteDescription {
  /// Where to send a request to, every `{name}` filled in.
  func target(below prefix: String, id: String) -> String {
    prefix + (path == "/" ? "" : path.replacing(/\{[a-z_]+\}/, with: id))
  }
}
