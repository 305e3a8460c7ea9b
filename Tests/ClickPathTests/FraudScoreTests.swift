import Core
import Testing

@testable import ClickPath

@Suite struct FraudScoreTests {
  typealias Visitor = FraudWorld.Visitor

  struct Row: Sendable, CustomTestStringConvertible {
    var name: String
    var visitor = Visitor()
    /// Clicks before: how many, and how many milliseconds ago.
    var before: [(count: Int, ago: Int64)] = []
    var list: [BlacklistRecord] = []
    let score: UInt8
    let trace: [String]
    var stop: StopReason?

    var testDescription: String { name }
  }

  /// The documented table, each boundary one below, at and above.
  static let rows: [Row] = [
    Row(name: "a person", score: 0, trace: []),
    Row(name: "a known bot", visitor: .init(bot: "curl"), score: 40, trace: ["bot:ua+40"], stop: .knownBot),
    Row(name: "the fourth click", before: [(3, 0)], score: 0, trace: []),
    Row(name: "the fifth click", before: [(4, 0)], score: 0, trace: []),
    Row(name: "the sixth click", before: [(5, 0)], score: 25, trace: ["flood30+25"]),
    Row(name: "the sixth, the first 29.999 s ago", before: [(5, 29_999)], score: 25, trace: ["flood30+25"]),
    Row(name: "the sixth, the first 30 s ago", before: [(5, 30_000)], score: 0, trace: []),
    Row(name: "the sixth, one 30.001 s ago", before: [(1, 30_001), (4, 0)], score: 0, trace: []),
    Row(name: "the twentieth in 5 minutes", before: [(19, 60_000)], score: 0, trace: []),
    Row(name: "the twenty-first in 5 minutes", before: [(20, 60_000)], score: 30, trace: ["flood300+30"]),
    Row(name: "the twenty-second in 5 minutes", before: [(21, 60_000)], score: 30, trace: ["flood300+30"]),
    Row(name: "the twenty-first, 299.999 s", before: [(20, 299_999)], score: 30, trace: ["flood300+30"]),
    Row(name: "the twenty-first, 300 s", before: [(20, 300_000)], score: 0, trace: []),
    Row(
      name: "the twenty-first within 30 s", before: [(20, 0)], score: 55, trace: ["flood30+25", "flood300+30"],
      stop: .fraudScore),
    Row(
      name: "both floods, the short one over", before: [(15, 200_000), (5, 30_000)], score: 30, trace: ["flood300+30"]),
    Row(name: "a data centre", visitor: .init(provider: "Amazon AWS"), score: 15, trace: ["datacenter+15"]),
    Row(
      name: "listed by hand", list: [.init(range: "203.0.113.7")], score: 50, trace: ["blacklist+50"],
      stop: .blacklisted),
    Row(
      name: "listed by itself", list: [.init(range: "203.0.113.7", isAutomatic: true)], score: 50,
      trace: ["blacklist+50"], stop: .fraudScore),
    Row(
      name: "both ways counts once",
      list: [.init(range: "203.0.113.0/24"), .init(range: "203.0.113.7", isAutomatic: true)], score: 50,
      trace: ["blacklist+50"], stop: .blacklisted),
    Row(name: "no user agent", visitor: .init(agent: nil), score: 10, trace: ["ua:short+10"]),
    Row(name: "an empty user agent", visitor: .init(agent: "  "), score: 10, trace: ["ua:short+10"]),
    Row(name: "nine bytes of user agent", visitor: .init(agent: "123456789"), score: 10, trace: ["ua:short+10"]),
    Row(name: "ten bytes of user agent", visitor: .init(agent: "1234567890"), score: 0, trace: []),
    Row(name: "Mozilla/5.0 alone", visitor: .init(agent: "Mozilla/5.0"), score: 0, trace: []),
    Row(
      name: "exactly fifty", visitor: .init(agent: "", provider: "Hetzner Online GmbH"),
      before: [(5, 0)], score: 50, trace: ["flood30+25", "datacenter+15", "ua:short+10"], stop: .fraudScore),
    Row(
      name: "forty-five", visitor: .init(provider: "Contabo Hosting"), before: [(20, 60_000)], score: 45,
      trace: ["flood300+30", "datacenter+15"]),
    Row(
      name: "fifty-five", visitor: .init(agent: "", provider: "OVH SAS"), before: [(20, 60_000)], score: 55,
      trace: ["flood300+30", "datacenter+15", "ua:short+10"], stop: .fraudScore),
    Row(
      name: "everything is still a hundred", visitor: .init(agent: "", bot: "curl", provider: "AWS"),
      before: [(20, 0)], list: [.init(range: "203.0.113.7")], score: 100,
      trace: ["bot:ua+40", "flood30+25", "flood300+30", "datacenter+15", "blacklist+50", "ua:short+10"],
      stop: .knownBot),
  ]

  @Test(arguments: rows) func aClickHasTheDocumentedScoreAndSaysWhy(_ row: Row) throws {
    let world = try FraudWorld { $0.tenant.blacklist = row.list }
    // Oldest first, so that this click is at the world's own time.
    for (count, ago) in row.before { world.flood(count, after: -ago) }
    let result = world.click(row.visitor)
    let event = try #require(result.event)
    let notes = event.trace.filter { !$0.hasPrefix("offer:") && $0 != "auto_blacklist" }
    #expect(event.fraudScore == row.score)
    #expect(notes == row.trace + (row.stop.map { [$0.rawValue] } ?? []))
    #expect(result.stop == row.stop)
    #expect(event.status == (row.stop == nil ? .ok : .blocked))
  }

  @Test(arguments: rows) func withoutTheFilterNobodyIsBlockedAndTheScoreIsTheSame(_ row: Row) throws {
    let world = try FraudWorld(filter: false) { $0.tenant.blacklist = row.list }
    for (count, ago) in row.before { world.flood(count, after: -ago) }
    let result = world.click(row.visitor)
    #expect(result.stop == nil)
    #expect(result.event?.status == .ok)
    #expect(result.event?.fraudScore == row.score)
  }

  @Test(arguments: rows) func withoutTheKitOnlyKnownBotsAndManualEntriesAreStoppedAndThereIsNoScore(_ row: Row) throws {
    let world = try FraudWorld(plan: []) { $0.tenant.blacklist = row.list }
    for (count, ago) in row.before { world.flood(count, after: -ago) }
    let result = world.click(row.visitor)
    let stop = row.stop == .fraudScore ? nil : row.stop
    #expect(result.stop == stop)
    #expect(result.event?.fraudScore == nil)
    #expect(result.event?.trace.contains { $0.contains("+") } == false)
    #expect(world.windows.figures.addresses == 0)
  }

  @Test func theTableIsTheDocuments() {
    #expect(FraudFactors.table.map(\.points) == [40, 25, 30, 15, 50, 10])
    for set in 0..<UInt8(64) {
      let factors = FraudFactors(rawValue: set)
      let sum = FraudFactors.table.filter { factors.contains($0.factor) }.reduce(0) { $0 + $1.points }
      #expect(factors.score == UInt8(min(100, sum)))
      #expect(factors.codes.count == set.nonzeroBitCount)
    }
  }

  @Test func theStoppedGoWhereTheFilterSaysElseToGoogle() throws {
    let bot = Visitor(bot: "curl")
    #expect(try FraudWorld().click(bot).answer.location == "https://www.google.com/")
    let world = try FraudWorld { $0.campaign.botFilter.redirectURL = "https://bots.example/{sub1}" }
    let result = world.click(bot)
    #expect(result.answer.location == "https://bots.example/curl")
    #expect(result.answer.cookies.count == 2)
  }

  @Test func aPausedCampaignCountsNothing() throws {
    let world = try FraudWorld { $0.campaign.isPaused = true }
    world.flood(6)
    #expect(world.windows.figures.addresses == 0)
  }

  @Test func blockedHitsCountForTheWindowsToo() throws {
    let world = try FraudWorld()
    world.flood(6, Visitor(bot: "curl"))
    #expect(world.click().event?.fraudScore == 25)
  }

  @Test func whatIsNoClickIsScoredAndChangesNothing() throws {
    let world = try FraudWorld()
    for _ in 0..<10 {
      world.click(method: .head)
      world.click(headers: ("Sec-Purpose", "prefetch"))
      world.click(.init(agent: "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"))
      _ = world.explain()
    }
    #expect(world.windows.figures.addresses == 0)
    world.flood(5)
    // The sixth would be one too many, however often one asks.
    for _ in 0..<3 { #expect(world.explain()["trace"]?.arrayValue?.contains("flood30+25") == true) }
    #expect(world.click().event?.fraudScore == 25)
  }

  @Test func floodsAreOfOneTenantAndOneAddress() {
    let windows = FloodWindows(bytes: 1 << 20)
    let (first, second) = (IPAddress(v4: 1), IPAddress(v4: 2))
    for _ in 0..<6 { _ = windows.note(first, of: 1, at: 0) }
    #expect(windows.counts(first, of: 1, at: 0).short == 6)
    #expect(windows.counts(first, of: 2, at: 0).short == 0)
    #expect(windows.counts(second, of: 1, at: 0).short == 0)
  }
}
