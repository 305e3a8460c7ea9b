import Core

/// Reads what `mmdblookup` prints of a record: JSON without commas, each value with its type behind it.
struct MMDBLookup {
  private var rest: Substring

  /// Nil when it printed no record.
  static func record(_ printed: Substring) -> JSONValue? {
    var reader = MMDBLookup(rest: printed)
    return reader.value()
  }

  private mutating func value() -> JSONValue? {
    rest = rest.drop(while: \.isWhitespace)
    switch rest.first {
    case "{"?:
      rest.removeFirst()
      var object: JSONObject = [:]
      while let key = text() {
        rest.removeFirst()  // the colon
        object[key] = value()
      }
      rest.removeFirst()
      return .object(object)
    case "["?:
      rest.removeFirst()
      var items: [JSONValue] = []
      while let item = value() { items.append(item) }
      rest.removeFirst()
      return .array(items)
    case "\""?:
      let string = text()
      skipType()
      return string.map(JSONValue.string)
    case "]"?, nil: return nil
    default:
      let literal = rest.prefix { $0 != " " }
      rest = rest.dropFirst(literal.count)
      skipType()
      return .number(String(literal))
    }
  }

  private mutating func text() -> String? {
    rest = rest.drop(while: \.isWhitespace)
    guard rest.first == "\"" else { return nil }
    rest.removeFirst()
    let string = rest.prefix { $0 != "\"" }
    rest = rest.dropFirst(string.count + 1)
    return String(string)
  }

  private mutating func skipType() {
    rest = rest.drop { $0 != "<" }.drop { $0 != ">" }.dropFirst()
  }
}
