import Core
import TestSupport
import Testing

@testable import LicenseServer

@Suite struct ActivationInputTests {
  @Test func onlyWhatCannotBeReadIsAProblem() async throws {
    try await withServer { server in
      let key = String(repeating: "x", count: 100)
      let instance: JSONValue = ["fingerprint": "f", "hostname": "h", "version": "1"]
      let table: [(String, JSONValue, Int)] = [
        ("validate", [:], 422),
        ("validate", ["license_key": 7], 422),
        ("validate", ["license_key": nil], 422),
        ("validate", ["license_key": .string(key + "x")], 422),
        ("validate", ["license_key": .string(key)], 200),
        ("validate", ["license_key": "k", "fingerprint": 7], 422),
        ("validate", ["license_key": "k", "nonce": [:]], 422),
        ("validate", ["license_key": "k", "from_a_newer_tracker": true], 200),
        ("validate", [], 422),
        ("activate", ["license_key": "k"], 422),
        ("activate", ["license_key": "k", "instance": nil], 422),
        ("activate", ["license_key": "k", "instance": "f"], 422),
        ("activate", ["license_key": "k", "instance": ["hostname": "h"]], 422),
        ("activate", ["instance": instance], 422),
        ("activate", ["license_key": "k", "instance": instance], 200),
        ("heartbeat", ["license_key": "k"], 422),
        ("heartbeat", ["license_key": "k", "fingerprint": "f", "seq": "one"], 422),
        ("heartbeat", ["license_key": "k", "fingerprint": "f", "usage": 7], 422),
        ("heartbeat", ["license_key": "k", "fingerprint": "f", "seq": 1], 200),
        ("deactivate", ["license_key": "k"], 422),
        ("deactivate", ["license_key": "k", "fingerprint": "f"], 200),
      ]
      let client = server.visitor
      for (verb, body, status) in table {
        let answer = try await client.post("/api/v1/licenses/\(verb)", json: body)
        #expect(answer.status == status, "\(verb) \(body.text): \(answer.text)")
        if status == 422 { #expect(answer.header("Content-Type") == "application/problem+json") }
        if status == 200 { #expect(answer.json["code"] == "NOT_FOUND") }
      }
    }
  }

  @Test func brokenBodiesAreRefusedAsSuch() async throws {
    try await withServer { server in
      let path = "/api/v1/licenses/validate"
      let json = [("Content-Type", "application/json")]
      let malformed = try await server.visitor.send("POST", path, headers: json, body: Array("{".utf8))
      let untyped = try await server.visitor.send("POST", path, body: Array("{}".utf8))
      let large = Array(repeating: UInt8(ascii: " "), count: 20_000)
      let tooLarge = try await server.visitor.send("POST", path, headers: json, body: large)
      let misread = try await server.visitor.get(path)
      #expect([malformed, untyped, tooLarge, misread].map(\.status) == [400, 415, 413, 405])
    }
  }

  @Test func anUnknownKeyAndAnotherCustomersTellTheSame() async throws {
    try await withServer { server in
      let retired = try await server.license()
      try await server.change(retired, "rotate-key", ["overlap_hours": 0])
      let answers = [try await server.validate(retired.key), try await server.validate("never issued")]
      let shapes = answers.map { $0.objectValue?.members.filter { $0.key != "signed" } }
      #expect(shapes[0] == shapes[1])
    }
  }

  @Test func requestsAreLimitedForAnAddressAndAboutAKey() async throws {
    try await withServer(["LICENSE_LIMIT_PER_ADDRESS": "5", "LICENSE_LIMIT_PER_KEY": "3"]) { server in
      let ask: (String, String) async throws -> TestHTTPAnswer = { key, address in
        try await server.visitor.post(
          "/api/v1/licenses/validate", json: ["license_key": .string(key)], headers: [("X-Forwarded-For", address)])
      }
      for turn in 0..<5 { #expect(try await ask("key-\(turn)", "192.0.2.1").status == 200) }
      let refused = try await ask("key-9", "192.0.2.1")
      #expect(refused.status == 429 && refused.code == "too_many_requests")
      #expect(Int(refused.header("Retry-After") ?? "").map { (1...65).contains($0) } == true)
      for turn in 2...4 { #expect(try await ask("shared", "192.0.2.\(turn)").status == 200) }
      #expect(try await ask("shared", "192.0.2.5").status == 429)
      server.clock.advance(by: .minutes(2))
      #expect(try await ask("shared", "192.0.2.1").status == 200)
    }
  }
}
