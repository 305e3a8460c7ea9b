import Core

/// Reads `multipart/form-data` (RFC 7578) that is wholly in memory.
enum MultipartParser {
  struct Part {
    var name = ""
    /// Nil for a plain field.
    var filename: String?
    var type = ContentType.text
    var content: ArraySlice<UInt8> = []
  }

  private static let malformed = Problem.badRequest("The form is malformed.", code: "malformed_form")

  static func parts(of bytes: [UInt8], boundary: String) throws(Problem) -> [Part] {
    let delimiter = Array("--\(boundary)".utf8)
    guard var at = find(delimiter, in: bytes[...], atLineStart: true) else { throw malformed }
    var parts: [Part] = []
    while true {
      at += delimiter.count
      if bytes[at...].starts(with: Array("--".utf8)) { return parts }
      guard let lineEnd = find([13, 10], in: bytes[at...], atLineStart: false),
        bytes[at..<lineEnd].allSatisfy({ $0 == 32 || $0 == 9 })
      else { throw malformed }
      guard let next = find(delimiter, in: bytes[(lineEnd + 2)...], atLineStart: true),
        parts.count < FormBody.partLimit
      else { throw malformed }
      // The line end before a delimiter belongs to the delimiter.
      parts.append(try part(bytes[(lineEnd + 2)..<max(lineEnd + 2, next - 2)]))
      at = next
    }
  }

  private static func part(_ bytes: ArraySlice<UInt8>) throws(Problem) -> Part {
    guard let blank = find([13, 10, 13, 10], in: bytes, atLineStart: false) else { throw malformed }
    var part = Part()
    part.content = bytes[(blank + 4)...]
    var isNamed = false
    for line in String(decoding: bytes[..<blank], as: UTF8.self).split(separator: "\r\n") {
      guard let colon = line.firstIndex(of: ":") else { throw malformed }
      let value = line[line.index(after: colon)...].trimmed
      switch line[..<colon].trimmedLowercase {
      case "content-disposition":
        guard value.lowercased().hasPrefix("form-data"), let name = parameter("name", of: value) else {
          throw malformed
        }
        part.name = name
        part.filename = parameter("filename", of: value)
        isNamed = true
      case "content-type": part.type = ContentType(value)
      default: continue
      }
    }
    guard isNamed else { throw malformed }
    return part
  }

  /// Browsers write quotes in names as `%22`, so a quoted value ends at the next quote.
  private static func parameter(_ name: String, of header: String) -> String? {
    for piece in pieces(of: header).dropFirst() {
      guard let equals = piece.firstIndex(of: "="), piece[..<equals].trimmedLowercase == name else { continue }
      let value = piece[piece.index(after: equals)...].trimmed
      let text =
        value.hasPrefix("\"") && value.hasSuffix("\"") && value.count >= 2
        ? String(value.dropFirst().dropLast()) : value
      return text.replacing("%22", with: "\"").replacing("%0D%0A", with: " ")
    }
    return nil
  }

  /// Cut at semicolons outside quotes.
  private static func pieces(of header: String) -> [String] {
    var pieces = [""]
    var isQuoted = false
    for character in header {
      if character == "\"" { isQuoted.toggle() }
      if character == ";" && !isQuoted { pieces.append("") } else { pieces[pieces.count - 1].append(character) }
    }
    return pieces
  }

  private static func find(_ needle: [UInt8], in bytes: ArraySlice<UInt8>, atLineStart: Bool) -> Int? {
    guard bytes.count >= needle.count, let first = needle.first else { return nil }
    var at = bytes.startIndex
    let last = bytes.endIndex - needle.count
    while at <= last {
      if bytes[at] == first, bytes[at..<(at + needle.count)].elementsEqual(needle),
        !atLineStart || at == bytes.startIndex || (bytes[at - 1] == 10 && at >= 2 && bytes[at - 2] == 13)
      {
        return at
      }
      at += 1
    }
    return nil
  }
}
