import ClickPath
import Core
import Database
import TestSupport
import Testing

@testable import TenantTracker

@Suite struct ClickSearchTests {
  private static let noon = Timestamp(seconds: 1_795_262_400)  // 2026-11-21T12:00:00Z

  @Test func stretchesGrowWhereLittleIsFoundAndLeaveNothingOut() {
    let bounds = ClickID.first(at: Self.noon - .days(100))..<ClickID.first(at: Self.noon)
    for isOldestFirst in [false, true] {
      var search = ClickSearch(bounds, after: nil, isOldestFirst: isOldestFirst)
      var stretches: [Range<ClickID>] = []
      while let stretch = search.stretch {
        stretches.append(stretch)
        search.pass(stretch, isFull: false)
      }
      // A day, 4, 16, 64, and the rest.
      #expect(stretches.count == 5)
      let inOrder = isOldestFirst ? stretches : stretches.reversed()
      #expect(inOrder.first?.lowerBound == bounds.lowerBound && inOrder.last?.upperBound == bounds.upperBound)
      for (left, right) in zip(inOrder, inOrder.dropFirst()) { #expect(left.upperBound == right.lowerBound) }
    }
  }

  @Test func aStretchThatIsCutGoesOnWhereItWasCut() throws {
    let bounds = ClickID.first(at: Self.noon - .days(1))..<ClickID.first(at: Self.noon)
    let last = ClickID(at: Self.noon - .hours(3))
    for isOldestFirst in [false, true] {
      var search = ClickSearch(bounds, after: nil, isOldestFirst: isOldestFirst)
      let part = search.cut(try #require(search.stretch), at: last)
      #expect(part.contains(last))
      search.pass(part, isFull: true)
      #expect(!search.left.contains(last))
      #expect(search.cursor == last)
      let next = ClickSearch(bounds, after: search.cursor, isOldestFirst: isOldestFirst)
      #expect(next.left == search.left)
    }
  }

  @Test func anIdFromTheEndOfTimeEndsTheSearch() {
    let bounds = ClickID.first(at: Self.noon - .days(1))..<ClickID.first(at: Self.noon)
    let end = ClickID(high: .max, low: .max)
    #expect(ClickSearch(bounds, after: end, isOldestFirst: true).stretch == nil)
    #expect(ClickSearch(bounds, after: ClickID(high: 0, low: 0), isOldestFirst: false).stretch == nil)
    #expect(ClickSearch(end..<end.next, after: nil, isOldestFirst: false).stretch == nil)
  }

  // On Postgres

  /// Three months, a thousand clicks each, one of every hundred from Germany.
  private func bench(_ body: (TestTenant, [ClickEvent]) async throws -> Void) async throws {
    let (first, last) = (try #require(LocalDate("2026-09-01")), try #require(LocalDate("2026-11-30")))
    let tenant = try await TestTenant(clicksOn: first...last)
    let clicks = (0..<3_000).map { number -> ClickEvent in
      var click = ClickEvent(
        id: ClickID(at: Self.noon - .minutes(Int64(number) * 35)), tenantID: tenant.scope.tenantID, status: .ok,
        campaignID: 1, ip: IPAddress(v4: 1), currency: .usd)
      click.country = number % 100 == 99 ? "DE" : "US"
      return click
    }
    var rows = CopyRows()
    for click in clicks { ClickColumns.append(click, to: &rows) }
    try await tenant.scope.withConnection { [rows] connection in
      _ = try await connection.copyIn(ClickColumns.target(tenant.scope.schema), rows: rows)
      try await connection.execute("ANALYZE \(tenant.scope.schema).clicks")
    }
    try await body(tenant, clicks)
    await tenant.close()
  }

  private static func store(depth: Int = 500_000, step: Int = 50_000) -> ClickStore {
    ClickStore(clock: TestClock(noon), depth: depth, step: step)
  }

  @Test func aRareFilterAnswersWhatItFoundAndGoesOn() async throws {
    try await bench { tenant, clicks in
      let rare = clicks.filter { $0.country == "DE" }.map(\.id)
      for isOldestFirst in [false, true] {
        var filter = ClickFilter(texts: [("country", "DE")])
        filter.isOldestFirst = isOldestFirst
        var seen: [ClickID] = []
        var cursor: ClickID?
        var partial = 0
        repeat {
          let page = try await Self.store(depth: 400, step: 100)
            .page(filter, limit: 20, after: cursor, of: tenant.scope)
          #expect((page.searchedTo == nil) == (page.nextCursor == nil || page.items.count == 20))
          if page.searchedTo != nil { partial += 1 }
          seen += page.items.map(\.id)
          cursor = page.nextCursor.flatMap { ClickID($0) }
        } while cursor != nil
        #expect(seen == (isOldestFirst ? rare.reversed() : rare))
        #expect(partial >= 5)
      }
    }
  }

  @Test func noLimitIsMetByAnOrdinarySearch() async throws {
    try await bench { tenant, clicks in
      let page = try await Self.store().page(
        ClickFilter(texts: [("country", "DE")]), limit: 50, after: nil, of: tenant.scope)
      #expect(page.items.count == 30 && page.searchedTo == nil && page.nextCursor == nil)
      #expect(page.json["searched_to"] == .null)
      let all = try await Self.store().page(ClickFilter(), limit: 500, after: nil, of: tenant.scope)
      #expect(all.items.map(\.id) == clicks.prefix(500).map(\.id))
    }
  }

  @Test func aPageReadsOnlyItsPartitionsBackwardsAndSortsNothing() async throws {
    try await bench { tenant, _ in
      let schema = tenant.scope.schema
      let stretch = ClickID.first(at: Self.noon - .days(1))..<ClickID.first(at: Self.noon)
      let statement = ClickStore.statement(
        stretch, ClickFilter(texts: [("country", "US")]).conditions, limit: 20, isOldestFirst: false, of: schema)
      let plan = try await tenant.scope.query("EXPLAIN \(statement)")
        .map { row throws(DatabaseError) in try row.get("QUERY PLAN", as: String.self) }.joined(separator: "\n")
      #expect(plan.contains("clicks_2026_11"), "\(plan)")
      #expect(!plan.contains("clicks_2026_10") && !plan.contains("clicks_2026_9"), "\(plan)")
      #expect(plan.contains("Index Scan Backward") && !plan.contains("Sort"), "\(plan)")
    }
  }
}
