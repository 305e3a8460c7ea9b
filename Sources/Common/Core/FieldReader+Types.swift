extension FieldReader {
  // Text

  public mutating func string(_ name: String, length: ClosedRange<Int> = 1...255, trim: Bool = true) -> String? {
    required(name) { $0.text(name, $1, length, trim) }
  }

  public mutating func optionalString(
    _ name: String, length: ClosedRange<Int> = 0...255, trim: Bool = true
  ) -> String?? {
    optional(name) { $0.text(name, $1, length, trim) }
  }

  private mutating func text(
    _ name: String, _ value: JSONValue, _ length: ClosedRange<Int>, _ trim: Bool
  ) -> String? {
    guard var text = value.stringValue else {
      fault(name, "type", "must be a string")
      return nil
    }
    if trim { text = text.trimmed }
    guard !text.unicodeScalars.contains("\0") else {
      fault(name, "invalid", "must not contain a NUL character")
      return nil
    }
    guard length.contains(text.unicodeScalars.count) else {
      let bounds =
        length.lowerBound == length.upperBound ? "\(length.lowerBound)" : "\(length.lowerBound) to \(length.upperBound)"
      fault(name, text.isEmpty ? "required" : "length", "must have \(bounds) characters")
      return nil
    }
    return text
  }

  public mutating func oneOf(_ name: String, _ choices: [String]) -> String? {
    required(name) { $0.choice(name, $1, choices) }
  }

  public mutating func optionalOneOf(_ name: String, _ choices: [String]) -> String?? {
    optional(name) { $0.choice(name, $1, choices) }
  }

  private mutating func choice(_ name: String, _ value: JSONValue, _ choices: [String]) -> String? {
    guard let text = value.stringValue, choices.contains(text) else {
      fault(name, "choice", "must be one of \(choices.joined(separator: ", "))")
      return nil
    }
    return text
  }

  // Numbers, yes and no

  public mutating func int(_ name: String, range: ClosedRange<Int64> = 0...Int64.max) -> Int64? {
    required(name) { $0.integer(name, $1, range) }
  }

  public mutating func optionalInt(_ name: String, range: ClosedRange<Int64> = 0...Int64.max) -> Int64?? {
    optional(name) { $0.integer(name, $1, range) }
  }

  private mutating func integer(_ name: String, _ value: JSONValue, _ range: ClosedRange<Int64>) -> Int64? {
    guard let number = value.intValue else {
      fault(name, "type", "must be a whole number")
      return nil
    }
    guard range.contains(number) else {
      let bound =
        range.upperBound == .max ? "at least \(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
      fault(name, "range", "must be \(bound)")
      return nil
    }
    return number
  }

  public mutating func bool(_ name: String, default standard: Bool) -> Bool {
    (optionalBool(name) ?? standard) ?? standard
  }

  public mutating func optionalBool(_ name: String) -> Bool?? {
    optional(name) { reader, value in
      guard let flag = value.boolValue else {
        reader.fault(name, "type", "must be true or false")
        return nil
      }
      return flag
    }
  }

  // Money

  /// An amount given as a decimal string or a JSON number.
  public mutating func micros(_ name: String, range: ClosedRange<Micros> = .zero ... .greatestAmount) -> Micros? {
    required(name) { $0.amount(name, $1, range) }
  }

  public mutating func optionalMicros(_ name: String, range: ClosedRange<Micros> = .zero ... .greatestAmount)
    -> Micros??
  {
    optional(name) { $0.amount(name, $1, range) }
  }

  private mutating func amount(_ name: String, _ value: JSONValue, _ range: ClosedRange<Micros>) -> Micros? {
    let literal: String? =
      switch value {
      case .string(let text): text
      case .number(let text): text
      default: nil
      }
    guard let literal, let amount = Micros(literal) else {
      fault(name, "amount", "must be a decimal amount such as \"10.50\"")
      return nil
    }
    guard range.contains(amount) else {
      fault(name, "range", "must be \(range.lowerBound) to \(range.upperBound)")
      return nil
    }
    return amount
  }

  public mutating func currency(_ name: String) -> Currency? { required(name) { $0.currencyCode(name, $1) } }
  public mutating func optionalCurrency(_ name: String) -> Currency?? { optional(name) { $0.currencyCode(name, $1) } }

  private mutating func currencyCode(_ name: String, _ value: JSONValue) -> Currency? {
    guard let text = value.stringValue, let currency = Currency(text) else {
      fault(name, "currency", "must be a three-letter currency code such as USD")
      return nil
    }
    return currency
  }

  // Addresses and times

  public mutating func email(_ name: String) -> EmailAddress? { required(name) { $0.address(name, $1) } }
  public mutating func optionalEmail(_ name: String) -> EmailAddress?? { optional(name) { $0.address(name, $1) } }

  private mutating func address(_ name: String, _ value: JSONValue) -> EmailAddress? {
    guard let text = value.stringValue, let email = EmailAddress(text) else {
      fault(name, "email", "must be an e-mail address")
      return nil
    }
    return email
  }

  /// An absolute http or https URL of at most 2,048 characters.
  public mutating func url(_ name: String) -> String? { required(name) { $0.webURL(name, $1) } }
  public mutating func optionalURL(_ name: String) -> String?? { optional(name) { $0.webURL(name, $1) } }

  /// The same with tracker macros, whose arguments may hold blanks: `{status:lead=0 sale=1}`.
  public mutating func urlTemplate(_ name: String) -> String? {
    required(name) { $0.webURL(name, $1, WebURL.isTemplate) }
  }
  public mutating func optionalURLTemplate(_ name: String) -> String?? {
    optional(name) { $0.webURL(name, $1, WebURL.isTemplate) }
  }

  private mutating func webURL(
    _ name: String, _ value: JSONValue, _ isFit: (String) -> Bool = WebURL.isAbsolute
  ) -> String? {
    guard let text = value.stringValue?.trimmed, isFit(text) else {
      fault(name, "url", "must be an absolute http or https URL of at most 2048 characters")
      return nil
    }
    return text
  }

  public mutating func timestamp(_ name: String) -> Timestamp? { required(name) { $0.time(name, $1) } }
  public mutating func optionalTimestamp(_ name: String) -> Timestamp?? { optional(name) { $0.time(name, $1) } }

  private mutating func time(_ name: String, _ value: JSONValue) -> Timestamp? {
    guard let text = value.stringValue, let time = Timestamp(rfc3339: text) else {
      fault(name, "timestamp", "must be an RFC 3339 time such as 2026-11-21T10:00:00Z")
      return nil
    }
    return time
  }

  // Lists and nested objects

  public mutating func array(_ name: String, max: Int = 500) -> [JSONValue]? {
    required(name) { $0.list(name, $1, max) }
  }
  public mutating func optionalArray(_ name: String, max: Int = 500) -> [JSONValue]?? {
    optional(name) { $0.list(name, $1, max) }
  }

  private mutating func list(_ name: String, _ value: JSONValue, _ max: Int) -> [JSONValue]? {
    guard let elements = value.arrayValue else {
      fault(name, "type", "must be a list")
      return nil
    }
    guard elements.count <= max else {
      fault(name, "length", "may have \(max) entries")
      return nil
    }
    return elements
  }

  /// A list of strings, each of 1 to `length` characters and none of them NUL.
  public mutating func optionalStrings(_ name: String, max: Int = 500, length: Int = 255) -> [String]?? {
    optional(name) { reader, value in
      guard let elements = reader.list(name, value, max) else { return nil }
      let texts = elements.compactMap { $0.stringValue?.trimmed }.filter {
        (1...length).contains($0.unicodeScalars.count) && !$0.unicodeScalars.contains("\0")
      }
      guard texts.count == elements.count else {
        reader.fault(name, "type", "must be a list of strings of 1 to \(length) characters")
        return nil
      }
      return texts
    }
  }

  /// A nested object; read it with a ``FieldReader`` of its own and ``adopt(_:)`` that.
  public mutating func optionalObject(_ name: String) -> JSONValue?? {
    optional(name) { reader, value in
      guard value.objectValue != nil else {
        reader.fault(name, "type", "must be a JSON object")
        return nil
      }
      return value
    }
  }
}

extension Micros {
  /// A billion units: more is a typing error, not a payout.
  public static let greatestAmount = Micros(rawValue: 1_000_000_000_000_000)
}
