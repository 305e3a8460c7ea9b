import Core
import Testing

@testable import Web

@Suite struct OpenAPITests {
  let table = SampleAPI().table

  @Test func theDocumentHasEachRouteAndNoOther() {
    let document = table.openAPI(title: "Sample", version: "1", serverPath: "/api")
    var described: Set<String> = []
    for path in document["paths"]?.objectValue?.members ?? [] {
      for operation in path.value.objectValue?.members ?? [] {
        described.insert("\(operation.key.uppercased()) \(path.key)")
      }
    }
    #expect(described == Set(table.routes.map { "\($0.method.rawValue) \($0.path)" }))
    #expect(document["openapi"] == "3.1.0")
    #expect(document["servers"] == [["url": "/api"]])
  }

  @Test func anOperationSaysAllThatItsRouteSays() throws {
    let paths = table.openAPI(title: "Sample", version: "1", serverPath: "/api")["paths"]
    let create = try #require(paths?["/campaigns"]?["post"])
    #expect(create["x-permission"] == ["section": "campaigns", "access": "write"])
    #expect(create["security"] == [["token": []]])
    #expect(create["responses"]?["201"]?["content"]?["application/json"]?["schema"] == Schema.ref("campaign").json)
    #expect(create["responses"]?["default"]?["content"]?["application/problem+json"] != nil)
    #expect(create["requestBody"]?["content"]?["application/json"]?["schema"] == Schema.ref("campaign").json)
    #expect(create["parameters"]?.arrayValue?.contains { $0["name"] == "Idempotency-Key" } == true)
    let one = try #require(paths?["/campaigns/{id}"]?["get"])
    #expect(one["parameters"]?.arrayValue?.first?["in"] == "path")
    #expect(one["responses"]?["404"]?["$ref"] == "#/components/responses/404" && one["responses"]?["413"] == nil)
    #expect(create["responses"]?["422"] != nil && create["responses"]?["404"] == nil)
    let login = try #require(paths?["/login"]?["post"])
    #expect(login["security"] == [] && login["x-permission"] == nil)
    #expect(paths?["/automation"]?["post"]?["x-feature"] == "automizer")
    let names = paths?["/campaigns"]?["get"]?["parameters"]?.arrayValue?.compactMap { $0["name"]?.stringValue }
    #expect(names == ["limit", "cursor", "sort", "q"])
  }

  @Test func operationNamesAreUnique() {
    let paths = table.openAPI(title: "Sample", version: "1", serverPath: "/api")["paths"]?.objectValue?.members ?? []
    let names = paths.flatMap { $0.value.objectValue?.members ?? [] }.compactMap {
      $0.value["operationId"]?.stringValue
    }
    #expect(Set(names).count == names.count && names.count == table.routes.count)
  }

  @Test func referencesToNothingAreFound() {
    #expect(table.undefinedReferences.isEmpty)
    var broken = table
    broken.open(.get, "/x", "X.", answer: .array(.object([.optional("y", .ref("nowhere").nullable)]))) { _ in .noContent
    }
    #expect(broken.undefinedReferences == ["nowhere"])
  }

  @Test func severalTablesMakeOneDocument() {
    let document = OpenAPIDocument.make(
      title: "All", version: "1", serverPath: "/",
      parts: [table.openAPIPart(prefix: "/api"), RouteTable<Site, Person>().openAPIPart(prefix: "/other")])
    #expect(document["paths"]?["/api/campaigns/{id}"]?["delete"] != nil)
  }

  @Test func schemasSayWhatTheyMean() {
    #expect(Schema.string.nullable.json == ["type": ["string", "null"]])
    #expect(Schema.ref("x").nullable.json == ["anyOf": [["$ref": "#/components/schemas/x"], ["type": "null"]]])
    #expect(Schema.choice(["a"]).nullable.json["enum"] == ["a", nil])
    #expect(Schema.object([.required("a", .integer), .optional("b", .money)]).json["required"] == ["a"])
    #expect(Schema.page(of: .uuid).json["required"] == ["items", "next_cursor"])
  }
}
