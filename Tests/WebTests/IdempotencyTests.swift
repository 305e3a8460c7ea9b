import Core
import TestSupport
import Testing

@testable import Web

@Suite struct IdempotencyTests {
  let api = SampleAPI()

  func admin(_ port: Int, key: String? = nil) -> TestHTTPClient {
    TestHTTPClient(
      port: port, headers: [("Authorization", "Bearer admin")] + (key.map { [("Idempotency-Key", $0)] } ?? []))
  }

  @Test func theSameKeyAndBodyAreAnsweredOnceAndReplayed() async throws {
    try await withServer([api.mount]) { port in
      let client = admin(port, key: "k1")
      let first = try await client.post("/api/campaigns", json: ["name": "one"])
      let second = try await client.post("/api/campaigns", json: ["name": "one"])
      #expect(first.status == 201 && second.status == 201)
      #expect(first.body == second.body)
      #expect(first.header("Location") == second.header("Location"))
      #expect(first.header("Idempotency-Replayed") == nil && second.header("Idempotency-Replayed") == "true")
      #expect(api.created.value == 1)
    }
  }

  @Test func theSameKeyWithAnotherBodyIs422() async throws {
    try await withServer([api.mount]) { port in
      let client = admin(port, key: "k1")
      #expect(try await client.post("/api/campaigns", json: ["name": "one"]).status == 201)
      let other = try await client.post("/api/campaigns", json: ["name": "two"])
      #expect(other.status == 422 && other.code == "idempotency_key_reused")
      #expect(api.created.value == 1)
    }
  }

  @Test func twentyAtOnceHaveOneEffect() async throws {
    try await withServer([api.mount]) { port in
      let answers = try await withThrowingTaskGroup(of: TestHTTPAnswer.self) { tasks in
        for _ in 0..<20 {
          tasks.addTask { try await admin(port, key: "race").post("/api/campaigns", json: ["name": "one"]) }
        }
        return try await tasks.reduce(into: [TestHTTPAnswer]()) { $0.append($1) }
      }
      #expect(api.created.value == 1)
      #expect(answers.contains { $0.status == 201 })
      for answer in answers {
        #expect(answer.status == 201 ? answer.json["id"] == 1 : answer.status == 409 && answer.code == "conflict")
      }
    }
  }

  @Test func whileTheFirstRunsTheSecondIs409() async throws {
    try await withServer([api.mount]) { port in
      async let first = admin(port, key: "slow").post("/api/campaigns", json: ["name": "slow"])
      try await eventually { api.gate.waitingCount > 0 }
      let second = try await admin(port, key: "slow").post("/api/campaigns", json: ["name": "slow"])
      #expect(second.status == 409 && second.code == "conflict")
      api.gate.open()
      #expect(try await first.status == 201)
      #expect(try await admin(port, key: "slow").post("/api/campaigns", json: ["name": "slow"]).status == 201)
      #expect(api.created.value == 1)
    }
  }

  @Test func aRefusalGivesTheKeyBack() async throws {
    try await withServer([api.mount]) { port async throws in
      let client = admin(port, key: "k")
      #expect(try await client.post("/api/campaigns", json: ["name": ""]).status == 422)
      #expect(try await client.post("/api/campaigns", json: ["name": "right"]).status == 201)
    }
  }

  @Test func keysBelongToTheirActorAndMustBePrintable() async throws {
    try await withServer([api.mount]) { port in
      for key in ["with blank", String(repeating: "k", count: 256)] {
        let answer = try await admin(port, key: key).post("/api/campaigns", json: ["name": "x"])
        #expect(answer.status == 400 && answer.code == "malformed_idempotency_key")
      }
      #expect(try await admin(port).post("/api/campaigns", json: ["name": "x"]).status == 201)
      #expect(try await admin(port).post("/api/campaigns", json: ["name": "x"]).status == 201)
      #expect(api.created.value == 2)
    }
  }
}
