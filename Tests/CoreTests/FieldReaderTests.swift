import Core
import Testing

@Suite struct FieldReaderTests {
  @Test(arguments: [nil, .null, [], "x", 1, true] as [JSONValue?])
  func onlyAnObjectIsRead(document: JSONValue?) {
    #expect(throws: Problem.invalid("body", "type", "must be a JSON object")) { try FieldReader(document) }
    #expect(throws: Problem.invalid("cap", "type", "must be a JSON object")) { try FieldReader(document, path: "cap") }
  }

  @Test func allFaultsAreToldAtOnceInTheOrderTheyWereFound() throws {
    var fields = try FieldReader(["name": "", "cost": "much", "surplus": 1, "email": "nobody"])
    _ = fields.string("name")
    _ = fields.string("slug")
    _ = fields.micros("cost")
    _ = fields.email("email")
    fields.fault("plan", "licence", "is not in your plan")
    let problem = try #require(throws: Problem.self) { try fields.finish() }
    #expect(problem.status == 422)
    #expect(problem.code == "validation_failed")
    #expect(
      problem.errors.map { "\($0.field) \($0.code)" } == [
        "name required", "slug required", "cost amount", "email email", "plan licence", "surplus unknown_field",
      ])
    #expect(problem.detail == "name: must have 1 to 255 characters")
  }

  @Test func aGoodDocumentPasses() throws {
    var fields = try FieldReader(["name": " Spring ", "active": true])
    #expect(fields.string("name") == "Spring")
    #expect(fields.bool("active", default: false) == true)
    #expect(fields.bool("test", default: true) == true)
    try fields.finish()
    #expect(fields.faults.isEmpty)
  }

  @Test func everyFieldThatNobodyAskedForIsAFault() throws {
    var fields = try FieldReader(["a": 1, "b": nil, "c": 2, "d": nil])
    #expect(fields.has("a") == true)
    #expect(fields.value("b") == .null)
    let problem = try #require(throws: Problem.self) { try fields.finish() }
    #expect(problem.errors.map(\.field) == ["c", "d"])
    #expect(problem.errors.allSatisfy { $0.code == "unknown_field" })
  }

  @Test func hasAndValueTellNullFromAbsent() throws {
    var fields = try FieldReader(["null": nil, "there": 1])
    #expect(fields.has("null") && fields.has("there") && !fields.has("absent"))
    #expect(fields.value("null") == .null)
    #expect(fields.value("there") == 1)
    #expect(fields.value("absent") == nil)
    try fields.finish()
  }

  @Test func aNestedReaderNamesItsFaultsByPath() throws {
    var fields = try FieldReader(["cap": ["limit": 0, "hourz": 1], "name": "x"])
    let inner = try #require(fields.optionalObject("cap") ?? nil)
    var cap = try FieldReader(inner, path: "cap")
    #expect(cap.int("limit", range: 1...10) == nil)
    #expect(cap.int("hours") == nil)
    fields.adopt(cap)
    let problem = try #require(throws: Problem.self) { try fields.finish() }
    #expect(
      problem.errors.map { "\($0.field) \($0.code)" } == [
        "cap.limit range", "cap.hours required", "cap.hourz unknown_field", "name unknown_field",
      ])
  }

  @Test func adoptingAReaderWithoutFaultsAddsNone() throws {
    var fields = try FieldReader(["filters": [["field": "country"], ["field": "os"]]])
    let filters = fields.array("filters")
    for (index, element) in try #require(filters).enumerated() {
      var filter = try FieldReader(element, path: "filters.\(index)")
      #expect(filter.oneOf("field", ["country", "os"]) != nil)
      fields.adopt(filter)
    }
    try fields.finish()
  }
}
