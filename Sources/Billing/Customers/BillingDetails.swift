public import Core

/// Whom an invoice is made out to.
public struct BillingDetails: Hashable, Sendable {
  public var company: String
  public var street: String
  public var postalCode: String
  public var city: String
  public var region: String
  /// ISO 3166-1, upper case: `DE`. Nil as long as it is not known: then no tax is charged.
  public var country: String?
  /// Makes him a business: `DE123456789`.
  public var vatID: String?

  public static let none = BillingDetails()

  public init(
    company: String = "", street: String = "", postalCode: String = "", city: String = "", region: String = "",
    country: String? = nil, vatID: String? = nil
  ) {
    self.company = company
    self.street = street
    self.postalCode = postalCode
    self.city = city
    self.region = region
    self.country = country
    self.vatID = vatID
  }

  public var json: JSONValue {
    [
      "company": .string(company), "street": .string(street), "postal_code": .string(postalCode),
      "city": .string(city), "region": .string(region), "country": JSONValue(country), "vat_id": JSONValue(vatID),
    ]
  }

  /// As an invoice keeps them.
  init(stored: JSONValue) {
    func text(_ name: String) -> String { stored[name]?.stringValue ?? "" }
    self.init(
      company: text("company"), street: text("street"), postalCode: text("postal_code"), city: text("city"),
      region: text("region"), country: stored["country"]?.stringValue, vatID: stored["vat_id"]?.stringValue)
  }

  /// Two letters of either case, as a country's code is written. Nil for anything else.
  public static func countryCode(_ text: String) -> String? {
    guard text.utf8.count == 2, text.utf8.allSatisfy({ (0x61...0x7A).contains($0 | 0x20) }) else { return nil }
    return text.uppercased()
  }

  /// A VAT id without blanks, dots and dashes, upper case: its country's two letters and 2 to 13 letters or digits. Nil
  /// for anything else. Whether it is in use only the country's office knows.
  public static func vatID(_ text: String) -> String? {
    let compact = text.uppercased().filter { !" .-".contains($0) }
    guard compact.wholeMatch(of: /[A-Z]{2}[0-9A-Z]{2,13}/) != nil else { return nil }
    return compact
  }
}
