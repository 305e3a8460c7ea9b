import Core
import Synchronization
import TestSupport
import Testing

@testable import Web

@Suite struct RouteCheckTests {
  let api = SampleAPI()

  func client(_ port: Int, _ token: String?) -> TestHTTPClient {
    TestHTTPClient(port: port, headers: token.map { [("Authorization", "Bearer \($0)")] } ?? [])
  }

  @Test func withoutASessionEverythingIs401BeforeAnythingElseIsLookedAt() async throws {
    try await withServer([api.mount]) { port in
      let client = client(port, nil)
      let requests: [(String, String, [UInt8]?)] = [
        ("GET", "/api/campaigns", nil), ("GET", "/api/campaigns/abc", nil), ("GET", "/api/campaigns?limit=x", nil),
        ("POST", "/api/campaigns", Array("{".utf8)), ("POST", "/api/automation", nil), ("GET", "/api/unknown", nil),
        ("PUT", "/api/campaigns", nil), ("DELETE", "/api/campaigns/1", nil),
        ("POST", "/api/campaigns", [UInt8](repeating: 32, count: 5_000)),
      ]
      for (method, path, body) in requests {
        let answer = try await client.send(method, path, body: body)
        #expect(answer.status == 401 && answer.code == "unauthorized", "\(method) \(path): \(answer.status)")
        #expect(answer.header("WWW-Authenticate") == "Bearer")
      }
      #expect(!api.checks.withLock { $0 }.contains("feature"))
    }
  }

  @Test func anUnknownTokenIs401() async throws {
    try await withServer([api.mount]) { port async throws in
      #expect(try await client(port, "forged").get("/api/me").status == 401)
      let basic = TestHTTPClient(port: port, headers: [("Authorization", "Basic admin")])
      #expect(try await basic.get("/api/me").status == 401)
    }
  }

  @Test func thePlaceIsFoundBeforeTheSession() async throws {
    try await withServer([api.mount]) { port async throws in
      let client = TestHTTPClient(port: port, host: "nowhere.test", headers: [("Authorization", "Bearer admin")])
      #expect(try await client.get("/api/me").status == 404)
      #expect(api.checks.withLock { $0 } == ["place"])
    }
  }

  @Test func aPermissionIsAskedBeforeLicenceAndBody() async throws {
    try await withServer([api.mount]) { port in
      let viewer = client(port, "viewer")
      let denied = try await viewer.send("POST", "/api/automation", body: Array("{".utf8))
      #expect(denied.status == 403 && denied.code == "permission_denied")
      #expect(denied.json["section"] == "settings" && denied.json["access"] == "write")
      let unlicensed = try await client(port, "admin").send("POST", "/api/automation", body: Array("{".utf8))
      #expect(unlicensed.status == 402 && unlicensed.code == "feature_not_licensed")
      #expect(unlicensed.json["plan"] == "Pro")
    }
  }

  @Test func everyRouteAnswersEachRoleAsItsAccessSays() async throws {
    try await withServer([api.mount]) { port in
      for route in api.table.routes where route.path != "/broken-stream" {
        let path = "/api" + PathPattern(route.path).filled { _ in "1" }
        for (token, person) in Person.byToken {
          let status = try await client(port, token).send(route.method.rawValue, path).status
          switch route.access {
          case .anyone: #expect(status != 401 && status != 403)
          case .signedIn: #expect((status == 403) == (person.mustChangePassword && !route.whilePasswordMustChange))
          case .section:
            #expect((status == 403) == (person.mustChangePassword || !person.allows(route.access)), "\(path) \(token)")
          }
          #expect(status != 401)
        }
        let anonymous = try await client(port, nil).send(route.method.rawValue, path).status
        #expect((anonymous == 401) == (route.access != .anyone))
      }
    }
  }

  @Test func untilThePasswordIsChangedOnlyMarkedRoutesAnswer() async throws {
    try await withServer([api.mount]) { port async throws in
      let newcomer = client(port, "newcomer")
      #expect(try await newcomer.get("/api/me").status == 200)
      #expect(try await newcomer.get("/api/campaigns").code == "password_change_required")
    }
  }

  @Test func unknownPathsAre404AndUnknownMethods405WithAllow() async throws {
    try await withServer([api.mount]) { port in
      let admin = client(port, "admin")
      for path in [
        "/api/unknown", "/api", "/api/", "/api/campaigns/1/2", "/api//campaigns", "/apis", "/elsewhere", "/",
      ] {
        let answer = try await admin.get(path)
        #expect(answer.status == 404 && answer.code == "not_found", "\(path): \(answer.status)")
      }
      let answer = try await admin.send("PUT", "/api/campaigns")
      #expect(answer.status == 405 && answer.code == "method_not_allowed")
      #expect(answer.header("Allow") == "GET, HEAD, POST")
      #expect(try await admin.send("PATCH", "/api/campaigns/7").header("Allow") == "DELETE, GET, HEAD")
      #expect(try await admin.send("OPTIONS", "/api/me").status == 405)
    }
  }

  @Test func literalsWinOverParametersButNotOverTheMethod() async throws {
    try await withServer([api.mount]) { port async throws in
      let admin = client(port, "admin")
      #expect(try await admin.get("/api/campaigns/templates").json["templates"] != nil)
      #expect(try await admin.delete("/api/campaigns/templates").status == 404)
      #expect(try await admin.delete("/api/campaigns/12").status == 204)
    }
  }

  @Test func headIsGetWithoutABody() async throws {
    try await withServer([api.mount]) { port in
      let admin = client(port, "admin")
      let head = try await admin.send("HEAD", "/api/me")
      let get = try await admin.get("/api/me")
      #expect(head.status == 200 && head.body.isEmpty)
      #expect(head.header("Content-Length") == get.header("Content-Length"))
      #expect(try await admin.send("HEAD", "/api/stream").status == 200)
      #expect(try await admin.get("/api/me").status == 200)
    }
  }

  @Test func aTrailingSlashMovesToThePathWithoutIt() async throws {
    try await withServer([api.mount]) { port in
      let answer = try await client(port, "admin").get("/api/campaigns/?limit=3&q=a%20b")
      #expect(answer.status == 308)
      #expect(answer.header("Location") == "/api/campaigns?limit=3&q=a%20b")
    }
  }

  @Test func pathParametersAreDecodedOnce() async throws {
    try await withServer([api.mount]) { port in
      let admin = client(port, "admin")
      for (sent, meant) in [("a%2Fb", "a/b"), ("%C3%BC", "ü"), ("50%2525", "50%25"), ("a+b", "a+b"), ("%20", " ")] {
        #expect(try await admin.get("/api/tags/\(sent)").json["tag"] == .string(meant))
      }
      for bad in ["%", "%2", "%zz", "%ff", "%00", "%2e%2e", ".", "..", "%0a"] {
        let answer = try await admin.get("/api/tags/\(bad)")
        #expect(answer.status == 400 && answer.code == "malformed_path", "\(bad): \(answer.status)")
      }
      #expect(try await admin.get("/api/tags/x?note=a+b%26c").json["note"] == "a b&c")
    }
  }

  @Test func whatIsNoIdNamesNothing() async throws {
    try await withServer([api.mount]) { port async throws in
      let admin = client(port, "admin")
      #expect(try await admin.get("/api/campaigns/9223372036854775807").json["id"] == .int(Int64.max))
      for id in ["0", "-1", "+1", "1.5", "abc", "9223372036854775808", "%201", "1e3"] {
        #expect(try await admin.get("/api/campaigns/\(id)").status == 404, "\(id)")
      }
      let uuid = "0192f0c1-2345-7abc-8def-0123456789ab"
      #expect(try await admin.get("/api/clicks/\(uuid.uppercased())").json["id"] == .string(uuid))
      #expect(try await admin.get("/api/clicks/12").status == 404)
      #expect(try await admin.get("/api/campaigns?limit=501").code == "validation_failed")
      #expect(try await admin.get("/api/campaigns?limit=7").json["items"] == [7])
    }
  }
}
