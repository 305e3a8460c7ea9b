/// One line of a pattern file.
struct PatternLine {
  /// Without indentation; nil for an empty line or a comment.
  let content: ArraySlice<UInt8>?

  init(_ line: ArraySlice<UInt8>, number: Int) {
    let content = line.drop { $0 == UInt8(ascii: " ") }
    self.content = content.isEmpty || content.first == UInt8(ascii: "#") ? nil : content
  }

  /// `os_parsers:`
  static func kind(_ content: ArraySlice<UInt8>, number: Int) throws(PatternFileError) -> PatternKind {
    guard let colon = content.firstIndex(of: UInt8(ascii: ":")), isEnd(content[(colon + 1)...]),
      let kind = PatternKind(rawValue: String(decoding: content[..<colon], as: UTF8.self))
    else { throw PatternFileError(line: number, "is none of the three lists of patterns") }
    return kind
  }

  /// `os_replacement: 'Windows'`
  static func pair(
    _ content: ArraySlice<UInt8>, number: Int
  ) throws(PatternFileError) -> (key: String, value: String) {
    guard let colon = content.firstIndex(of: UInt8(ascii: ":")), colon > content.startIndex,
      content[..<colon].allSatisfy(isKeyByte), content[(colon + 1)...].first == UInt8(ascii: " ")
    else { throw PatternFileError(line: number, "is no key with a value") }
    let rest = content[(colon + 1)...].drop { $0 == UInt8(ascii: " ") }
    let key = String(decoding: content[..<colon], as: UTF8.self)
    guard rest.first == UInt8(ascii: "'") else {
      throw PatternFileError(line: number, "\(key) has a value that is not in single quotes")
    }
    return (key, try quoted(rest.dropFirst(), number: number))
  }

  /// What stands before the closing quote; two quotes are one of the text.
  private static func quoted(_ text: ArraySlice<UInt8>, number: Int) throws(PatternFileError) -> String {
    let quote = UInt8(ascii: "'")
    var value: [UInt8] = []
    var index = text.startIndex
    while index < text.endIndex {
      if text[index] == quote {
        guard index + 1 < text.endIndex, text[index + 1] == quote else { break }
        index += 1
      }
      value.append(text[index])
      index += 1
    }
    guard index < text.endIndex else { throw PatternFileError(line: number, "has a quote that does not close") }
    guard isEnd(text[(index + 1)...]) else { throw PatternFileError(line: number, "has text after its value") }
    return String(decoding: value, as: UTF8.self)
  }

  /// Nothing more, or a comment.
  private static func isEnd(_ rest: ArraySlice<UInt8>) -> Bool {
    guard let first = rest.first(where: { $0 != UInt8(ascii: " ") }) else { return true }
    return first == UInt8(ascii: "#") && rest.first == UInt8(ascii: " ")
  }

  private static func isKeyByte(_ byte: UInt8) -> Bool {
    (byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z")) || (byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9"))
      || byte == UInt8(ascii: "_")
  }
}
