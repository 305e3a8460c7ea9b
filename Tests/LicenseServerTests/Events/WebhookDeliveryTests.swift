import Core
import Database
import Security
import TestSupport
import Testing

@testable import LicenseServer

@Suite struct WebhookDeliveryTests {
  private let url = "https://hooks.example.com/a"

  private func deliveries(_ server: RunningServer, _ endpoint: JSONValue) async throws -> [JSONValue] {
    let id = endpoint["id"]?.intValue ?? 0
    return try await server.vendor().get("/api/webhook-endpoints/\(id)/deliveries").json["items"]?.arrayValue ?? []
  }

  @Test func anEventIsToldOnceSignedAndInTheLog() async throws {
    try await withServer { server in
      let receiver = WebhookReceiver()
      let endpoint = try await server.endpoint(url)
      let license = try await server.license("pro")
      try await server.sendWebhooks(to: receiver)
      let arrival = try #require(receiver.received.first { $0.type == "license.created" })
      #expect(arrival.isSigned(by: endpoint["secret"]?.stringValue ?? ""))
      #expect(arrival.timestamp == server.clock.now().seconds)
      #expect(try JSONValue.parse(Array(arrival.body.utf8))["data"]?["license"]?["id"]?.intValue == license.id)
      #expect(!arrival.body.contains(license.key))
      let told = receiver.received.count
      #expect(try await server.sendWebhooks(to: receiver) == 0 && receiver.received.count == told)
      let log = try await deliveries(server, endpoint)
      #expect(log.count == told && log.allSatisfy { $0["state"] == "delivered" && $0["response_status"] == 200 })
    }
  }

  @Test func onlyTheWantedEventsOfTheOwnerAreTold() async throws {
    try await withServer { server in
      let receiver = WebhookReceiver()
      _ = try await server.endpoint("https://suspended.example.com/", ["event_types": ["license.suspended"]])
      let license = try await server.license("pro", ["customer_email": "one@example.com"])
      let other = try await server.license("pro", ["customer_email": "two@example.com"])
      let customer = try await server.vendor().get("/api/customers?email=one@example.com").json["items"]?.arrayValue?
        .first
      _ = try await server.endpoint("https://one.example.com/", ["customer_id": customer?["id"] ?? .null])
      try await server.change(license, "suspend")
      try await server.change(other, "suspend")
      try await server.change(other, "reinstate")
      try await server.sendWebhooks(to: receiver)
      #expect(
        receiver.received.filter { $0.url.contains("suspended") }.map(\.type) == [
          "license.suspended", "license.suspended",
        ])
      #expect(receiver.received.filter { $0.url.contains("one") }.map(\.type) == ["license.suspended"])
    }
  }

  @Test func whatIsRolledBackIsNotTold() async throws {
    struct Abandoned: Error {}
    try await withServer { server in
      let receiver = WebhookReceiver()
      _ = try await server.endpoint(url)
      await #expect(throws: Abandoned.self) {
        try await server.plane.database.transaction { connection in
          try await VendorEventStore(connection).record(
            VendorEvent(.licenseCreated, data: [:]), at: server.clock.now())
          throw Abandoned()
        }
      }
      #expect(try await server.sendWebhooks(to: receiver) == 0)
    }
  }

  @Test func aFailureIsTriedTenTimesOverDaysWithTheSameIdAndThenGivenUp() async throws {
    try await withServer { server in
      let receiver = WebhookReceiver()
      let endpoint = try await server.endpoint(url, ["event_types": ["license.created"]])
      receiver.answer(500, at: url)
      _ = try await server.license("pro")
      let begun = server.clock.now()
      var moments: [Int64] = []
      for wait in WebhookSettings().waits {
        if wait > .zero {
          server.clock.advance(by: wait - .milliseconds(1))
          #expect(try await server.sendWebhooks(to: receiver) == 0)
          server.clock.advance(by: .milliseconds(1))
        }
        #expect(try await server.sendWebhooks(to: receiver) == 1)
        moments.append((server.clock.now() - begun).components.seconds)
      }
      #expect(moments == [0, 5, 305, 2_105, 9_305, 27_305, 63_305, 113_705, 185_705, 272_105])
      server.clock.advance(by: .hours(72))
      #expect(try await server.sendWebhooks(to: receiver) == 0)
      #expect(Set(receiver.received.map(\.id)).count == 1 && Set(receiver.received.map(\.body)).count == 1)
      let delivery = try #require(try await deliveries(server, endpoint).first)
      #expect(delivery["state"] == "dead" && delivery["attempts"] == 10)
      #expect(delivery["response_body"] == "said 500" && delivery["problem"] == "The endpoint answered 500.")

      receiver.answer(200, at: url)
      let vendor = try await server.vendor()
      let id = delivery["id"]?.intValue ?? 0
      #expect(try await vendor.post("/api/webhook-deliveries/\(id)/resend", json: [:]).status == 202)
      #expect(try await server.sendWebhooks(to: receiver) == 1)
      #expect(Set(receiver.received.map(\.id)).count == 1, "a repeat keeps its id")
      #expect(try await deliveries(server, endpoint).first?["state"] == "delivered")
    }
  }

  @Test func whoIsGoneIsDisabledAndItsOwnerTold() async throws {
    try await withServer { server in
      let receiver = WebhookReceiver()
      _ = try await server.license("pro", ["customer_email": "one@example.com"])
      let endpoint = try await server.endpoint(url, ["customer_id": 1])
      receiver.answer(410, at: url)
      let other = try await server.license("pro", ["customer_email": "one@example.com"])
      try await server.change(other, "suspend")
      try await server.sendWebhooks(to: receiver)
      let vendor = try await server.vendor()
      let id = endpoint["id"]?.intValue ?? 0
      let now = try await vendor.get("/api/webhook-endpoints/\(id)").json
      #expect(now["status"] == "disabled" && now["disabled_reason"] == "It answered 410 Gone.")
      #expect(try await deliveries(server, endpoint).allSatisfy { $0["state"] != "waiting" })
      try await server.doJobs()
      #expect(server.mails(to: "one@example.com").contains { $0.subject == "A webhook endpoint of yours was disabled" })
      let told = receiver.received.count
      try await server.change(other, "reinstate")
      try await server.sendWebhooks(to: receiver)
      #expect(receiver.received.count == told)
      #expect(try await vendor.post("/api/webhook-endpoints/\(id)/test", json: [:]).status == 409)
      let enabled = try await vendor.send("PATCH", "/api/webhook-endpoints/\(id)", json: ["status": "enabled"])
      #expect(enabled.json["status"] == "enabled" && enabled.json["disabled_reason"] == .null)
    }
  }

  @Test func whileASecretRotatesBothSign() async throws {
    try await withServer { server in
      let receiver = WebhookReceiver()
      let vendor = try await server.vendor()
      let endpoint = try await server.endpoint(url)
      let id = endpoint["id"]?.intValue ?? 0
      let rotated = try await vendor.post("/api/webhook-endpoints/\(id)/rotate-secret", json: ["overlap_hours": 2]).json
      let (old, new) = (endpoint["secret"]?.stringValue ?? "", rotated["secret"]?.stringValue ?? "")
      #expect(old != new)
      _ = try await vendor.post("/api/webhook-endpoints/\(id)/test", json: [:])
      try await server.sendWebhooks(to: receiver)
      let both = try #require(receiver.received.last)
      #expect(both.type == "endpoint.test" && both.signatures.count == 2)
      #expect(both.isSigned(by: old) && both.isSigned(by: new))
      server.clock.advance(by: .hours(2))
      _ = try await vendor.post("/api/webhook-endpoints/\(id)/test", json: [:])
      try await server.sendWebhooks(to: receiver)
      let one = try #require(receiver.received.last)
      #expect(one.signatures.count == 1 && one.isSigned(by: new) && !one.isSigned(by: old))
      let stored = try await server.plane.database.one("SELECT secret, former_secret FROM license.webhook_endpoints")
      let sealed: String = try stored.get("secret")
      #expect(!sealed.contains(new))
    }
  }

  @Test func ofTwoRunnersEachDeliveryIsOnesOwn() async throws {
    try await withServer { server in
      let receiver = WebhookReceiver()
      for number in 1...6 { _ = try await server.endpoint("https://hooks.example.com/\(number)") }
      try await server.plane.database.transaction { connection in
        for _ in 1...20 {
          try await VendorEventStore(connection).record(
            VendorEvent(.licenseCreated, data: [:]), at: server.clock.now())
        }
      }
      let (first, second) = (
        server.plane.makeWebhookRunner(send: receiver.send), server.plane.makeWebhookRunner(send: receiver.send)
      )
      async let one = first.runDue()
      async let two = second.runDue()
      let (sentByOne, sentByTwo) = try await (one, two)
      #expect(sentByOne + sentByTwo == 120)
      #expect(Set(receiver.received.map { "\($0.id) \($0.url)" }).count == 120 && receiver.received.count == 120)
    }
  }

  @Test func aDeadRunnersDeliveryIsAnothersAfterTheLease() async throws {
    try await withServer { server in
      let receiver = WebhookReceiver()
      _ = try await server.endpoint(url, ["event_types": ["license.created"]])
      _ = try await server.license("pro")
      let queue = WebhookQueue(database: server.plane.database, clock: server.clock)
      let lost = try #require(try await queue.claim(10, free: [:]).first)
      #expect(try await server.sendWebhooks(to: receiver) == 0)
      server.clock.advance(by: .seconds(61))
      #expect(try await server.sendWebhooks(to: receiver) == 1)
      let late = WebhookVerdict(
        .failure(.timedOut), attempt: 1, at: server.clock.now(), took: .zero, settings: WebhookSettings())
      #expect(try await !queue.finish(lost, late, in: server.plane.database), "a lost claim writes nothing")
    }
  }

  @Test func addressesAreCheckedAndEndpointsCounted() async throws {
    try await withServer { server in
      let vendor = try await server.vendor()
      for url in ["http://example.com/", "https://10.1.2.3/", "nonsense"] {
        let answer = try await vendor.post("/api/webhook-endpoints", json: ["url": .string(url)])
        #expect(answer.status == 422 && answer.json["errors"]?.arrayValue?.first?["field"] == "url")
      }
      let unknown = try await vendor.post("/api/webhook-endpoints", json: ["url": .string(url), "customer_id": 99])
      #expect(unknown.status == 422)
      let odd = try await vendor.post(
        "/api/webhook-endpoints", json: ["url": .string(url), "event_types": ["license.invented"]])
      #expect(odd.status == 422)
      for _ in 1...20 {
        #expect(try await vendor.post("/api/webhook-endpoints", json: ["url": .string(url)]).status == 201)
      }
      #expect(try await vendor.post("/api/webhook-endpoints", json: ["url": .string(url)]).status == 409)
    }
  }
}
