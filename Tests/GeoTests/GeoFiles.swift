import Core
import Foundation
import Testing

@testable import Geo

/// A folder of databases made by `ops/mmdb`, gone with the last reference.
final class GeoFiles: Sendable {
  let folder: String

  private static let home = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../..").standardizedFileURL.path

  init() throws {
    folder = "\(NSTemporaryDirectory())trackily-geo-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func path(_ name: String) -> String { "\(folder)/\(name)" }

  /// Makes `<edition>.mmdb`, replacing what is there.
  @discardableResult
  func make(
    _ edition: String, _ networks: [String: JSONValue], builtAt: Timestamp = Timestamp(seconds: 1_795_000_000)
  ) throws -> String {
    var records: JSONObject = [:]
    var names: JSONObject = [:]
    for (number, (network, record)) in networks.sorted(by: { $0.key < $1.key }).enumerated() {
      records["r\(number)"] = record
      names[network] = .string("r\(number)")
    }
    return try make(edition, records: records, networks: names, builtAt: builtAt)
  }

  func make(_ edition: String, records: JSONObject, networks: JSONObject, builtAt: Timestamp) throws -> String {
    let description: JSONValue = [
      "type": .string(edition), "build_epoch": .int(builtAt.seconds), "records": .object(records),
      "networks": .object(networks),
    ]
    let source = path("\(edition).json")
    try Data(description.utf8).write(to: URL(filePath: source))
    let target = path("\(edition).mmdb")
    _ = try run("\(Self.home)/ops/mmdb", [source, target])
    return target
  }

  func open(_ edition: String) throws -> GeoDatabase { try GeoDatabase(path("\(edition).mmdb"), scratch: folder) }

  func library(clock: any WallClock = SystemClock()) -> GeoLibrary {
    GeoLibrary(folder: folder, scratch: folder, clock: clock)
  }

  /// Runs a program and returns what it printed.
  func run(_ program: String, _ arguments: [String], input: String = "") throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    let source = path("input")
    try Data(input.utf8).write(to: URL(filePath: source))
    process.standardInput = try FileHandle(forReadingFrom: URL(filePath: source))
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.standardError
    try process.run()
    let said = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "\(program) \(arguments)")
    return String(decoding: said, as: UTF8.self)
  }

  /// How many databases this process has mapped from this folder.
  var mappings: Int {
    get throws {
      // The kernel gives no length for this file, and Foundation reads no further than its first page.
      let maps = try run("/bin/cat", ["/proc/\(getpid())/maps"])
      return maps.split(separator: "\n").count { $0.contains(folder) }
    }
  }
}

/// A record as a City database has it.
func city(_ code: String, _ country: String = "Nowhere", _ region: String? = nil, _ city: String? = nil) -> JSONValue {
  var record: JSONObject = ["country": ["iso_code": .string(code), "names": ["en": .string(country)]]]
  if let region { record["subdivisions"] = [["names": ["en": .string(region)]]] }
  if let city { record["city"] = ["names": ["de": "x", "en": .string(city)]] }
  return .object(record)
}

func network(_ name: String, asn: Int = 64_500) -> JSONValue {
  ["autonomous_system_number": .int(asn), "autonomous_system_organization": .string(name)]
}

func ip(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }
