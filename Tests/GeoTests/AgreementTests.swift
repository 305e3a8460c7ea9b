import Core
import Testing

@testable import Geo

/// libmaxminddb's own tool and we say the same of every address.
@Suite struct AgreementTests {
  private static let codes = ["US", "GB", "DE", "FR", "BR", "IN", "CA", "JP"]

  /// A few hundred networks inside and beside each other, some records without some keys.
  private func database(_ files: GeoFiles, _ generator: inout some RandomNumberGenerator) throws -> [IPAddress] {
    var networks: [String: JSONValue] = ["0.0.0.0/2": city("ZZ", "Everywhere else"), "2001:db8::/29": city("NL")]
    var addresses: [IPAddress] = []
    for number in 0..<600 {
      let isV4 = number % 3 != 0
      let high = isV4 ? 0 : 0x2001_0DB8_0000_0000 | UInt64.random(in: 0..<1 << 30, using: &generator)
      let low =
        isV4
        ? 0xFFFF_0000_0000 | UInt64.random(in: 0..<1 << 32, using: &generator)
        : UInt64.random(in: .min ... .max, using: &generator)
      let prefix = Int.random(in: isV4 ? 8...32 : 32...128, using: &generator)
      guard let range = CIDR("\(IPAddress(high: high, low: low))/\(prefix)") else { continue }
      let code = Self.codes[number % Self.codes.count]
      networks[range.description] = city(
        code, "Country \(code) é", number % 4 == 0 ? nil : "Region \(number)",
        number % 5 == 0 ? nil : "City ü \(number)")
      // In it, at its ends, and just outside of them.
      let span: UInt64 = isV4 ? UInt64(1) << UInt64(32 - prefix) : 256
      for low in [
        range.base.low, range.base.low &- 1, range.base.low &+ span &- 1, range.base.low &+ span,
        range.base.low &+ span / 2,
      ] {
        addresses.append(IPAddress(high: range.base.high, low: low))
      }
    }
    for _ in 0..<400 { addresses.append(IPAddress(v4: UInt32.random(in: .min ... .max, using: &generator))) }
    try files.make("GeoLite2-City", networks)
    return addresses
  }

  @Test func mmdblookupAgreesOnEveryAddress() throws {
    let files = try GeoFiles()
    var generator = SystemRandomNumberGenerator()
    let addresses = try database(files, &generator)
    #expect(addresses.count > 3_000)
    let database = try files.open("GeoLite2-City")
    let script = "while read -r ip; do mmdblookup -f \"$0\" -i \"$ip\" 2>/dev/null; echo ====; done"
    let printed = try files.run(
      "/bin/bash", ["-c", script, files.path("GeoLite2-City.mmdb")],
      input: addresses.map { "\($0)\n" }.joined())
    let records = printed.split(separator: "====", omittingEmptySubsequences: false).map { MMDBLookup.record($0) }
    try #require(records.count == addresses.count + 1)
    var known = 0
    for (address, record) in zip(addresses, records) {
      let place = database.place(of: address)
      known += place == nil ? 0 : 1
      #expect((place == nil) == (record == nil), "\(address)")
      #expect(place?.country == record?["country"]?["iso_code"]?.stringValue, "\(address)")
      #expect(place?.countryName == record?["country"]?["names"]?["en"]?.stringValue, "\(address)")
      #expect(
        place?.region == record?["subdivisions"]?.arrayValue?.first?["names"]?["en"]?.stringValue, "\(address)")
      #expect(place?.city == record?["city"]?["names"]?["en"]?.stringValue, "\(address)")
    }
    #expect(known > 1_000 && known < addresses.count)
    #expect(database.damageCount == 0)
  }
}
