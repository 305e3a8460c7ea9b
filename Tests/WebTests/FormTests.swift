import Core
import Testing

@testable import Web

@Suite struct FormTests {
  func multipart(_ text: String, boundary: String = "B") throws -> FormBody {
    try FormBody(Array(text.utf8), type: ContentType("multipart/form-data; boundary=\(boundary)"))
  }

  @Test func urlencodedFieldsComeInOrderAndDecoded() throws {
    let form = try FormBody(
      Array("a=1+2&b=%C3%BC&a=3&empty=&bare".utf8), type: ContentType("application/x-www-form-urlencoded"))
    #expect(form["a"] == "1 2" && form["b"] == "ü" && form["empty"] == "" && form["bare"] == "" && form["none"] == nil)
    #expect(form.all("a") == ["1 2", "3"])
  }

  @Test func multipartFieldsAndFiles() throws {
    let form = try multipart(
      "preamble\r\n--B\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nü--B\r\nline\r\n"
        + "--B\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a;b%22c.txt\"\r\n"
        + "Content-Type: text/plain\r\n\r\n--\r\n\r\n\r\n--B\r\n"
        + "Content-Disposition: form-data; name=\"none\"; filename=\"\"\r\n\r\n\r\n--B--\r\nepilogue")
    #expect(form["title"] == "ü--B\r\nline")
    let file = try #require(form.file("file"))
    #expect(file.filename == "a;b\"c.txt" && file.type == ContentType("text/plain"))
    #expect(file.bytes == Array("--\r\n\r\n".utf8))
    #expect(form.file("none") == nil)
  }

  @Test func binaryFilesAreKeptByteForByte() throws {
    let content = (0..<2_000).map { UInt8(truncatingIfNeeded: $0) } + [13, 10, 45, 45]
    let bytes =
      Array("--xx\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\r\n\r\n".utf8) + content
      + Array("\r\n--xx--".utf8)
    let form = try FormBody(bytes, type: ContentType("multipart/form-data; boundary=\"xx\""))
    #expect(form.file("f")?.bytes == content)
  }

  @Test func malformedMultipartIsRefused() {
    for text in [
      "", "--B", "--B\r\n", "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx", "--Bx\r\n\r\n\r\n--B--",
      "--B\r\nContent-Type: text/plain\r\n\r\nx\r\n--B--", "--B\r\nContent-Disposition: attachment\r\n\r\nx\r\n--B--",
      "--B\r\n--B--", "--B\r\nbroken\r\n\r\nx\r\n--B--",
    ] {
      #expect(throws: Problem.self, "\(text)") { try multipart(text) }
    }
    #expect(throws: Problem.self) { try FormBody([], type: ContentType("multipart/form-data")) }
  }

  @Test func moreThanAThousandPartsAreRefused() {
    let part = "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\r\n"
    #expect(throws: Problem.self) { try multipart(String(repeating: part, count: 1_001) + "--B--") }
  }

  @Test func aFormReadsAsTheAPIsBody() throws {
    let form = FormBody(fields: [
      ("_csrf", "secret"), ("name", " A "), ("weight", "50"), ("cost", "1.5x"), ("note", ""), ("active", "on"),
      ("ids", "1"), ("ids", "2"), ("ids", ""),
    ])
    let json = form.json(numbers: ["weight", "cost"], flags: ["active", "protected"], lists: ["ids", "tags"])
    #expect(
      JSONValue.object(json)
        == [
          "name": " A ", "weight": 50, "cost": "1.5x", "note": nil, "active": true, "protected": false,
          "ids": ["1", "2"], "tags": [],
        ])
  }
}
