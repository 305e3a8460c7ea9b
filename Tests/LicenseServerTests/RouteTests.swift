import Core
import Database
import TestSupport
import Testing
import Web

@testable import LicenseServer

@Suite struct RouteTests {
  private static let password = "another correct horse battery"

  /// Routes with ids that name nothing: whoever may call them gets past 401 and 403.
  private func call(_ route: RouteDescription, by client: TestHTTPClient) async throws -> TestHTTPAnswer {
    let path = "/api" + route.path.replacing("{id}", with: "999999").replacing("{instance}", with: "999999")
    return route.body == .none
      ? try await client.send(route.method.rawValue, path)
      : try await client.send(route.method.rawValue, path, json: [:])
  }

  private func routes(of server: RunningServer) -> [RouteDescription] {
    let tables = server.plane.apiTables(keys: server.keys, metrics: ServerMetrics(database: server.plane.database))
    return tables.staff.routes
  }

  @Test func everyRouteAsksForItsPermissionWhateverTheRole() async throws {
    try await withServer { server in
      let vendor = try await server.vendor()
      let all = routes(of: server)
      #expect(all.filter { $0.access == .anyone }.map(\.path) == ["/login", "/orders", "/openapi.json"])
      for role in StaffRole.allCases {
        let email = "\(role.rawValue)@example.com"
        let grants: StaffGrants = role.grants ?? StaffGrants([(.billing, .read), (.settings, .write)])
        var body: JSONObject = [
          "email": .string(email), "role": .string(role.rawValue), "password": .string(Self.password),
        ]
        if role == .custom { body["permissions"] = grants.json }
        #expect(try await vendor.post("/api/staff", json: .object(body)).status == 201)
        try await server.plane.database.execute("UPDATE license.staff SET must_change_password = false")
        let client = server.client(token: try await server.logIn(email, Self.password))
        for route in all where route.path != "/logout" && route.access != .anyone {
          let answer = try await call(route, by: client)
          let name = "\(role) \(route.method.rawValue) \(route.path): \(answer.status)"
          if grants.allows(route.access) {
            #expect(![401, 403, 405, 500].contains(answer.status), "\(name)")
          } else {
            #expect(answer.status == 403 && answer.code == "permission_denied", "\(name)")
          }
        }
      }
    }
  }

  @Test func withoutATokenNothingIsLookedAt() async throws {
    try await withServer { server in
      for client in [server.visitor, server.client(token: "not-a-token")] {
        for route in routes(of: server) where route.access != .anyone {
          let answer = try await client.send(
            route.method.rawValue, "/api" + route.path, headers: [("Content-Type", "application/json")],
            body: Array("{".utf8))
          #expect(answer.status == 401 && answer.code == "unauthorized", "\(route.method.rawValue) \(route.path)")
        }
        #expect(try await client.get("/api/no-such-thing").status == 401)
      }
    }
  }

  @Test func thePagesSendWhoIsNotSignedInToTheSignIn() async throws {
    try await withServer { server in
      for path in ["/admin", "/admin/licenses", "/admin/licenses/1", "/admin/audit-log", "/admin/nothing"] {
        let answer = try await server.visitor.get(path)
        #expect(answer.status == 303 && answer.header("Location")?.hasPrefix("/admin/login") == true)
      }
      let token = try await server.logIn(RunningServer.vendorEmail, RunningServer.vendorPassword)
      #expect(try await server.client(token: token).get("/admin/licenses").status == 303)
    }
  }

  @Test func theDocumentAndTheRoutesAreTheSame() async throws {
    try await withServer { server in
      let document = try await server.visitor.get("/api/openapi.json").json
      var documented: Set<String> = []
      for path in document["paths"]?.objectValue?.members ?? [] {
        for operation in path.value.objectValue?.members ?? [] {
          documented.insert("\(operation.key.uppercased()) \(path.key)")
          #expect(operation.value["summary"]?.stringValue?.isEmpty == false)
        }
      }
      let tables = server.plane.apiTables(keys: server.keys, metrics: ServerMetrics(database: server.plane.database))
      var registered: Set<String> = []
      for (prefix, routes) in [
        ("/api", tables.staff.routes), (ActivationAPI.prefix, tables.activation.routes), ("", tables.root.routes),
        (ResellerAPI.prefix, tables.reseller.routes),
      ] {
        for route in routes { registered.insert("\(route.method.rawValue) \(prefix)\(route.path)") }
      }
      #expect(documented == registered)
      #expect(tables.staff.undefinedReferences.isEmpty && tables.activation.undefinedReferences.isEmpty)
      #expect(tables.reseller.undefinedReferences.isEmpty)
    }
  }

  @Test func operatorsSeeWhetherItLivesAndServes() async throws {
    try await withServer(["METRICS_TOKEN": "metrics-token-for-tests"]) { server in
      #expect(try await server.visitor.get("/healthz").status == 200)
      #expect(try await server.visitor.get("/readyz").status == 200)
      _ = try await server.validate("unknown")
      #expect(try await server.visitor.get("/metrics").status == 401)
      let metrics = try await server.client(token: "metrics-token-for-tests").get("/metrics")
      #expect(metrics.text.contains("license_decisions_total{code=\"NOT_FOUND\"} 1"))
      #expect(metrics.text.contains("license_http_answers_total{status=\"2xx\"}"))
    }
    try await withServer { server in
      let withoutToken = try await server.visitor.get("/metrics")
      #expect(withoutToken.status == 404)
    }
  }
}
