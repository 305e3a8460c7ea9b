import Core

/// Reads an object of Stripe's; what is missing or of another kind is a ``StripeError``.
struct StripeFields {
  let object: JSONValue
  /// For error messages: `subscription`.
  let noun: String

  func string(_ name: String) throws(StripeError) -> String {
    guard let text = object[name]?.stringValue else { throw .malformed("\(noun).\(name)") }
    return text
  }

  func optionalString(_ name: String) -> String? { object[name]?.stringValue }

  func int(_ name: String) throws(StripeError) -> Int64 {
    guard let number = object[name]?.intValue else { throw .malformed("\(noun).\(name)") }
    return number
  }

  /// The id of another object, be it expanded or not; nil for none.
  func optionalReference(_ name: String) -> String? {
    object[name]?.stringValue ?? object[name]?["id"]?.stringValue
  }

  func reference(_ name: String) throws(StripeError) -> String {
    guard let id = optionalReference(name) else { throw .malformed("\(noun).\(name)") }
    return id
  }

  /// Seconds since 1970.
  func time(_ name: String) throws(StripeError) -> Timestamp { Timestamp(seconds: try int(name)) }

  func optionalTime(_ name: String) -> Timestamp? { object[name]?.intValue.map { Timestamp(seconds: $0) } }

  func currency() throws(StripeError) -> Currency {
    guard let currency = Currency(try string("currency").uppercased()) else { throw .malformed("\(noun).currency") }
    return currency
  }

  func choice<Choice: RawRepresentable<String>>(_ name: String) throws(StripeError) -> Choice {
    guard let choice = Choice(rawValue: try string(name)) else { throw .malformed("\(noun).\(name)") }
    return choice
  }
}

/// What Stripe calls things: letters, digits and underscores, so that they can stand in a path.
enum StripeID {
  static func isValid(_ text: String) -> Bool {
    (1...255).contains(text.utf8.count)
      && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x7A).contains($0 | 0x20) || $0 == 0x5F }
  }
}
