import ClickPath
import Conversions
import Core
import Database
import TestSupport
import Testing

@testable import TenantTracker

/// A running tracker with a campaign and an offer of a network, whose conversions tests make and decide about.
struct DecisionBench: Sendable {
  let tracker: RunningTracker
  let admin: TestHTTPClient
  let networkID: Int64
  let offerID: Int64
  let campaignID: Int64

  static func with(
    isLicensed: Bool = true, _ body: (DecisionBench) async throws -> Void
  ) async throws {
    try await withTracker(isLicensed: isLicensed) { tracker in
      let admin = try await tracker.admin()
      let create = { (path: String, json: JSONValue) in
        let answer = try await admin.post("/admin/api/\(path)", json: json)
        return try #require(answer.json["id"]?.intValue, "\(path): \(answer.text)")
      }
      let network = try await create("networks", ["name": "CPA House"])
      let offer = try await create(
        "offers",
        [
          "name": "McAfee", "url": "https://offer.example/", "payout": "10", "currency": "USD",
          "network_id": .int(network),
        ])
      let campaign = try await create("campaigns", ["name": "Push", "slug": "push", "offer_id": .int(offer)])
      try await body(
        DecisionBench(tracker: tracker, admin: admin, networkID: network, offerID: offer, campaignID: campaign))
    }
  }

  /// A click of a new visitor.
  func click() async throws -> String {
    let visitor = tracker.visitor
    _ = try await visitor.get("/c/push")
    return try #require(try await visitor.cookie("_tly_click"))
  }

  /// Sends a postback for a click and gives the conversion's id.
  @discardableResult
  func postback(_ click: String, _ more: String = "") async throws -> String {
    let processed = try await conversions(reportedOf: click)
    let answer = try await tracker.visitor.get("/postback?click_id=\(click)\(more)")
    // On a busy machine its click may still be in the journal: then it is recorded after it.
    #expect([200, 202].contains(answer.status), "\(answer.text)")
    try await eventually("the postback is processed") {
      try await conversions(reportedOf: click).count > processed.count
    }
    return try #require(try await conversions(reportedOf: click).first { processed[$0.key] == nil }?.value)
  }

  /// What each of a click's postbacks was about, by the hit's id.
  private func conversions(reportedOf click: String) async throws -> [UUIDv7: String] {
    let scope = try tracker.scope
    let rows = try await scope.query(
      """
      SELECT id, conversion_id FROM \(scope.schema).postback_log
      WHERE click_id = \(ClickID(click)) AND conversion_id IS NOT NULL
      """)
    return Dictionary(
      try rows.map { (try $0.get("id"), try $0.get("conversion_id", as: ConversionID.self).description) }
    ) { first, _ in first }
  }

  /// A conversion of a click of its own.
  func conversion(_ more: String = "") async throws -> String { try await postback(click(), more) }

  func read(_ id: String) async throws -> JSONValue {
    let answer = try await admin.get("/admin/api/conversions/\(id)")
    #expect(answer.status == 200, "\(answer.text)")
    return answer.json
  }

  func set(_ id: String, _ status: String, note: String? = nil, by client: TestHTTPClient? = nil) async throws
    -> TestHTTPAnswer
  {
    try await (client ?? admin).post(
      "/admin/api/conversions/\(id)/status", json: ["status": .string(status), "note": JSONValue(note)])
  }

  /// Conversions of clicks long gone, written as they are.
  func plant(_ count: Int, status: ConversionStatus = .sale, payout: Int64 = 2_000_000) async throws -> [String] {
    let scope = try tracker.scope
    let now = tracker.clock.now()
    let ids = (0..<count).map { ConversionID(at: now + .milliseconds(Int64($0))) }
    let clicks = (0..<count).map { ClickID(at: now + .milliseconds(Int64($0))) }
    try await scope.execute(
      """
      INSERT INTO \(scope.schema).conversions
        (id, click_id, click_ts, type, status, payout_micros, currency, revenue_micros, match, campaign_id, offer_id,
         created_at, updated_at)
      SELECT i, c, \(now), 'sale', \(status.rawValue), \(payout), 'USD', \(status == .sale ? payout : 0), 'click_id',
        \(campaignID), \(offerID), \(now), \(now)
      FROM unnest(\(ids)) WITH ORDINALITY AS a (i, n) JOIN unnest(\(clicks)) WITH ORDINALITY AS b (c, m) ON n = m
      """)
    return ids.map(\.description)
  }

  func bulk(_ body: JSONObject, _ path: String = "status", by client: TestHTTPClient? = nil) async throws
    -> TestHTTPAnswer
  {
    try await (client ?? admin).post("/admin/api/conversions/\(path)", json: .object(body))
  }
}

extension JSONValue {
  /// The strings of a list.
  var texts: [String] { arrayValue?.compactMap(\.stringValue) ?? [] }
}
