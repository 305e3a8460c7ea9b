/// What a library looks up, each in a file of its own.
public enum GeoSlot: String, Hashable, Sendable, CaseIterable {
  /// Country, region, city.
  case city
  /// The provider's name and autonomous system.
  case network = "asn"
  /// The kind of connection; MaxMind sells it, GeoLite2 has none.
  case connection

  /// The editions that hold it, best first; the file is `<edition>.mmdb`.
  public var editions: [String] {
    switch self {
    case .city: ["GeoIP2-Enterprise", "GeoIP2-City", "GeoLite2-City", "GeoIP2-Country", "GeoLite2-Country"]
    case .network: ["GeoIP2-ISP", "GeoIP2-ASN", "GeoLite2-ASN"]
    case .connection: ["GeoIP2-Connection-Type"]
    }
  }

  /// The free edition, which the download fetches; nil when there is none.
  public var freeEdition: String? {
    switch self {
    case .city: "GeoLite2-City"
    case .network: "GeoLite2-ASN"
    case .connection: nil
    }
  }
}
