import Core
import Foundation
import Geo
import Testing
import UserAgents

/// What all worlds share: where addresses are, and what agents mean. The databases are made by `ops/mmdb`, the patterns
/// are uap-core's own.
final class GoldenParts: Sendable {
  let places: GeoLibrary
  let agents: UserAgentParser

  init() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "trackily-golden-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (edition, value) in GoldenParts.editions { try GoldenParts.make(edition, in: folder, value) }
    places = GeoLibrary(folder: folder.path, scratch: folder.path)
    places.reload()
    agents = UserAgentParser(patterns: try UserAgentPatterns(contentsOf: "/usr/share/uap-core/regexes.yaml"))
  }

  private struct Place {
    let network: String
    let country: String
    let name: String
    var region: String?
    var city: String?
    var isp: String?
    var connection: String?
  }

  /// By the name that golden files call them. `nowhere` is in no database.
  static let addresses = [
    "us": "203.0.113.7", "us2": "203.0.113.8", "ca": "192.0.2.20", "gb": "192.0.2.70", "de": "198.51.100.7",
    "dc": "198.51.100.200", "fr6": "2001:db8:1::7", "jp": "198.18.5.5", "nowhere": "198.19.0.9",
  ]

  private static let networks = [
    Place(
      network: "203.0.113.0/24", country: "US", name: "United States", region: "California", city: "San Jose",
      isp: "Comcast Cable", connection: "Cable/DSL"),
    Place(
      network: "192.0.2.0/26", country: "CA", name: "Canada", region: "Ontario", city: "Toronto", isp: "Rogers",
      connection: "Cellular"),
    Place(
      network: "192.0.2.64/26", country: "GB", name: "United Kingdom", region: "England", city: "London", isp: "BT",
      connection: "Cable/DSL"),
    Place(
      network: "198.51.100.0/25", country: "DE", name: "Germany", region: "Bavaria", city: "München",
      isp: "Deutsche Telekom AG", connection: "Cable/DSL"),
    Place(
      network: "198.51.100.128/25", country: "DE", name: "Germany", region: "Hesse", city: "Frankfurt",
      isp: "Hetzner Online GmbH", connection: "Corporate"),
    Place(
      network: "2001:db8:1::/48", country: "FR", name: "France", region: "Île-de-France", city: "Paris", isp: "Orange",
      connection: "Cellular"),
    Place(network: "198.18.5.0/24", country: "JP", name: "Japan"),
    Place(network: "198.18.10.1/32", country: "US", name: "United States", isp: "Amazon AWS"),
    Place(network: "198.18.10.2/32", country: "US", name: "United States", isp: "Google Cloud"),
    Place(network: "198.18.10.3/32", country: "US", name: "United States", isp: "Acme Webhosting Ltd"),
    Place(network: "198.18.10.4/32", country: "US", name: "United States", isp: "Lawson Broadband"),
    Place(network: "198.18.10.5/32", country: "US", name: "United States", isp: "Cloudberry Telecom"),
  ]

  private static var editions: [String: (Place) -> JSONValue?] {
    [
      "GeoLite2-City": { place in
        var record: JSONObject = [
          "country": ["iso_code": .string(place.country), "names": ["en": .string(place.name)]]
        ]
        if let region = place.region { record["subdivisions"] = [["names": ["en": .string(region)]]] }
        if let city = place.city { record["city"] = ["names": ["en": .string(city)]] }
        return .object(record)
      },
      "GeoLite2-ASN": { place in
        place.isp.map { ["autonomous_system_number": 64_500, "autonomous_system_organization": .string($0)] }
      },
      "GeoIP2-Connection-Type": { place in place.connection.map { ["connection_type": .string($0)] } },
    ]
  }

  private static func make(_ edition: String, in folder: URL, _ value: (Place) -> JSONValue?) throws {
    var (records, networks): (JSONObject, JSONObject) = ([:], [:])
    for (number, place) in Self.networks.enumerated() {
      guard let record = value(place) else { continue }
      records["r\(number)"] = record
      networks[place.network] = .string("r\(number)")
    }
    let description: JSONValue = [
      "type": .string(edition), "build_epoch": 1_795_000_000, "records": .object(records),
      "networks": .object(networks),
    ]
    let source = folder.appending(path: "\(edition).json")
    try Data(description.utf8).write(to: source)
    let process = Process()
    process.executableURL = GoldenFile.folder.appending(path: "../../../../ops/mmdb")
    process.arguments = [source.path, folder.appending(path: "\(edition).mmdb").path]
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "ops/mmdb \(edition)")
  }

  /// Agents by the name that golden files call them; anything else is an agent itself.
  static let agents = [
    "chrome":
      "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
    "firefox": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "safari":
      "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15",
    "iphone":
      "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
    "ipad":
      "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
    "android":
      "Mozilla/5.0 (Linux; Android 14; SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36",
    "edge":
      "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0",
    "tv":
      "Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) AppleWebKit/537.36 (KHTML, like Gecko) Version/6.0 TV Safari/537.36",
    "googlebot": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "curl": "curl/8.5.0", "requests": "python-requests/2.32.3",
  ]
}
