import Core
import Foundation
import Testing

@testable import Geo

@Suite struct GeoDatabaseTests {
  @Test func everyKindOfRecordGivesWhatItHas() throws {
    let files = try GeoFiles()
    try files.make(
      "GeoIP2-Enterprise",
      [
        "198.18.0.0/24": city("us", "United States", "California", "San José"),
        "198.18.1.0/24": [
          "traits": ["isp": "Telco", "connection_type": "Cellular", "autonomous_system_number": 64501]
        ],
        "198.18.2.0/24": ["isp": "Cable One", "autonomous_system_organization": "Holding", "organization": "Other"],
        "198.18.3.0/24": network("Hoster Ltd", asn: 64_999), "198.18.4.0/24": ["connection_type": "Cable/DSL"],
        "198.18.5.0/24": ["country": "DE", "city": ["names": []], "isp": 7, "subdivisions": []],
      ])
    let database = try files.open("GeoIP2-Enterprise")
    let place = database.place(of: try ip("198.18.0.9"))
    #expect(place?.country == "US")
    #expect([place?.countryName, place?.region, place?.city] == ["United States", "California", "San José"])
    let mobile = database.place(of: try ip("198.18.1.9"))
    #expect([mobile?.isp, mobile?.connection, mobile?.country] == ["Telco", "cellular", nil])
    #expect(mobile?.asn == 64_501)
    #expect(database.place(of: try ip("198.18.2.9"))?.isp == "Cable One")
    #expect(database.place(of: try ip("198.18.3.9"))?.isp == "Hoster Ltd")
    #expect(database.place(of: try ip("198.18.3.9"))?.asn == 64_999)
    #expect(database.place(of: try ip("198.18.4.9"))?.connection == "broadband")
    // Keys with something else in them than we expect are keys that are not there.
    let odd = database.place(of: try ip("198.18.5.9"))
    #expect(odd != nil && odd?.country == nil && odd?.city == nil && odd?.isp == nil && odd?.region == nil)
    #expect(database.damageCount == 0)
    #expect(database.place(of: try ip("198.18.6.9")) == nil)
    #expect(database.facts.type == "GeoIP2-Enterprise")
    #expect(database.facts.ipVersion == 6)
    #expect(database.facts.builtAt == Timestamp(seconds: 1_795_000_000))
  }

  @Test func theNetworkAroundAnAddressIsKnown() throws {
    let files = try GeoFiles()
    try files.make(
      "GeoLite2-City", ["198.18.0.0/15": city("US"), "198.18.7.0/24": city("GB"), "2001:db8::/32": city("DE")])
    let library = files.library()
    library.reload()
    #expect(library.network(of: try ip("198.18.7.200"))?.description == "198.18.7.0/24")
    #expect(library.network(of: try ip("198.19.1.1"))?.description == "198.19.0.0/16")
    #expect(library.network(of: try ip("2001:db8:1::1"))?.description == "2001:db8::/32")
    #expect(library.network(of: try ip("10.1.2.3")) == nil)
  }

  @Test func aPlaceIsReadOnceAndSharedByAllItsAddresses() throws {
    let files = try GeoFiles()
    try files.make("GeoLite2-City", ["198.18.0.0/16": city("US")])
    let database = try files.open("GeoLite2-City")
    #expect(database.place(of: try ip("198.18.0.1")) === database.place(of: try ip("198.18.9.9")))
    #expect(database.cache.count == 1)
  }

  @Test func theCacheNeverGrowsBeyondItsBoundAndNeverMixesPlacesUp() {
    let cache = PlaceCache()
    for _ in 0..<2 {
      for offset in stride(from: UInt32(0), to: 4_000_000, by: 61) {
        let place = cache.place(at: offset) { GeoPlace(offset: $0, asn: $0) }
        if place?.asn != offset { Issue.record("\(offset) gave another place") }
      }
    }
    #expect(cache.count <= PlaceCache.capacity)
    #expect(cache.count > PlaceCache.capacity * 9 / 10)
    #expect(cache.place(at: 1, read: { _ in nil }) == nil, "what can't be read is not kept")
  }

  @Test func whatIsNoDatabaseIsRefused() throws {
    let files = try GeoFiles()
    #expect(throws: GeoFault.missing) { try files.open("GeoLite2-City") }
    for content in ["", "not a database", String(repeating: "x", count: 100_000)] {
      try Data(content.utf8).write(to: URL(filePath: files.path("Odd.mmdb")))
      #expect { try files.open("Odd") } throws: { if case .corrupt? = $0 as? GeoFault { true } else { false } }
    }
    try FileManager.default.createDirectory(atPath: files.path("Folder.mmdb"), withIntermediateDirectories: true)
    #expect { try files.open("Folder") } throws: { if case .unreadable? = $0 as? GeoFault { true } else { false } }
    #expect(try files.mappings == 0)
  }

  @Test func aFileCutAnywhereIsRefusedOrAnswers() throws {
    let files = try GeoFiles()
    let whole = try Data(contentsOf: URL(filePath: files.make("GeoLite2-City", samples)))
    for step in 0..<120 {
      try Data(whole.prefix(whole.count * step / 120)).write(to: URL(filePath: files.path("Cut.mmdb")))
      #expect(throws: GeoFault.self) { try files.open("Cut") }
    }
  }

  @Test func aFileWithWrongBytesIsRefusedOrAnswers() throws {
    let files = try GeoFiles()
    let whole = try [UInt8](Data(contentsOf: URL(filePath: files.make("GeoLite2-City", samples))))
    var generator = SystemRandomNumberGenerator()
    var refused = 0
    for round in 0..<400 {
      var bytes = whole
      for _ in 0...(round % 4) {
        bytes[Int.random(in: bytes.indices, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      }
      try Data(bytes).write(to: URL(filePath: files.path("Wrong.mmdb")))
      do {
        let database = try files.open("Wrong")
        for number in 0..<64 { _ = database.place(of: IPAddress(v4: 0xC612_0000 + UInt32(number) << 8)) }
      } catch {
        refused += 1
      }
    }
    #expect(refused > 0)
  }

  private var samples: [String: JSONValue] {
    var networks: [String: JSONValue] = [:]
    for number in 0..<40 { networks["198.18.\(number).0/24"] = city("US", "United States", "Region \(number)", "City") }
    return networks
  }
}
