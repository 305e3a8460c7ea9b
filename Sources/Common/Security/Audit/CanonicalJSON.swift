import Core

/// One text for one JSON value, whatever the order of keys and the spelling of numbers: what may change when a document
/// passes through a `jsonb` column must not change its hash.
enum CanonicalJSON {
  static func utf8(_ value: JSONValue) -> [UInt8] { canonical(value).utf8 }

  private static func canonical(_ value: JSONValue) -> JSONValue {
    switch value {
    case .null, .bool, .string: return value
    case .number(let literal): return .number(number(literal))
    case .array(let elements): return .array(elements.map(canonical))
    case .object(let object):
      var sorted = JSONObject()
      for member in object.members.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
        sorted[member.key] = canonical(member.value)
      }
      return .object(sorted)
    }
  }

  /// `-12.5`, `1`, `0`: significant digits only and no exponent up to 40 places; past that `<digits>e<exponent>`.
  private static func number(_ literal: String) -> String {
    let isNegative = literal.hasPrefix("-")
    let parts = literal.drop { $0 == "-" }.split(maxSplits: 1) { $0 == "e" || $0 == "E" }
    let mantissa = (parts.first ?? "0").split(separator: ".", maxSplits: 1)
    let fraction = mantissa.count > 1 ? mantissa[1] : ""
    var digits = Array(mantissa.first ?? "0") + Array(fraction)
    var exponent = (parts.count > 1 ? Int(parts[1]) ?? 0 : 0) - fraction.count
    while digits.count > 1, digits.last == "0" {
      digits.removeLast()
      exponent += 1
    }
    digits = Array(digits.drop { $0 == "0" })
    if digits.isEmpty { return "0" }
    let sign = isNegative ? "-" : ""
    if exponent >= 0 {
      if exponent > 40 { return "\(sign)\(String(digits))e\(exponent)" }
      return sign + String(digits) + String(repeating: "0", count: exponent)
    }
    if exponent < -40 { return "\(sign)\(String(digits))e\(exponent)" }
    let padded = Array(repeating: Character("0"), count: max(0, 1 - exponent - digits.count)) + digits
    let point = padded.count + exponent
    return "\(sign)\(String(padded[..<point])).\(String(padded[point...]))"
  }
}
