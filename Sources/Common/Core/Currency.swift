/// An ISO 4217 currency code, upper case.
public struct Currency: Hashable, Sendable, Codable, CustomStringConvertible {
  public let code: String

  /// Three ASCII letters of either case. Whether the code is in use is not checked: networks invent their own.
  public init?(_ code: some StringProtocol) {
    guard code.utf8.count == 3, code.utf8.allSatisfy({ ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A }) else { return nil }
    self.code = code.uppercased()
  }

  private init(known code: String) { self.code = code }

  public static let usd = Currency(known: "USD")
  public static let eur = Currency(known: "EUR")

  /// How many decimal places the currency's minor unit has (ISO 4217).
  public var minorDigits: Int {
    switch code {
    case "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF",
      "XPF":
      0
    case "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND": 3
    case "CLF", "UYW": 4
    default: 2
    }
  }

  public var description: String { code }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let currency = Currency(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a currency code")
    }
    self = currency
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(code)
  }
}
