import ClickPath
import Conversions
import Core
import Database
import TestSupport
import Testing

@testable import TenantTracker

/// The documents' table of aliases, each name sent in every way, down to the row it leaves.
@Suite struct PostbackTableTests {
  private static let clickNames = "subid sub_id click_id clickid trackID aff_sub aff_click_id sub1 sub2".split(
    separator: " ")
  private static let payoutNames =
    "payout amount revenue price pay money summ_approved payment order_sum affiliateCommission value".split(
      separator: " ")
  private static let statusNames = "status type state conversion_status".split(separator: " ")
  private static let transactionNames = "tid transaction_id txid trans_id receipt".split(separator: " ")

  private enum Way: CaseIterable { case query, postQuery, form, json, multipart }

  fileprivate struct Sent {
    var click = "click_id"
    var payout = "payout"
    var status = "status"
    var transaction = "txid"
  }

  /// The row that each of these must leave.
  private struct Expected: Hashable {
    var status = "sale"
    var word = "Approved"
    var payout = "10.50"
    var revenue = "10.50"
    var transaction = "заказ 🛒 #7"
  }

  /// What is sent for it: 8-bit and 4-byte characters, and others that mean something in a query.
  private func pairs(_ names: Sent, _ click: ClickEvent, upper: Bool) -> [(String, String)] {
    [
      (names.click, upper ? click.id.description.uppercased() : click.id.description), (names.payout, "10,50"),
      (names.status, "Approved"), (names.transaction, "заказ 🛒 #7"), ("junk", "ü&=%+"), ("subid9", "x"),
    ]
  }

  private func hit(_ pairs: [(String, String)], _ way: Way, at time: Timestamp) -> PostbackHit {
    let encoded = pairs.map { "\($0.0)=\(PercentCoding.encodeComponent($0.1))" }.joined(separator: "&")
    var hit = PostbackHit(id: ConversionID(at: time), query: "")
    switch way {
    case .query, .postQuery: hit.query = encoded
    case .form: hit.body = Array(encoded.utf8)
    case .json:
      let members = pairs.map { "\(JSONValue.string($0.0).text): \(JSONValue.string($0.1).text)" }
      hit.body = Array("{\(members.joined(separator: ", "))}".utf8)
    case .multipart:
      let parts = pairs.map { "--b\r\nContent-Disposition: form-data; name=\"\($0.0)\"\r\n\r\n\($0.1)\r\n" }
      hit.body = Array((parts.joined() + "--b--\r\n").utf8)
    }
    if way != .query { hit.method = .post }
    hit.contentType =
      switch way {
      case .query, .postQuery: nil
      case .form: "application/x-www-form-urlencoded"
      case .json: "application/json"
      case .multipart: "multipart/form-data; boundary=b"
      }
    return hit
  }

  private func check(_ names: Sent, _ bench: PostbackBench, sourceLocation: SourceLocation = #_sourceLocation)
    async throws
  {
    for way in Way.allCases {
      for upper in [false, true] {
        let click = bench.newClick()
        bench.tail.insert(click)
        bench.clock.advance(by: .milliseconds(1))
        let hit = hit(pairs(names.spelt(upper: upper), click, upper: upper), way, at: bench.clock.now())
        #expect(try await bench.service.receive(hit, in: bench.scope) == .recorded(hit.id), "\(names) \(way)")
        let found = try await bench.conversions(of: click).map {
          Expected(
            status: $0.status.rawValue, word: $0.originalStatus ?? "", payout: $0.payout.amount.description,
            revenue: $0.revenue.description, transaction: $0.transactionID ?? "")
        }
        #expect(found == [Expected()], "\(names) \(way)", sourceLocation: sourceLocation)
      }
    }
  }

  @Test func everyNameInEveryWayLeavesTheSameRow() async throws {
    let bench = try await PostbackBench()
    for name in Self.clickNames { try await check(Sent(click: String(name)), bench) }
    for name in Self.payoutNames { try await check(Sent(payout: String(name)), bench) }
    for name in Self.statusNames { try await check(Sent(status: String(name)), bench) }
    for name in Self.transactionNames { try await check(Sent(transaction: String(name)), bench) }
    await bench.tenant.close()
  }

  @Test func repeatedParametersAndLongQueriesLeaveTheFirstValues() async throws {
    let bench = try await PostbackBench()
    let noise = (0..<5_000).map { "p\($0)=\(String(repeating: "x", count: 14))" }.joined(separator: "&")
    #expect(noise.utf8.count > 100_000)
    for (index, order) in [true, false].enumerated() {
      let click = bench.newClick()
      bench.tail.insert(click)
      let own =
        "click_id=&CLICK_ID=\(click.id)&click_id=x&payout=&PayOut=10.50&payout=3&status=Approved&txid=T\(index)&txid=U"
      let outcome = try await bench.send(order ? "\(own)&\(noise)" : "\(noise)&\(own)")
      #expect(outcome.status == 200)
      let found = try #require(try await bench.conversions(of: click).first)
      #expect(found.payout.amount.description == "10.50" && found.transactionID == "T\(index)")
    }
    await bench.tenant.close()
  }

  @Test func bytesOfAnOldEncodingStayApart() async throws {
    let bench = try await PostbackBench()
    let click = bench.newClick()
    bench.tail.insert(click)
    try await bench.send("click_id=\(click.id)&txid=caf%E9&payout=1")
    try await bench.send("click_id=\(click.id)&txid=caf%E8&payout=2")
    try await bench.send("click_id=\(click.id)&txid=caf%C3%A9&payout=3")
    let found = try await bench.conversions(of: click)
    #expect(found.map(\.transactionID) == ["café", "cafè"])
    #expect(found.map(\.payout.amount.description) == ["3.00", "2.00"])
    await bench.tenant.close()
  }
}

extension PostbackTableTests.Sent {
  /// As written, or in capitals.
  fileprivate func spelt(upper: Bool) -> Self {
    guard upper else { return self }
    return .init(
      click: click.uppercased(), payout: payout.uppercased(), status: status.uppercased(),
      transaction: transaction.uppercased())
  }
}
