import Core

/// What a shop's report says.
public enum OrderReading: Sendable, Hashable {
  case order(OrderReport)
  /// Understood, and nothing to record: the sentence says why.
  case ignored(String)
  case refused(PostbackFault)
}

/// What one report of a shop adds to an order.
public struct OrderReport: Sendable, Hashable {
  /// The ids by which it speaks of the order. Orders that a report names together are one.
  public var keys: [String]
  public var facts: OrderFacts
  /// The customer's, as sent. Never stored: only its hash is.
  public var email: String?

  public init(keys: [String], facts: OrderFacts, email: String? = nil) {
    self.keys = keys
    self.facts = facts
    self.email = email
  }
}

/// The reading stops here, with this answer.
struct OrderReadingEnd: Error {
  let reading: OrderReading

  static func ignored(_ reason: String) -> OrderReadingEnd { OrderReadingEnd(reading: .ignored(reason)) }

  static func refused(_ field: String, _ reason: String) -> OrderReadingEnd {
    OrderReadingEnd(reading: .refused(.badParameter(name: field, reason: reason)))
  }
}

/// A report's JSON object, read member by member.
struct OrderDocument {
  let value: JSONValue

  init(_ body: [UInt8]) throws(OrderReadingEnd) {
    do {
      value = try JSONValue.parse(body, keepsRepeatedKeys: true)
    } catch {
      throw OrderReadingEnd(reading: .refused(.badBody(reason: "it is no JSON, \(error)")))
    }
    guard value.objectValue != nil else {
      throw OrderReadingEnd(reading: .refused(.badBody(reason: "it must be one JSON object")))
    }
  }

  init(_ value: JSONValue) { self.value = value }

  subscript(name: String) -> OrderDocument? {
    guard let member = value[name], !member.isNull else { return nil }
    return OrderDocument(member)
  }

  var list: [OrderDocument] { (value.arrayValue ?? []).map { OrderDocument($0) } }

  /// Of a string or number, unless it is empty.
  var text: String? {
    let text: String? =
      switch value {
      case .string(let text): text.trimmed
      case .number(let literal): literal
      default: nil
      }
    return text.flatMap { $0.isEmpty ? nil : $0.replacing("\0", with: "\u{FFFD}").limited(to: 255) }
  }

  func text(_ name: String) -> String? { self[name]?.text }

  func id(_ name: String) throws(OrderReadingEnd) -> String {
    guard let id = text(name) else { throw .refused(name, "is missing") }
    return id
  }

  /// A decimal amount of at least 0, as a string or number.
  func amount(_ name: String) throws(OrderReadingEnd) -> Micros {
    guard let amount = text(name).flatMap({ Micros($0) }), amount >= .zero, amount <= .greatestAmount else {
      throw .refused(name, "must be a decimal amount such as 10.50")
    }
    return amount
  }

  func currency(_ name: String) throws(OrderReadingEnd) -> Currency {
    guard let currency = text(name).flatMap({ Currency($0) }) else { throw .refused(name, "must be a currency") }
    return currency
  }

  /// Of a click: ours, and nothing else that looks like one.
  func click(_ name: String) -> ClickID? {
    guard let id = text(name).flatMap({ ClickID($0) }), id.isVersion7 else { return nil }
    return id
  }

  /// The click in the query of an address on which the customer came into the shop.
  func clickInAddress(_ name: String) -> ClickID? {
    guard case .string(let address)? = value[name], let query = address.split(separator: "?", maxSplits: 1).last
    else { return nil }
    for item in PercentCoding.queryItems(String(query.prefix { $0 != "#" })) where item.name == Self.clickName {
      if let id = ClickID(item.value), id.isVersion7 { return id }
    }
    return nil
  }

  static let clickName = "_tly_click"
}
