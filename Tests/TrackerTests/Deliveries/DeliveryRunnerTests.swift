import ClickPath
import Conversions
import Core
import Database
import TestSupport
import Testing

@testable import TenantTracker

/// The runner against targets that answer, fail, hang and are not there.
@Suite struct DeliveryRunnerTests {
  @Test func aPostbackArrivesWithItsEventID() async throws {
    let bench = try await DeliveryBench()
    try await DeliveryTarget.with { target in
      try await bench.tell("\(target.url)/pb?id={external_id}")
      try await bench.tell("\(target.url)/post") {
        $0.method = .post
        $0.body = "id={external_id}"
      }
      let click = try await bench.click(externalID: "x y")
      try await bench.postbacks.send("click_id=\(click.id)&payout=7")
      try await bench.run()
      let arrivals = target.received.sorted { $0.method < $1.method }
      #expect(arrivals.map(\.uri) == ["/pb?id=x%20y", "/post"])
      #expect(arrivals.map(\.body) == ["", "id=x%20y"])
      #expect(arrivals.last?.contentType == "application/x-www-form-urlencoded")
      let deliveries = try await bench.deliveries()
      #expect(Set(arrivals.map(\.eventID)) == Set(deliveries.map(\.id.description)))
      #expect(deliveries.allSatisfy { $0.state == .delivered && $0.attempts == 1 && $0.lastAttempt?.text == "OK" })
    }
    await bench.postbacks.tenant.close()
  }

  @Test func aRepeatBearsTheSameID() async throws {
    let bench = try await DeliveryBench()
    try await DeliveryTarget.with({ _, number in number < 3 ? .says(500, "sorry") : .says(200) }) { target in
      try await bench.fill(["\(target.url)/"])
      try await bench.run()
      let delivery = try #require(try await bench.deliveries().first)
      #expect(delivery.state == .delivered)
      #expect(delivery.attempts == 3)
      #expect(target.received.map(\.eventID) == Array(repeating: delivery.id.description, count: 3))
    }
    await bench.postbacks.tenant.close()
  }

  @Test func whatIsGivenUpIsKeptWithItsAnswer() async throws {
    let bench = try await DeliveryBench()
    try await DeliveryTarget.with({ arrival, _ in
      arrival.uri == "/away" ? .redirects(to: "http://127.0.0.1:1/") : .says(200, "ERROR: goal")
    }) { target in
      try await bench.tell("\(target.url)/error") { $0.success = .lacks("ERROR:") }
      try await bench.tell("\(target.url)/away")
      try await bench.tell("http://10.0.0.1/private")
      let click = try await bench.click()
      try await bench.postbacks.send("click_id=\(click.id)")
      try await bench.run()
      let deliveries = try await bench.deliveries()
      #expect(deliveries.allSatisfy { $0.state == .dead })
      #expect(deliveries.map(\.attempts) == [DeliveryBench.settings.attempts, 1, 1])
      #expect(deliveries.map { $0.lastAttempt?.status } == [200, 302, nil])
      #expect(deliveries[0].lastAttempt?.text == "ERROR: goal")
    }
    await bench.postbacks.tenant.close()
  }

  @Test func aConversionsStatusesArriveInOrder() async throws {
    let bench = try await DeliveryBench()
    try await DeliveryTarget.with({ arrival, number in
      arrival.uri.hasSuffix("lead") && number < 3 ? .says(500) : .says(200)
    }) { target in
      try await bench.tell("\(target.url)/?{status}", statuses: [.lead, .sale, .rejected])
      let clicks = [try await bench.click(), try await bench.click()]
      for status in ["lead", "approved", "refund"] {
        for click in clicks { try await bench.postbacks.send("click_id=\(click.id)&status=\(status)") }
      }
      try await bench.run()
      let deliveries = try await bench.deliveries()
      for click in clicks {
        let ids = Set(deliveries.filter { $0.clickID == click.id }.map(\.id.description))
        let order = target.received.filter { ids.contains($0.eventID) }.map(\.uri)
        #expect(order == ["/?lead", "/?lead", "/?lead", "/?sale", "/?rejected"])
      }
    }
    await bench.postbacks.tenant.close()
  }

  @Test func aTargetThatHangsDelaysNoOther() async throws {
    var settings = DeliveryBench.settings
    settings.attempts = 1_000
    settings.timeLimit = .seconds(5)
    let bench = try await DeliveryBench(settings)
    try await DeliveryTarget.with({ _, _ in .hangs }) { silent in
      try await DeliveryTarget.with { quick in
        try await bench.fill((0..<50).map { "\(silent.url)/\($0)" })
        try await bench.fill((0..<200).map { "\(quick.url)/\($0)" })
        try await bench.run { _ in
          // Long before the first of the others is given up.
          try await eventually("the quick target has its own") { try await bench.states()["delivered"] == 200 }
          #expect(silent.mostAtOnce <= settings.perTarget)
          #expect(quick.mostAtOnce <= settings.perTarget)
          #expect(try await bench.states()["dead"] == nil)
        }
      }
    }
    await bench.postbacks.tenant.close()
  }

  @Test func everythingEndsAndNothingTwice() async throws {
    var settings = DeliveryBench.settings
    settings.timeLimit = .seconds(1)
    let bench = try await DeliveryBench(settings)
    let down = try await DeliveryTarget.with { $0.url }  // closed by now
    try await DeliveryTarget.with({ arrival, _ in
      switch Int(arrival.uri.dropFirst()) ?? 0 {
      case let number where number % 100 == 7: .hangs
      case let number where number % 10 == 3: .says(500)
      default: .says(200)
      }
    }) { mixed in
      try await DeliveryTarget.with { fine in
        let isHanging = { $0 % 100 == 7 }
        try await bench.fill((0..<1_000).filter { !isHanging($0) }.map { "\(mixed.url)/\($0)" })
        try await bench.fill((0..<1_000).filter(isHanging).map { "\(mixed.url)/\($0)" }, patience: .seconds(3))
        try await bench.fill((0..<900).map { "\(fine.url)/\($0)" })
        try await bench.fill((0..<100).map { "\(down)/\($0)" }, patience: .seconds(3))
        try await bench.run { _ in
          try await eventually(within: .seconds(240), "nothing waits") { try await bench.states()["waiting"] == nil }
        }
        #expect(try await bench.states() == ["delivered": 890 + 900, "dead": 110 + 100])
        #expect(Set(fine.received.map(\.uri)).count == 900)
        #expect(fine.received.count == 900)
        let delivered = mixed.received.filter { (Int($0.uri.dropFirst()) ?? 0) % 10 != 3 }
          .filter { (Int($0.uri.dropFirst()) ?? 0) % 100 != 7 }
        #expect(Set(delivered.map(\.eventID)).count == delivered.count)
      }
    }
    await bench.postbacks.tenant.close()
  }
}
