import Billing
import Core
import Synchronization
import TestSupport
import Testing

@testable import Billing

@Suite struct StripeClientTests {
  private static let key = "sk_test_4eC39HqLyjWDarjtT1zdp7dc"

  /// Answers one after another, and what it was asked.
  private final class Wire: Sendable {
    private let answers: Mutex<[Result<StripeResponse, StripeUnreachable>]>
    private let asked = Mutex<[StripeRequest]>([])
    private let waits = Mutex<[Duration]>([])

    init(_ answers: Result<StripeResponse, StripeUnreachable>...) { self.answers = Mutex(answers) }

    var requests: [StripeRequest] { asked.withLock { $0 } }
    var pauses: [Duration] { waits.withLock { $0 } }

    func client(_ key: String = key) throws -> StripeClient {
      let account = try #require(StripeAccount(secretKey: key, baseURL: "https://stripe.test"))
      return StripeClient(
        account: account,
        transport: { [self] request in
          asked.withLock { $0.append(request) }
          let answer = answers.withLock { $0.isEmpty ? nil : $0.removeFirst() }
          return try (answer ?? .failure(StripeUnreachable("nothing left to answer", isTemporary: false))).get()
        }, pause: { [self] duration in waits.withLock { $0.append(duration) } })
    }
  }

  private static func answer(
    _ status: Int, _ body: JSONValue = ["id": "cus_1"], _ headers: [(String, String)] = []
  ) -> Result<StripeResponse, StripeUnreachable> {
    .success(StripeResponse(status: status, headers: headers.map { ($0.0, $0.1) }, body: body.utf8))
  }

  private static func refusal(_ type: String, _ more: JSONObject = [:]) -> JSONValue {
    var error: JSONObject = ["type": .string(type), "message": "No."]
    for member in more.members { error[member.key] = member.value }
    return ["error": .object(error)]
  }

  @Test func whatNestsStandsInBrackets() {
    #expect(
      StripeForm.encode([
        "items": [["price": "price_1", "quantity": 2], ["price": "p&=\u{e9}"]], "metadata": ["a b": "c"],
        "cancel_at_period_end": false, "coupon": nil, "expand": ["charge"],
      ])
        == "items%5B0%5D%5Bprice%5D=price_1&items%5B0%5D%5Bquantity%5D=2&items%5B1%5D%5Bprice%5D=p%26%3D%C3%A9"
        + "&metadata%5Ba%20b%5D=c&cancel_at_period_end=false&coupon=&expand%5B0%5D=charge")
  }

  @Test func everyChangeHasAKeyAndTheVersionIsPinned() async throws {
    let wire = Wire(Self.answer(200), Self.answer(200), Self.answer(200))
    let client = try wire.client()
    _ = try await client.post("/v1/customers", ["email": "a@example.com"], key: "customer-1")
    _ = try await client.delete("/v1/subscriptions/sub_1", key: nil)
    _ = try await client.get("/v1/prices", ["limit": 3])
    func header(_ index: Int, _ name: String) -> String? {
      wire.requests[index].headers.first { $0.name == name }?.value
    }
    #expect(
      wire.requests.map(\.url) == [
        "https://stripe.test/v1/customers", "https://stripe.test/v1/subscriptions/sub_1",
        "https://stripe.test/v1/prices?limit=3",
      ])
    #expect(header(0, "Idempotency-Key") == "trackily-customer-1")
    #expect(header(1, "Idempotency-Key")?.isEmpty == false && header(2, "Idempotency-Key") == nil)
    #expect((0..<3).allSatisfy { header($0, "Stripe-Version") == StripeShapes.version })
    #expect((0..<3).allSatisfy { header($0, "Authorization") == "Bearer \(Self.key)" })
    #expect(String(decoding: wire.requests[0].body, as: UTF8.self) == "email=a%40example.com")
  }

  @Test func whatFailedForAMomentIsSentAgainUnderTheSameKey() async throws {
    for failure in [
      Self.answer(429, Self.refusal("invalid_request_error", ["code": "rate_limit"])), Self.answer(503),
      Self.answer(409, Self.refusal("invalid_request_error", ["code": "lock_timeout"])),
      Self.answer(400, Self.refusal("invalid_request_error"), [("Stripe-Should-Retry", "true")]),
      .failure(StripeUnreachable("timed out", isTemporary: true)),
    ] {
      let wire = Wire(failure, failure, Self.answer(200))
      let answer = try await wire.client().post("/v1/customers", [:], key: nil)
      #expect(answer.object["id"] == "cus_1")
      let keys = Set(wire.requests.map { request in request.headers.first { $0.name == "Idempotency-Key" }?.value })
      #expect(wire.requests.count == 3 && keys.count == 1)
      #expect(wire.pauses.count == 2 && wire.pauses[0] < .milliseconds(1_001) && wire.pauses[1] >= .seconds(1))
    }
  }

  @Test func itGivesUpAfterThreeTriesAndAtOnceWhenItIsNoUse() async throws {
    let failure = Self.answer(500, ["oops": true])
    let patient = Wire(failure, failure, failure, Self.answer(200))
    let error = await #expect(throws: StripeError.self) { try await patient.client().get("/v1/prices") }
    #expect(error?.kind == .unavailable && patient.requests.count == 3)
    for (status, type, more, kind) in [
      (402, "card_error", ["code": "card_declined", "decline_code": "insufficient_funds"], .cardDeclined),
      (400, "invalid_request_error", [:], .invalidRequest), (401, "invalid_request_error", [:], .unauthorized),
      (403, "invalid_request_error", [:], .forbidden), (404, "invalid_request_error", [:], .notFound),
      (400, "idempotency_error", [:], .idempotencyKeyReused),
    ] as [(Int, String, JSONObject, StripeError.Kind)] {
      let wire = Wire(Self.answer(status, Self.refusal(type, more), [("Request-Id", "req_7")]))
      let error = await #expect(throws: StripeError.self) { try await wire.client().post("/v1/x", [:], key: nil) }
      #expect(error?.kind == kind && error?.requestID == "req_7" && wire.requests.count == 1)
      #expect(error?.declineCode == more["decline_code"]?.stringValue)
    }
    let still = Wire(Self.answer(503, [:], [("stripe-should-retry", "false")]))
    await #expect(throws: StripeError.self) { try await still.client().get("/v1/prices") }
    #expect(still.requests.count == 1)
  }

  @Test func itWaitsAsLongAsItIsTold() async throws {
    let wire = Wire(Self.answer(429, [:], [("Retry-After", "4")]), Self.answer(200))
    _ = try await wire.client().get("/v1/prices")
    #expect(wire.pauses == [.seconds(4)])
  }

  @Test func nothingToldOfItHoldsTheKey() async throws {
    let wire = Wire(
      Self.answer(401, ["error": ["type": "invalid_request_error", "message": .string("Invalid: \(Self.key)")]]))
    let client = try wire.client()
    let error = await #expect(throws: StripeError.self) { try await client.get("/v1/prices") }
    for text in ["\(client.account)", error.map { "\($0)" } ?? ""] { #expect(!text.contains("4eC39")) }
    #expect(error?.message == "Invalid: (key)")
  }

  @Test func onlySecretKeysAreTaken() {
    for (key, mode) in [
      ("sk_test_1234", .test), ("sk_live_1234", .live), ("rk_live_abcd_9", .live), ("pk_test_1234", nil),
      ("sk_prod_1234", nil), ("sk_test_", nil), ("sk_test_12 34", nil), ("whsec_1234", nil), ("", nil),
    ] as [(String, StripeAccount.Mode?)] {
      #expect(StripeAccount(secretKey: key)?.mode == mode, "\(key)")
    }
  }

  @Test func anAnswerSaysHowNewItIs() async throws {
    let wire = Wire(Self.answer(200, ["id": "x"], [("Date", "Sat, 21 Nov 2026 10:00:00 GMT")]), Self.answer(200, [:]))
    let client = try wire.client()
    #expect(try await client.get("/v1/x").asOf?.seconds == 1_795_255_200)
    #expect(try await client.get("/v1/x").asOf == nil)
    #expect(Timestamp(httpDate: "Sunday, 06-Nov-94 08:49:37 GMT") == nil)
  }

  @Test func whatIsNoObjectIsAnError() async throws {
    for body in ["", "[]", "<html>", "{"] {
      let wire = Wire(.success(StripeResponse(status: 200, headers: [], body: Array(body.utf8))))
      let error = await #expect(throws: StripeError.self) { try await wire.client().get("/v1/x") }
      #expect(error?.kind == .malformedAnswer)
    }
  }
}
