/// What one record of a database says. A record lacks what its database does not know.
///
/// A class, so that the thousands of addresses that share a record share this too.
public final class GeoPlace: Sendable {
  /// ISO 3166-1 alpha-2, upper case.
  public let country: String?
  /// In English.
  public let countryName: String?
  /// The largest subdivision's English name: `California`.
  public let region: String?
  /// In English.
  public let city: String?
  /// The access provider's name; from an ASN database, the organisation's that owns the network.
  public let isp: String?
  /// `cellular`, `broadband`, `corporate`, `dialup`, `satellite`.
  public let connection: String?
  /// Number of the autonomous system.
  public let asn: UInt32?

  /// Where the record begins in its database.
  let offset: UInt32

  init(
    offset: UInt32, country: String? = nil, countryName: String? = nil, region: String? = nil, city: String? = nil,
    isp: String? = nil, connection: String? = nil, asn: UInt32? = nil
  ) {
    self.offset = offset
    self.country = country
    self.countryName = countryName
    self.region = region
    self.city = city
    self.isp = isp
    self.connection = connection
    self.asn = asn
  }
}

/// What the databases of a library together say of an address.
public struct GeoAnswer: Sendable {
  let place: GeoPlace?
  let network: GeoPlace?
  let link: GeoPlace?

  /// ISO 3166-1 alpha-2, upper case.
  public var country: String? { place?.country }
  public var countryName: String? { place?.countryName }
  public var region: String? { place?.region }
  public var city: String? { place?.city }
  public var isp: String? { network?.isp ?? place?.isp }
  public var asn: UInt32? { network?.asn ?? place?.asn }
  public var connection: String? { link?.connection ?? place?.connection ?? network?.connection }
}
