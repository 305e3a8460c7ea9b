import Core
import TestSupport
import Testing

@testable import Web

@Suite struct BodyTests {
  let api = SampleAPI()

  func withAdmin(_ body: (TestHTTPClient) async throws -> Void) async throws {
    try await withServer([api.mount]) { port in
      try await body(TestHTTPClient(port: port, headers: [("Authorization", "Bearer admin")]))
    }
  }

  @Test func aJSONRouteTakesJSONOnly() async throws {
    try await withAdmin { admin in
      let body = Array(#"{"name":"x"}"#.utf8)
      for type in [
        "text/plain", "application/x-www-form-urlencoded", "application/jsonp", "application/json; charset=latin1",
      ] {
        let answer = try await admin.send("POST", "/api/campaigns", headers: [("Content-Type", type)], body: body)
        #expect(answer.status == 415 && answer.code == "unsupported_media_type", "\(type): \(answer.status)")
      }
      #expect(try await admin.send("POST", "/api/campaigns", body: body).status == 415)
      for type in ["application/json", "Application/JSON; charset=UTF-8", "application/merge-patch+json"] {
        let answer = try await admin.send("POST", "/api/campaigns", headers: [("Content-Type", type)], body: body)
        #expect(answer.status == 201, "\(type): \(answer.status)")
      }
      let packed = [("Content-Type", "application/json"), ("Content-Encoding", "gzip")]
      #expect(try await admin.send("POST", "/api/campaigns", headers: packed, body: body).status == 415)
    }
  }

  @Test func malformedJSONSaysWhere() async throws {
    try await withAdmin { admin in
      let json = [("Content-Type", "application/json")]
      let answer = try await admin.send("POST", "/api/campaigns", headers: json, body: Array(#"{"name":}"#.utf8))
      #expect(answer.status == 400 && answer.code == "malformed_json")
      #expect(answer.json["position"] == 8)
      for text in ["", "{", "nul", "{}{}", String(repeating: "[", count: 1_000)] {
        let answer = try await admin.send("POST", "/api/campaigns", headers: json, body: Array(text.utf8))
        #expect(answer.status == 400 && answer.code == "malformed_json", "\(text.prefix(5)): \(answer.status)")
      }
      #expect(try await admin.send("POST", "/api/campaigns", headers: json, body: [0xFF, 0xFE]).status == 400)
    }
  }

  @Test func everyWrongFieldIsNamed() async throws {
    try await withAdmin { admin in
      let answer = try await admin.post("/api/campaigns", json: ["name": 7, "colour": "red"])
      #expect(answer.status == 422 && answer.code == "validation_failed")
      #expect(answer.header("Content-Type") == "application/problem+json")
      #expect(
        Set(answer.json["errors"]?.arrayValue?.compactMap { $0["field"]?.stringValue } ?? []) == ["name", "colour"])
      for member in ["type", "title", "status", "detail", "code", "errors"] { #expect(answer.json[member] != nil) }
    }
  }

  @Test func aBodyOverTheLimitIs413AndTheConnectionEnds() async throws {
    try await withAdmin { admin in
      let answer = try await admin.post("/api/campaigns", json: ["name": .string(String(repeating: "x", count: 3_000))])
      #expect(answer.status == 413 && answer.code == "payload_too_large")
      #expect(answer.header("Connection") == "close")
      #expect(try await admin.get("/api/me").status == 200)
    }
  }

  @Test func aHugeBodyIsRefusedWithoutBeingRead() async throws {
    try await withAdmin { admin in
      try await admin.write(
        "POST /api/campaigns HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer admin\r\n"
          + "Content-Type: application/json\r\nContent-Length: 10000000000\r\n\r\n{")
      #expect(try await admin.read().status == 413)
      #expect(try await admin.isClosedByServer())
    }
  }

  @Test func aChunkedBodyOverTheLimitIs413() async throws {
    try await withAdmin { admin in
      try await admin.write(
        "POST /api/campaigns HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer admin\r\n"
          + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
      let chunk = "400\r\n" + String(repeating: " ", count: 1_024) + "\r\n"
      for _ in 0..<10 { try await admin.write(chunk) }
      #expect(try await admin.read().status == 413)
      #expect(try await admin.isClosedByServer())
    }
  }

  @Test func tenMegabytesSentWholeGetTheirAnswer() async throws {
    try await withAdmin { admin in
      let answer = try await admin.send(
        "POST", "/api/uploads", body: [UInt8](repeating: 120, count: 10_000_000))
      #expect(answer.status == 413)
    }
  }

  @Test func rawRoutesGetTheBytes() async throws {
    try await withAdmin { admin in
      #expect(
        try await admin.send("POST", "/api/uploads", body: [UInt8](repeating: 0, count: 150_000)).json["bytes"]
          == 150_000)
      let empty = try await admin.send("POST", "/api/uploads")
      #expect(empty.json["bytes"] == 0)
    }
  }

  @Test func anOptionalBodyMayBeLeftOutButNotBeMalformed() async throws {
    try await withAdmin { admin in
      let json = [("Content-Type", "application/json")]
      let none = try await admin.send("POST", "/api/campaigns/1/clone")
      #expect(none.status == 200 && none.json == [:])
      #expect(try await admin.send("POST", "/api/campaigns/1/clone", headers: json, body: []).json == [:])
      #expect(try await admin.post("/api/campaigns/1/clone", json: ["name": "x"]).json == ["name": "x"])
      #expect(
        try await admin.send("POST", "/api/campaigns/1/clone", headers: json, body: [123]).code == "malformed_json")
      #expect(try await admin.send("POST", "/api/campaigns/1/clone", body: [123, 125]).status == 415)
    }
  }

  @Test func aRefusalBeforeTheBodyLeavesTheConnectionUsable() async throws {
    try await withServer([api.mount]) { port in
      let client = TestHTTPClient(port: port)
      try await client.write(
        "POST /api/campaigns HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 5\r\n\r\n12345"
          + "GET /api/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer admin\r\n\r\n")
      #expect(try await client.read().status == 401)
      #expect(try await client.read().status == 200)
    }
  }
}
