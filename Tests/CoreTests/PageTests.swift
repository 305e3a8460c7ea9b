import Core
import Testing

@Suite struct PageRequestTests {
  private func request(_ query: String) throws -> PageRequest {
    try PageRequest(query: PercentCoding.queryItems(query))
  }

  @Test func withoutAQueryItIsTheFirstFifty() throws {
    #expect(try request("") == PageRequest())
    #expect(PageRequest().limit == 50)
    #expect(try request("limit=&cursor=&sort=&q=&status=") == PageRequest())
  }

  @Test func everyPartIsRead() throws {
    #expect(
      try request("limit=500&cursor=abc&sort=-created_at&q=spring+sale&status=active&campaign_id=7")
        == PageRequest(
          limit: 500, cursor: "abc", sort: "created_at", descending: true, q: "spring sale",
          filters: ["status": "active", "campaign_id": "7"]))
    let ascending = try request("limit=1&sort=name")
    #expect(ascending.limit == 1)
    #expect(ascending.sort == "name" && !ascending.descending)
  }

  @Test(arguments: ["0", "501", "-1", "x", "1.5", "1e1", "99999999999999999999", " 5", "５"])
  func aLimitOutsideOf1To500IsRefused(limit: String) {
    #expect(throws: Problem.invalid("limit", "range", "must be 1 to 500")) {
      try PageRequest(query: [("limit", limit)])
    }
  }

  /// Postgres has no word for it: the query would fail.
  @Test(arguments: ["q=a%00b", "cursor=%00", "sort=%00", "status=%00"])
  func aNULCharacterIsRefused(query: String) throws {
    let problem = try #require(throws: Problem.self) { try request(query) }
    #expect(problem.status == 422)
    #expect(problem.errors.map(\.field) == [String(query.prefix { $0 != "=" })])
    #expect(problem.errors.map(\.code) == ["invalid"])
  }

  @Test func aSearchIsCutAt200Characters() throws {
    #expect(try request("q=" + String(repeating: "a", count: 300)).q?.utf8.count == 200)
  }
}

@Suite struct PageTests {
  @Test func theExtraRowOnlySaysThatThereIsMore() {
    let full = Page(fetched: [1, 2, 3], limit: 2) { "after-\($0)" }
    #expect(full.items == [1, 2])
    #expect(full.nextCursor == "after-2")
    let last = Page(fetched: [1, 2], limit: 2) { "after-\($0)" }
    #expect(last.items == [1, 2])
    #expect(last.nextCursor == nil)
    #expect(Page(fetched: [Int](), limit: 2) { "\($0)" }.nextCursor == nil)
  }

  @Test func aPageIsWrittenAsTheContractHasIt() {
    #expect(
      Page(items: [1, 2], nextCursor: "c", total: 9).json { .int($0) }.text
        == #"{"items":[1,2],"next_cursor":"c","total":9}"#)
    #expect(Page(items: [Int]()).json { .int($0) }.text == #"{"items":[],"next_cursor":null}"#)
  }
}
